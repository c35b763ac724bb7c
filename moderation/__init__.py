"""The product: what happens to a comment, without HTTP and without Celery."""
