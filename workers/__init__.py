"""The Celery door: judges, delivers and sweeps; each task is one call to a verb."""
