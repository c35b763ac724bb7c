"""What becomes of a comment, for whoever handed it in: its status and nothing else."""

from dataclasses import dataclass

from moderation.domain.comment import REMOVED, Status
from moderation.store import comments, sites
from moderation.store.sql.engine import Store


@dataclass(frozen=True, slots=True)
class CommentStatus:
    """What the writer of a comment may know of it. revision: the number of its text. created_at: ms.
    editable_until: until when (ms) its text may be changed; None where it cannot be.
    """

    site_id: str
    status: Status
    revision: int
    created_at: int
    editable_until: int | None


def get_status(store: Store, comment_id: str) -> CommentStatus | None:
    """Where a comment stands; None where there is none."""
    with store.read() as connection:
        row = comments.status_of(connection, comment_id)
        rules = sites.reader_rules(connection, row.site_id) if row else None
    if row is None or rules is None:
        return None
    status = Status(row.status)
    until = None if status in REMOVED else rules.editable_until(row.created_at)
    return CommentStatus(row.site_id, status, row.revision, row.created_at, until)
