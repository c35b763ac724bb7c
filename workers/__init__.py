"""The Celery workers, which judge, deliver and sweep; each task makes one call to `moderation`."""
