"""One decision about many comments: how far it is, and what became of each."""

from enum import StrEnum

SMALL = 100  # comments decided at once, while the caller waits
IDS_LIMIT = 1_000  # named one by one
MEMBERS_LIMIT = 100_000  # found by a filter


class BulkState(StrEnum):
    """How far it is."""

    GATHERING = "gathering"  # not all of its comments are noted down yet; nothing is decided
    DECIDING = "deciding"
    DECIDED = "decided"
    UNDOING = "undoing"
    UNDONE = "undone"


class MemberState(StrEnum):
    """What became of a comment in it."""

    WAITING = "waiting"
    DECIDED = "decided"
    DECIDED_SINCE = "decided_since"  # left: somebody had decided about it meanwhile
    CHANGED = "changed"  # left: its writer had changed or withdrawn it meanwhile
    CLAIMED = "claimed"  # left: somebody else was about to decide
    ERASED = "erased"  # left: it was erased meanwhile
    MOVED = "moved"  # left: its page had left the sections that the decision is limited to
    CANCELLED = "cancelled"  # left: all of it was taken back before its turn came
    UNDONE = "undone"  # has the outcome of before again
    KEPT = (
        "kept"  # decided, and not taken back: somebody has decided about it since, or it has moved
    )
