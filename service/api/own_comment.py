"""What the writer of a comment may know of it."""

from typing_extensions import TypedDict

from moderation.domain.appeal import Appeal, AppealState
from moderation.domain.comment import Status
from moderation.domain.errors import NotFound
from moderation.reading import comment_status
from moderation.store.sql.engine import Store
from service.api import answers
from service.api.serializers import CommentOut, iso
from service.api.statement_schemas import StatementOut, statement_out


class OwnAppealOut(TypedDict):
    """The appeal that was made last. note: the answer in words, null for none."""

    state: AppealState
    text: answers.Text | None
    created_at: answers.Moment
    answered_at: answers.Moment | None
    note: answers.Sentence | None


class StatusOut(TypedDict):
    """What the author of a comment may know. revision: of its text. editable_until: when the time to change it is
    over; null where it cannot be changed. appeal: null where there was none. statement:
    why readers do not see it, null where nothing was decided against it.
    """

    id: answers.CommentId
    status: Status
    revision: answers.RevisionNumber
    created_at: answers.Moment
    editable_until: answers.Moment | None
    appeal: OwnAppealOut | None
    statement: StatementOut | None


CommentOrStatus = CommentOut | StatusOut


def status_out(store: Store, comment_id: str) -> StatusOut:
    """Raises NotFound."""
    own = comment_status.get_own(store, comment_id)
    if own is None:
        raise NotFound("There is no such comment.")
    comment = own.comment
    until = comment.editable_until
    return {
        "id": comment_id,
        "status": comment.status,
        "revision": comment.revision,
        "created_at": iso(comment.created_at),
        "editable_until": iso(until) if until is not None else None,
        "appeal": own_appeal_out(own.appeal) if own.appeal else None,
        "statement": statement_out(own.statement) if own.statement else None,
    }


def own_appeal_out(appeal: Appeal) -> OwnAppealOut:
    answered_at = appeal.answered_at
    return {
        "state": appeal.state,
        "text": appeal.text or None,
        "created_at": iso(appeal.created_at),
        "answered_at": iso(answered_at) if answered_at is not None else None,
        "note": appeal.note or None,
    }
