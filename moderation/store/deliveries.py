"""Deliveries and their attempts: recorded, listed, ended, sent again."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from moderation.domain.delivery import Attempt, Endpoint, Response
from moderation.domain.event import ASKED_FOR, FOR_PEOPLE, EventType
from moderation.domain.ids import Entropy, timed_id
from moderation.store.sql.dialect import insert_new
from moderation.store.sql.rows import record_of
from moderation.store.sql.schema import attempts, deliveries, endpoints, events

_FOR_ALL = [type.value for type in EventType if type not in ASKED_FOR | {EventType.TEST}]


@dataclass(frozen=True, slots=True)
class AttemptResult:
    """The result of an attempt. state: due | delivered | dead. due_at: ms."""

    delivery_id: str
    attempt: Attempt
    state: str
    due_at: int


@dataclass(frozen=True, slots=True)
class Delivery:
    """One event for one endpoint, with the attempts made; state: due | delivered | dead."""

    id: str
    event_id: str
    endpoint_id: str
    type: str
    comment_id: str
    state: str
    due_at: int
    created_at: int
    attempts: tuple[Attempt, ...]


def record_results(connection: Connection, lease: str, notes: Sequence[AttemptResult]) -> set[str]:
    """Records the results of attempts; returns the ids of the deliveries that this lease still held.

    Of the others nothing is written: another process has them by now.
    """
    leased_ids = set(
        connection.scalars(
            sa.select(deliveries.c.id)
            .where(
                deliveries.c.id.in_([note.delivery_id for note in notes]),
                deliveries.c.lease == lease,
                deliveries.c.state == "due",
            )
            .order_by(deliveries.c.id)
            .with_for_update()
        )
    )
    ours = [note for note in notes if note.delivery_id in leased_ids]
    if ours:
        connection.execute(
            insert_new(connection, attempts),
            [
                {
                    "delivery_id": note.delivery_id,
                    "number": note.attempt.number,
                    "started_at": note.attempt.started_at,
                    "duration": note.attempt.response.duration,
                    "response_status": note.attempt.response.status,
                    "error": note.attempt.response.error,
                }
                for note in ours
            ],
        )
        connection.execute(
            sa.update(deliveries)
            .where(deliveries.c.id == sa.bindparam("which"))
            .values(
                state=sa.bindparam("state_now"),
                due_at=sa.bindparam("due"),
                attempts=sa.bindparam("made"),
                lease="",
            ),
            [
                {
                    "which": note.delivery_id,
                    "state_now": note.state,
                    "due": note.due_at,
                    "made": note.attempt.number,
                }
                for note in ours
            ],
        )
    return leased_ids


def _waiting(endpoint_id: str, now: int) -> sa.ColumnElement[bool]:
    """Due for this endpoint, and nobody is sending it."""
    idle = sa.or_(deliveries.c.lease == "", deliveries.c.due_at <= now)
    return sa.and_(deliveries.c.endpoint_id == endpoint_id, deliveries.c.state == "due", idle)


def end_waiting(connection: Connection, endpoint_id: str, now: int) -> int:
    """Ends what waits for an endpoint that was disabled, with an attempt that says so; returns how many."""
    waiting = _waiting(endpoint_id, now)
    last_attempts = sa.select(
        deliveries.c.id,
        deliveries.c.attempts + 1,
        sa.literal(now),
        sa.literal(0),
        sa.literal("disabled"),
    ).where(waiting)
    columns = ["delivery_id", "number", "started_at", "duration", "error"]
    connection.execute(sa.insert(attempts).from_select(columns, last_attempts))
    return connection.execute(
        sa.update(deliveries)
        .where(waiting)
        .values(state="dead", lease="", attempts=deliveries.c.attempts + 1)
    ).rowcount


def end_without_endpoint(connection: Connection) -> int:
    """Ends what waits for an endpoint that was removed; returns how many.

    On PostgreSQL an event may be written while its endpoint is being removed.
    """
    return connection.execute(
        sa.update(deliveries)
        .where(
            deliveries.c.state == "due", deliveries.c.endpoint_id.not_in(sa.select(endpoints.c.id))
        )
        .values(state="dead", lease="")
    ).rowcount


def leases(connection: Connection, prefix: str, now: int) -> set[str]:
    """The leases in force whose names begin with `prefix`."""
    in_flight = sa.select(deliveries.c.lease).where(
        deliveries.c.state == "due",
        deliveries.c.due_at > now,
        deliveries.c.lease.startswith(prefix, autoescape=True),
    )
    return set(connection.scalars(in_flight.distinct()))


def release(connection: Connection, lease: str, now: int) -> int:
    """Hands back what a dead process held, at once: the lease itself, or any that begins with it."""
    is_leased = deliveries.c.lease.startswith(lease, autoescape=True)
    released = connection.execute(
        sa.update(deliveries)
        .where(deliveries.c.state == "due", is_leased)
        .values(lease="", due_at=now)
    )
    return released.rowcount


def hand_back(connection: Connection, lease: str, kept_ids: Collection[str], now: int) -> None:
    """Hands back at once what this very lease holds, except for these deliveries."""
    connection.execute(
        sa.update(deliveries)
        .where(
            deliveries.c.state == "due",
            deliveries.c.lease == lease,
            deliveries.c.id.not_in(kept_ids),
        )
        .values(lease="", due_at=now)
    )


def is_due(connection: Connection, now: int) -> bool:
    """Whether any delivery is due: one index look-up for each endpoint that is not paused."""
    due_for_endpoint = sa.exists().where(
        deliveries.c.endpoint_id == endpoints.c.id,
        deliveries.c.state == "due",
        deliveries.c.due_at <= now,
    )
    query = sa.select(endpoints.c.id).where(endpoints.c.resume_at <= now, due_for_endpoint)
    return connection.execute(query.limit(1)).first() is not None


def backlog(connection: Connection) -> int:
    """How many deliveries are not yet accepted, those included that wait for their next attempt."""
    query = sa.select(sa.func.count()).select_from(deliveries).where(deliveries.c.state == "due")
    return connection.execute(query).scalar_one()


def page(
    connection: Connection, endpoint_id: str, *, before: str = "", state: str = "", limit: int = 25
) -> list[Delivery]:
    """An endpoint's deliveries with their attempts, newest first, past the id `before`."""
    query = sa.select(deliveries.c.id).where(deliveries.c.endpoint_id == endpoint_id)
    if before:
        query = query.where(deliveries.c.id < before)
    if state:
        query = query.where(deliveries.c.state == state)
    return by_ids(
        connection, connection.scalars(query.order_by(deliveries.c.id.desc()).limit(limit)).all()
    )


