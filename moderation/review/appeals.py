"""Answers appeals: the decision stands, or the comment is restored; after a notice of illegal content, removed."""

from collections.abc import Collection
from dataclasses import replace

from moderation.domain.appeal import NOTE_LIMIT, Answer, Appeal, AppealState
from moderation.domain.decision import Reason
from moderation.domain.errors import Conflict, Invalid, NotFound
from moderation.domain.ids import Entropy
from moderation.domain.reason_codes import ReasonCode
from moderation.review.decisions import decide_locked
from moderation.store import appeals, decisions
from moderation.store.sql.engine import Connection, Store

_OVER = {
    AppealState.CLOSED: "This appeal is closed: what it was about is over.",
    AppealState.UPHELD: "This appeal was answered: the decision stands.",
    AppealState.OVERTURNED: "This appeal was answered: the decision was overturned.",
}

_RESTORED = Reason(ReasonCode.OVERTURNED, "Restored on appeal.")
# The code says to the comment's writer that it was the law, not the site's rules (domain/statement.py).
_REMOVED = Reason("illegal", "Illegal content, as decided on appeal.")


def decide(
    store: Store,
    moderator_id: str,
    site_ids: Collection[str],
    appeal_id: str,
    answer: Answer,
    note: str = "",
    *,
    now: int,
    entropy: Entropy,
) -> Appeal:
    """Answers an appeal. To overturn is a decision like any other, which approves the comment, or rejects it where the sender
    of a notice appealed.

    note: to the person who appealed. now: ms. Raises NotFound for an appeal of another site; Conflict where it is
    answered or closed, and where this person made the decision that it is about; Invalid for the note.
    """
    note = _note(note)
    with store.write() as connection:
        comment_id = _find(connection, site_ids, appeal_id).comment_id
        standing = decisions.standings(connection, [comment_id])[comment_id]
        appeal = _find(connection, site_ids, appeal_id)  # as it is now that the comment is locked
        if appeal.state is not AppealState.OPEN:
            raise Conflict(_OVER[appeal.state])
        if moderator_id == appeal.decider_id:
            raise Conflict("You made the decision; an appeal is answered by another person.")
        answered = replace(
            appeal,
            state=AppealState.UPHELD,
            answered_by=moderator_id,
            answered_at=now,
            note=note,
        )
        if answer is Answer.OVERTURN:
            [decision] = decide_locked(
                connection,
                [standing],
                moderator_id,
                appeal.overturning,
                [_REMOVED if appeal.notice_id else _RESTORED],
                now=now,
                entropy=entropy,
            )
            answered = replace(
                answered, state=AppealState.OVERTURNED, answered_in=decision.sequence
            )
        appeals.save(connection, answered)
    return answered


def list_appeals(
    store: Store, site_id: str, state: AppealState, after: str = "", limit: int = 25
) -> list[Appeal]:
    """A site's appeals of one state, the oldest first, past the appeal `after`."""
    with store.read() as connection:
        return appeals.of_site(connection, site_id, state, after, limit)


def get_appeal(store: Store, site_ids: Collection[str], appeal_id: str) -> Appeal:
    """Raises NotFound, alike for an appeal of another site."""
    with store.read() as connection:
        return _find(connection, site_ids, appeal_id)


def _note(text: str) -> str:
    """The note as it is stored. Raises Invalid with the pointer /note."""
    text = text.replace("\r\n", "\n").strip()
    if len(text) > NOTE_LIMIT:
        raise Invalid(f"/note: Takes {NOTE_LIMIT:,} characters at most.", "/note")
    if "\x00" in text:
        raise Invalid("/note: Must not contain NUL.", "/note")
    return text


def _find(connection: Connection, site_ids: Collection[str], appeal_id: str) -> Appeal:
    appeal = appeals.by_id(connection, appeal_id)
    if appeal is None or appeal.site_id not in site_ids:
        raise NotFound("There is no such appeal.")
    return appeal
