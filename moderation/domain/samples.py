"""The weekly sample: which comments people look at without knowing what a machine decided about them."""

import hashlib
from enum import StrEnum

from moderation.domain.durations import DAY_MS, WEEK_MS
from moderation.domain.errors import Invalid

LARGEST = 500
WEEKS = 12  # that the estimates are made of
KEPT_WEEKS = 26  # then a sample is deleted
_FIRST_MONDAY = 4 * DAY_MS  # 1970 began on a Thursday


class Verdict(StrEnum):
    """What a person says of a sampled comment. gone: it was changed, removed or decided about before anybody could say."""

    PUBLISH = "publish"
    REMOVE = "remove"
    UNSURE = "unsure"
    GONE = "gone"


def week_of(time: int) -> int:
    """The week of a moment (ms), from Monday of UTC, counted from 1970."""
    return (time - _FIRST_MONDAY) // WEEK_MS


def begin_of(week: int) -> int:
    """When a week begins, ms."""
    return _FIRST_MONDAY + week * WEEK_MS


def lot(comment_id: str, week: int) -> bytes:
    """What the comment draws in this week: those with the smallest are the sample. The same at every time and place."""
    return hashlib.sha256(f"{comment_id} {week}".encode()).digest()


def check_size(size: int) -> int:
    """The same size. Raises Invalid where it is out of range."""
    if not 0 <= size <= LARGEST:
        raise Invalid(f"A sample has 0 to {LARGEST} comments; 0 is none.", "/size")
    return size
