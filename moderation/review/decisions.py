"""A moderator's decision about one comment, or about several at once, and taking it back."""

from collections.abc import Collection, Sequence

from moderation.domain.comment import Status
from moderation.domain.decision import (
    Actor,
    ActorKind,
    Decision,
    Outcome,
    Reason,
    in_effect,
    in_effect_before,
)
from moderation.domain.errors import Conflict, Invalid, NotFound
from moderation.domain.ids import Entropy
from moderation.domain.reason_codes import ReasonCode
from moderation.review.branches import Replies, reject_replies, take_back_replies
from moderation.review.claims import refuse_others
from moderation.review.explanation import UNEXPLAINED, Explanation
from moderation.review.filings import undo_filings
from moderation.review.record import record
from moderation.store import decisions, reach
from moderation.store.decisions import Standing
from moderation.store.sql.engine import Connection, Store


def decide(
    store: Store,
    moderator_id: str,
    site_ids: Collection[str],
    comment_id: str,
    outcome: Outcome,
    explanation: Explanation = UNEXPLAINED,
    expected_sequence: int | None = None,
    *,
    replies: Replies = Replies.LEAVE,
    take_over: bool = False,
    now: int,
    entropy: Entropy,
) -> Decision:
    """Adds a moderator's decision, its event and deliveries, in one transaction.

    expected_sequence: of the decision the moderator saw; None decides whatever came before.
    replies: REJECT rejects all that answers the comment, too, and is taken back with the decision.
    take_over: also where somebody else has claimed the comment.
    Raises NotFound for a comment of another site, Conflict if somebody else has decided meanwhile, Claimed, Invalid
    for a reason, sentence or note that cannot be, and for replies rejected with a comment that is not.
    """
    rejects = outcome in (Outcome.REJECT, Outcome.SPAM)
    if replies is Replies.REJECT and not rejects:
        raise Invalid("/replies: Only with a comment that is rejected or spam.", "/replies")
    with store.write() as connection:
        standing = locked_standing(connection, site_ids, comment_id, expected_sequence)
        reasons, sentence = explanation.words(connection, standing.site_id, outcome)
        if not take_over:
            refuse_others(connection, moderator_id, [comment_id])
        explanation.leave_note(connection, standing, moderator_id, now, entropy)
        [decision] = decide_locked(
            connection,
            [standing],
            moderator_id,
            outcome,
            reasons,
            sentence=sentence,
            replies=replies,
            now=now,
            entropy=entropy,
        )
    return decision


def undo(
    store: Store,
    moderator_id: str,
    site_ids: Collection[str],
    comment_id: str,
    expected_sequence: int | None = None,
    *,
    take_over: bool = False,
    now: int,
    entropy: Entropy,
) -> Decision:
    """Takes a moderator's last decision back by adding one with the outcome in effect before it.

    Without an earlier one the comment is held. An undo is itself a decision, and can be undone. Replies that
    were decided along with it go back as well.
    expected_sequence: of the decision the moderator saw; None takes back the last one, whichever it is.
    take_over: as for decide(). Raises NotFound for a comment of another site; Claimed; Conflict if somebody else
    has decided meanwhile, or if the last decision is not a moderator's.
    """
    with store.write() as connection:
        standing = locked_standing(connection, site_ids, comment_id, expected_sequence)
        history = decisions.histories(connection, [comment_id])[comment_id]
        if not history or history[-1].actor.kind is not ActorKind.MODERATOR:
            raise Conflict("There is no decision of a person to take back.")
        if history[-1].sequence != standing.sequence:
            raise Conflict("Its writer has changed the text that was decided about.")
        if not take_over:
            refuse_others(connection, moderator_id, [comment_id])
        [decision] = take_back_locked(
            connection, [standing], moderator_id, "Taken back.", now=now, entropy=entropy
        )
    return decision


def decide_locked(
    connection: Connection,
    standings: Sequence[Standing],
    moderator_id: str,
    outcome: Outcome,
    reasons: Sequence[Reason] = (),
    *,
    sentence: str = "",
    replies: Replies = Replies.LEAVE,
    now: int,
    entropy: Entropy,
) -> list[Decision]:
    """Decides alike about comments that the caller has locked; in the order of the standings."""
    actor = Actor(ActorKind.MODERATOR, moderator_id)
    made = [
        (standing.next_decision(outcome, actor, tuple(reasons), now, sentence=sentence), standing)
        for standing in standings
    ]
    return _record(connection, made, replies, now, entropy)


def take_back_locked(
    connection: Connection,
    standings: Sequence[Standing],
    moderator_id: str,
    sentence: str,
    *,
    now: int,
    entropy: Entropy,
) -> list[Decision]:
    """Takes the last decisions of moderators back, about comments that the caller has locked. sentence: the reason."""
    histories = decisions.histories(connection, [standing.comment_id for standing in standings])
    made = []
    for standing in standings:
        before = in_effect_before(
            histories[standing.comment_id], standing.sequence, standing.revision
        )
        decision = standing.next_decision(
            before.outcome if before else Outcome.HOLD,
            Actor(ActorKind.MODERATOR, moderator_id),
            (Reason(ReasonCode.TAKEN_BACK, sentence),),
            now,
            takes_back=standing.sequence,
        )
        made.append((decision, standing))
    return _record(connection, made, Replies.LEAVE, now, entropy)


def _record(
    connection: Connection,
    made: Sequence[tuple[Decision, Standing]],
    replies: Replies,
    now: int,
    entropy: Entropy,
) -> list[Decision]:
    """Stores the decisions with those about replies, and holds again what was filed because of what they end."""
    histories = decisions.histories(connection, [decision.comment_id for decision, _ in made])
    along = []
    for decision, _ in made:
        if replies is Replies.REJECT:
            along += reject_replies(connection, decision)
        if decision.takes_back is not None:
            along += take_back_replies(connection, decision)
    record(connection, [*made, *along], entropy)
    for decision, standing in made:
        history = histories[decision.comment_id]
        after = in_effect([*history, decision])
        undo_filings(connection, standing.site_id, in_effect(history), after, now, entropy)
    return [decision for decision, _ in made]


def locked_standing(
    connection: Connection,
    site_ids: Collection[str],
    comment_id: str,
    expected_sequence: int | None,
) -> Standing:
    """How the comment stands, locked until the decision is stored. Raises as decide()."""
    standing = decisions.standings(connection, [comment_id]).get(comment_id)
    if standing is None or standing.status is Status.ERASED:
        raise NotFound("There is no such comment.")
    if not reach.reaches(connection, comment_id, standing.site_id, site_ids):
        raise NotFound("There is no such comment.")
    if expected_sequence is not None and expected_sequence != standing.sequence:
        raise Conflict("Somebody has decided about this comment, or changed it, meanwhile.")
    if standing.status is Status.WITHDRAWN:
        raise Conflict("Its writer has withdrawn this comment.")
    return standing
