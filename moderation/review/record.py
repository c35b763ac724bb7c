"""What follows from a person's decision, all in one transaction."""

from collections.abc import Callable, Sequence

from moderation.domain.decision import Decision
from moderation.domain.event import decision_event
from moderation.store import decisions, feedback, outbox, reputations
from moderation.store.decisions import Standing
from moderation.store.sql.engine import Connection


def record(
    connection: Connection,
    made: Sequence[tuple[Decision, Standing]],
    entropy: Callable[[int], bytes],
) -> None:
    """Adds people's decisions to their comments' histories, each comment at most once.

    Each waits to be learned from, counts for or against whoever wrote, and is told to the endpoints.
    made: each with how its comment stood before. The caller's transaction holds the standings.
    """
    if not made:
        return
    new = [decision for decision, _ in made]
    decisions.append(connection, new)
    counts = decisions.in_effect_now(connection, new)
    feedback.note_feedback(connection, new, counts)
    reputations.note_votes(connection, counts)
    events = [
        decision_event(decision, was.site_id, was.page, was.parent_id, was.status)
        for decision, was in made
    ]
    outbox.put(connection, events, entropy)
