"""HTTP without anything about comments: bodies, forms, errors, pages, middleware, the server."""
