"""What becomes of a comment, for whoever handed it in: its status, why, and what became of an appeal."""

from dataclasses import dataclass

from moderation.domain.appeal import APPEALABLE, Appeal
from moderation.domain.comment import REMOVED, Status
from moderation.domain.statement import Statement, statement_of
from moderation.store import appeals, comments, decisions, sites
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
    """A comment as its writer may see it. appeal: the last one, None for none. statement: why readers do not see it, None
    where nothing was decided against the text as it is. language: of the site, '' where it has none.
    """

    comment: CommentStatus
    language: str
    appeal: Appeal | None
    statement: Statement | None


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
        site = sites.get_site(connection, comment.site_id)
        statement = None
        if comment.status in APPEALABLE:
            history = decisions.histories(connection, [comment_id])[comment_id]
            if history and history[-1].revision == comment.revision and site:
                statement = statement_of(history, site.name, made)
        language = site.language if site else ""
        return OwnComment(comment, language, made[-1] if made else None, statement)


def _status(connection: Connection, comment_id: str) -> CommentStatus | None:
    row = comments.status_of(connection, comment_id)
    rules = sites.reader_rules(connection, row.site_id) if row else None
    if row is None or rules is None:
        return None
    status = Status(row.status)
    until = None if status in REMOVED else rules.editable_until(row.created_at)
    return CommentStatus(row.site_id, status, row.revision, row.created_at, until)
