"""Takes in a writer's appeal against the decision that keeps a comment from readers, and that of whoever sent a notice
against the one that left it there (Art. 20 of the EU's Digital Services Act: both sides).
"""

from moderation.domain.appeal import APPEALABLE, Appeal, appealable_from, decider_of
from moderation.domain.comment import Status
from moderation.domain.decision import STATUS_AFTER, Outcome
from moderation.domain.errors import NotAppealable, NotFound
from moderation.domain.event import iso
from moderation.domain.ids import Entropy, timed_id
from moderation.domain.legal_notice import NoticeState
from moderation.store import appeals, comments, decisions, legal_notices
from moderation.store.decisions import Standing
from moderation.store.sql.engine import Connection, Store

_OUTCOMES = {status: outcome for outcome, status in STATUS_AFTER.items()}


def appeal(store: Store, comment_id: str, text: str, *, now: int, entropy: Entropy) -> Appeal:
    """Asks that another person looks again at a rejection, at spam, or at a hold that lasts long.

    Each decision can be appealed once; one that answers an appeal cannot. now: ms.
    Raises NotFound, and NotAppealable with the reason.
    """
    with store.write() as connection:
        standing = decisions.standings(connection, [comment_id]).get(comment_id)
        if standing is None or standing.status is Status.ERASED:
            raise NotFound("There is no such comment.")
        history = decisions.histories(connection, [comment_id])[comment_id]
        _require_appealable(connection, standing, history[-1].created_at if history else 0, now)
        made = Appeal(
            timed_id("apl", now, entropy(10)),
            comment_id,
            standing.site_id,
            standing.revision,
            standing.sequence,
            _OUTCOMES[standing.status],
            decider_of(history),
            text.strip(),
            now,
        )
        appeals.add(connection, made)
    return made


def appeal_notice(store: Store, notice_id: str, text: str, *, now: int, entropy: Entropy) -> Appeal:
    """Asks, for whoever sent a notice, that another person looks again at the decision that left the comment there.

    Each decision can be appealed once by each notice; one that answers an appeal cannot. now: ms. Raises NotFound, and
    NotAppealable with the reason.
    """
    with store.write() as connection:
        notice = legal_notices.by_id(connection, notice_id, store.crypto)
        if notice is None:
            raise NotFound("There is no such notice.")
        standing = decisions.standings(connection, [notice.comment_id]).get(notice.comment_id)
        notice = legal_notices.by_id(connection, notice_id, store.crypto)  # now that it is locked
        is_shown = standing is not None and standing.status is Status.APPROVED
        if (
            standing is None
            or notice is None
            or not is_shown
            or notice.state is not NoticeState.KEPT
        ):
            raise NotAppealable("There is no decision against this notice.")
        for earlier in appeals.of_notice(connection, standing.comment_id, notice_id):
            if earlier.is_about(standing.sequence):
                raise NotAppealable("Its sender has appealed against this decision before.")
        made = Appeal(
            timed_id("apl", now, entropy(10)),
            standing.comment_id,
            standing.site_id,
            standing.revision,
            standing.sequence,
            Outcome.APPROVE,
            decider_of(decisions.histories(connection, [standing.comment_id])[standing.comment_id]),
            text.strip(),
            now,
            notice_id=notice_id,
        )
        appeals.add(connection, made)
    return made


def _require_appealable(
    connection: Connection, standing: Standing, decided_at: int, now: int
) -> None:
    """Raises NotAppealable where nothing was decided that its writer may appeal against now."""
    if standing.status not in APPEALABLE:
        raise NotAppealable("There is no decision against this comment.")
    for earlier in appeals.of_comments(connection, [standing.comment_id]).get(
        standing.comment_id, ()
    ):
        if earlier.is_about(standing.sequence):
            raise NotAppealable("Its writer has appealed against this decision before.")
    if standing.status is not Status.HELD:
        return
    texts = comments.revisions_of(connection, [standing.comment_id])[standing.comment_id]
    since = max(decided_at, texts[-1].created_at)
    if now < (start := appealable_from(Outcome.HOLD, since)):
        raise NotAppealable(f"It waits for a person; an appeal is possible from {iso(start)} on.")
