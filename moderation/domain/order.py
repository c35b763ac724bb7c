"""The orders that comments are listed in: by time, held ones also by urgency and by any of their scores."""

import re

NEWEST, OLDEST, URGENCY = "newest", "oldest", "urgency"
BY_TIME = (NEWEST, OLDEST)
ORDER_PATTERN = r"^[a-z][a-z0-9_]{0,63}$"  # one of these, or the name of a score


def is_order(order: str) -> bool:
    """Whether it can be an order at all; that a score has this name is not known."""
    return bool(re.fullmatch(ORDER_PATTERN, order))
