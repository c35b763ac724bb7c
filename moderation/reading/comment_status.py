"""What becomes of a comment, for whoever handed it in: its status, and what became of an appeal."""

from dataclasses import dataclass

from moderation.domain.appeal import Appeal
from moderation.domain.comment import REMOVED, Status
from moderation.store import appeals, comments, sites
from moderation.store.sql.engine import Connection, Store


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


@dataclass(frozen=True, slots=True)
class OwnComment:
    """A comment as its writer may see it. appeal: the last one, None for none."""

    comment: CommentStatus
    appeal: Appeal | None


def get_status(store: Store, comment_id: str) -> CommentStatus | None:
    """Where a comment stands; None where there is none."""
    with store.read() as connection:
        return _status(connection, comment_id)


def get_own(store: Store, comment_id: str) -> OwnComment | None:
    """Where a comment stands, with what its writer is told besides; None where there is none."""
    with store.read() as connection:
        comment = _status(connection, comment_id)
        if comment is None:
            return None
        made = appeals.of_comments(connection, [comment_id]).get(comment_id, [])
        return OwnComment(comment, made[-1] if made else None)


def _status(connection: Connection, comment_id: str) -> CommentStatus | None:
    row = comments.status_of(connection, comment_id)
    rules = sites.reader_rules(connection, row.site_id) if row else None
    if row is None or rules is None:
        return None
    status = Status(row.status)
    until = None if status in REMOVED else rules.editable_until(row.created_at)
    return CommentStatus(row.site_id, status, row.revision, row.created_at, until)
