"""Orders comments as a conversation: every reply below the comment it replies to."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from moderation.reading.threads import PublicComment

DEPTH_LIMIT = 3  # deeper replies are not indented further: a phone is narrow


@dataclass(frozen=True, slots=True)
class ThreadEntry:
    """One comment and how far it is indented. answers_another: whether what it replies to is not shown."""

    comment: PublicComment
    depth: int
    answers_another: bool
    time: str
    iso: str


def in_thread_order(comments: Sequence[PublicComment]) -> list[ThreadEntry]:
    """Newest first, and below each its replies, oldest first, as a conversation is read. A reply to a
    comment that is not shown stands by itself. comments: newest first.

    With its own stack: a chain of replies may be deeper than Python's recursion limit.
    """
    shown = {comment.id for comment in comments}
    replies: dict[str, list[PublicComment]] = defaultdict(list)
    for comment in reversed(comments):
        replies[comment.parent_id if comment.parent_id in shown else ""].append(comment)
    entries: list[ThreadEntry] = []
    stack = [(comment, 0) for comment in replies[""]]
    while stack:
        comment, depth = stack.pop()
        time = datetime.fromtimestamp(comment.created_at / 1000, UTC)
        entries.append(
            ThreadEntry(
                comment,
                min(depth, DEPTH_LIMIT),
                bool(comment.parent_id) and not depth,
                f"{time.day} {time:%B %Y at %H:%M}",
                time.isoformat(timespec="seconds"),
            )
        )
        stack.extend((reply, depth + 1) for reply in reversed(replies[comment.id]))
    return entries
