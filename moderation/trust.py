"""Who is trusted and why: what people's decisions say of an author, a domain, a network."""
