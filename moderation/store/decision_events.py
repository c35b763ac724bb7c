"""The events of decisions on their way into the outbox, with statements of reasons for endpoints that ask for them."""

from collections.abc import Sequence

from sqlalchemy.engine import Connection

from moderation.domain.decision import Decision, Outcome
from moderation.domain.event import Event, EventType, statement_event
from moderation.domain.ids import Entropy
from moderation.domain.statement import statement_data, statement_of
from moderation.store import appeals, decisions, outbox, sites
from moderation.store.decisions import Standing


def put(connection: Connection, made: Sequence[tuple[Decision, Standing]], entropy: Entropy) -> int:
    """Queues what decisions are told as; returns how many deliveries are due now.

    made: each with how its comment stood before, and stored already.
    """
    told = [(decision, standing.event(decision)) for decision, standing in made]
    events = [event for _, event in told]
    return outbox.put(connection, [*events, *_statements(connection, told)], entropy)


def _statements(connection: Connection, told: Sequence[tuple[Decision, Event]]) -> list[Event]:
    """The statement of each decision against a comment of a site where somebody asks for them."""
    against = [pair for pair in told if pair[0].outcome is not Outcome.APPROVE]
    asking = outbox.asked_for(
        connection, EventType.STATEMENT, {event.site_id for _, event in against}
    )
    against = [pair for pair in against if pair[1].site_id in asking]
    if not against:
        return []
    ids = sorted({decision.comment_id for decision, _ in against})
    histories = decisions.histories(connection, ids)
    appealed = appeals.of_comments(connection, ids)
    names = {id: site.name for id in asking if (site := sites.get_site(connection, id))}
    events = []
    for decision, event in against:
        history = [
            earlier
            for earlier in histories[decision.comment_id]
            if earlier.sequence <= decision.sequence
        ]
        statement = statement_of(
            history, names.get(event.site_id, ""), appealed.get(decision.comment_id, ())
        )
        if statement:
            events.append(statement_event(event, statement_data(statement)))
    return events
