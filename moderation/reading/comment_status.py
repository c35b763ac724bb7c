"""What becomes of a comment, for whoever handed it in: its status and nothing else."""

from dataclasses import dataclass

from moderation.domain.comment import Status
from moderation.store import comments
from moderation.store.sql.engine import Store


@dataclass(frozen=True, slots=True)
class CommentStatus:
    """What the writer of a comment may know of it."""

    status: Status
    created_at: int


def get_status(store: Store, comment_id: str) -> CommentStatus | None:
    """Where a comment stands; None where there is none."""
    with store.read() as connection:
        row = comments.status_of(connection, comment_id)
    return CommentStatus(Status(row.status), row.created_at) if row else None
