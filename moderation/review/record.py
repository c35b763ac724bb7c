"""Stores moderators' decisions with all that follows from them, in one transaction."""

from collections.abc import Sequence

from moderation.domain.decision import Decision, Outcome
from moderation.domain.ids import Entropy
from moderation.store import (
    claims,
    decision_events,
    decisions,
    feedback,
    judging_queue,
    legal_notices,
    reports,
    reputations,
)
from moderation.store.decisions import Standing
from moderation.store.sql.engine import Connection


def record(
    connection: Connection,
    made: Sequence[tuple[Decision, Standing]],
    entropy: Entropy,
) -> None:
    """Adds moderators' decisions to the histories of their comments, at most one for each comment.

    Each ends a claim, is queued as feedback for learning, counts in the author's reputation, answers what readers
    reported and goes to the endpoints.
    Replies that wait for a comment that is approved now are judged again.
    made: the decisions, each with how its comment stood before; the caller has locked these.
    """
    if not made:
        return
    new = [decision for decision, _ in made]
    decisions.append(connection, new, {standing.comment_id: standing for _, standing in made})
    claims.end(connection, [decision.comment_id for decision in new])
    in_effect = decisions.in_effect_now(connection, new)
    feedback.note_feedback(connection, new, in_effect)
    reputations.note_votes(connection, in_effect)
    reports.settle(connection, new, in_effect)
    legal_notices.settle(connection, new)
    approved = [decision for decision in new if decision.outcome is Outcome.APPROVE]
    ids = [decision.comment_id for decision in approved]
    judging_queue.judge_replies_again(connection, ids, new[0].created_at)
    decision_events.put(connection, made, entropy)
