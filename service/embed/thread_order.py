"""Comments in the order of a conversation: every answer below what it answers."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from moderation.reading.threads import PublicComment

DEPTH_LIMIT = 3  # deeper answers are not indented further: a phone is narrow


@dataclass(frozen=True, slots=True)
class ThreadEntry:
    """One comment and how far it is indented."""

    comment: PublicComment
    depth: int
    time: str
    iso: str


def in_thread_order(comments: Sequence[PublicComment]) -> list[ThreadEntry]:
    """Oldest first, answers below. An answer to what is not shown stands by itself.

    With a stack of its own: a chain of answers may be longer than Python's.
    """
    shown = {one.id for one in comments}
    answers: dict[str, list[PublicComment]] = defaultdict(list)
    for one in comments:
        answers[one.parent_id if one.parent_id in shown else ""].append(one)
    turns: list[ThreadEntry] = []
    waiting = [(one, 0) for one in reversed(answers[""])]
    while waiting:
        one, depth = waiting.pop()
        at = datetime.fromtimestamp(one.created_at / 1000, UTC)
        turns.append(
            ThreadEntry(
                one,
                min(depth, DEPTH_LIMIT),
                f"{at.day} {at:%B %Y at %H:%M}",
                at.isoformat(timespec="seconds"),
            )
        )
        waiting.extend((answer, depth + 1) for answer in reversed(answers[one.id]))
    return turns