def by_ids(connection: Connection, ids: Collection[str]) -> list[Delivery]:
    """The deliveries with these ids and their attempts, newest first."""
    attempts_by_delivery: dict[str, list[Attempt]] = {id: [] for id in ids}
    for row in connection.execute(
        sa.select(attempts).where(attempts.c.delivery_id.in_(ids)).order_by(attempts.c.number)
    ):
        response = Response(row.response_status, row.error, row.duration)
        attempts_by_delivery[row.delivery_id].append(Attempt(row.number, row.started_at, response))
    rows = connection.execute(
        sa.select(deliveries, events.c.type, events.c.comment_id)
        .join(events, events.c.id == deliveries.c.event_id)
        .where(deliveries.c.id.in_(ids))
        .order_by(deliveries.c.id.desc())
    )
    return [record_of(Delivery, row, attempts=tuple(attempts_by_delivery[row.id])) for row in rows]


def resend(connection: Connection, delivery_id: str, now: int) -> bool:
    """Makes a delivery due now, whatever became of it; False while it is being sent."""
    idle = sa.or_(deliveries.c.lease == "", deliveries.c.due_at <= now)
    changed = connection.execute(
        sa.update(deliveries)
        .where(deliveries.c.id == delivery_id, idle)
        .values(state="due", due_at=now, lease="")
    )
    return changed.rowcount == 1


def resend_all(
    connection: Connection,
    endpoint_id: str,
    states: Collection[str],
    since: int,
    until: int,
    now: int,
) -> int:
    """Makes an endpoint's deliveries in these states due now, of events from `since` to before `until`
    (ms), except what is being sent; returns how many.
    """
    idle = sa.or_(deliveries.c.lease == "", deliveries.c.due_at <= now)
    changed = connection.execute(
        sa.update(deliveries)
        .where(
            deliveries.c.endpoint_id == endpoint_id,
            deliveries.c.state.in_(states),
            *_between(deliveries.c.id, "dlv", since, until),
            idle,
        )
        .values(state="due", due_at=now, lease="")
    )
    return changed.rowcount


def _between(
    id: sa.Column[str], prefix: str, since: int, until: int
) -> tuple[sa.ColumnElement[bool], ...]:
    """Ids made from `since` to before `until` (ms): they sort by time, and the index has them."""
    return id >= timed_id(prefix, since, bytes(10)), id < timed_id(prefix, until, bytes(10))


def catch_up(
    connection: Connection,
    endpoint: Endpoint,
    since: int,
    until: int,
    now: int,
    limit: int,
    entropy: Entropy,
) -> int:
    """Adds deliveries, due now, of events that the endpoint wants and never got: from while it was
    disabled or did not exist yet. Oldest first, at most `limit`; returns how many.
    """
    already_queued = sa.exists().where(
        deliveries.c.event_id == events.c.id, deliveries.c.endpoint_id == endpoint.id
    )
    missed = (
        sa.select(events.c.id, events.c.created_at)
        .where(
            events.c.site_id == endpoint.site_id,
            events.c.created_at >= since,
            events.c.created_at < until,
            # Tests were meant for one endpoint alone, what is for people for its day.
            events.c.type.in_(set(endpoint.types or _FOR_ALL) - FOR_PEOPLE),
            # Not the news that it was itself disabled.
            ~sa.and_(
                events.c.type == EventType.DISABLED.value, events.c.data_json.contains(endpoint.id)
            ),
            ~already_queued,
        )
        .order_by(events.c.created_at, events.c.id)
        .limit(limit)
    )
    rows = [
        {
            "id": timed_id("dlv", row.created_at, entropy(10)),
            "event_id": row.id,
            "endpoint_id": endpoint.id,
            "state": "due",
            "due_at": now,
            "attempts": 0,
            "lease": "",
            "created_at": row.created_at,
        }
        for row in connection.execute(missed)
    ]
    if rows:
        connection.execute(sa.insert(deliveries), rows)
    return len(rows)
