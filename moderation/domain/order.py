"""The orders that comments are listed in: by time, held ones also by urgency and by any of their scores."""

NEWEST, OLDEST, URGENCY = "newest", "oldest", "urgency"
# Of the queues of queue_names.py alone, as they are: what waits longest first; of one's own the latest first.
LISTED = "listed"
BY_TIME = (NEWEST, OLDEST)
ORDER_PATTERN = r"^[a-z][a-z0-9_]{0,63}$"  # one of these, or the name of a score
