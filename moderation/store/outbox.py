"""The outbox: events and their deliveries, added in the transaction of the fact, sent under a lease."""

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from moderation.domain.comment import GONE
from moderation.domain.delivery import BATCH_LIMIT, Format, Payload
from moderation.domain.event import ASKED_FOR, Event, event_json
from moderation.domain.ids import Entropy, timed_id
from moderation.store import akismet_checks
from moderation.store.sql.dialect import fetch, insert_new, oldest_due
from moderation.store.sql.rows import row_of
from moderation.store.sql.schema import comments, deliveries, endpoints, events, revisions


@dataclass(frozen=True, slots=True)
class DeliveryJob:
    """One delivery to attempt, with all that sending needs.

    attempts: made before. enabled: whether its endpoint is; None where the endpoint or the event is
    gone, and what follows is empty. text: None unless the endpoint asked for it and it exists.
    """

    id: str
    attempts: int
    event_id: str
    endpoint_id: str
    enabled: bool | None
    type: str = ""
    comment_id: str = ""
    data_json: str = field(default="", repr=False)
    happened_at: int = 0
    site_id: str = ""
    url: str = field(default="", repr=False)
    payload: Payload = Payload.FULL
    format: Format = Format.STANDARD
    batch: int = 1
    text: str | None = field(default=None, repr=False)
    secret_sealed: bytes = field(default=b"", repr=False)
    old_secret_sealed: bytes | None = field(default=None, repr=False)
    old_secret_until: int | None = None


def has_listeners(connection: Connection, site_ids: Collection[str]) -> bool:
    """Whether these sites have any endpoint: spares a batch the making of its events."""
    if not site_ids:
        return False
    query = "SELECT 1 FROM endpoints WHERE site_id AMONG :sites LIMIT 1"
    return bool(fetch(connection, query, sites=list(site_ids)))


def put(connection: Connection, new_events: Sequence[Event], entropy: Entropy) -> int:
    """Adds the events that somebody subscribed to, and a delivery for each enabled one who did.

    What only a disabled endpoint wanted is kept for it, see deliveries.catch_up. An event
    that is there already is left alone, and gets no second delivery.
    Returns how many deliveries are due now.
    """
    if not new_events:
        return 0
    listeners = _listeners(connection, {new_event.site_id for new_event in new_events})
    to_insert: dict[str, tuple[Event, list[str], int]] = {}
    for event in new_events:
        listening = [
            endpoint for endpoint in listeners.get(event.site_id, ()) if endpoint.wants(event.type)
        ]
        if listening:
            to_insert[event.id] = (
                event,
                [endpoint.id for endpoint in listening if endpoint.is_enabled],
                0,
            )
    asking = {
        site_id
        for site_id, listening in listeners.items()
        if any(endpoint.asks for endpoint in listening)
    }
    enabled = {
        endpoint.id
        for listening in listeners.values()
        for endpoint in listening
        if endpoint.is_enabled
    }
    for verdict, endpoint_id, not_before in akismet_checks.pending_verdicts(
        connection, [event for event in new_events if event.site_id in asking]
    ):
        endpoint_ids = [endpoint_id] if endpoint_id in enabled else []
        to_insert[verdict.id] = (verdict, endpoint_ids, not_before)
    return _insert(connection, to_insert.values(), entropy)


def asked_for(connection: Connection, type: str, site_ids: Collection[str]) -> set[str]:
    """Those of the sites where an endpoint names this type."""
    if not site_ids:
        return set()
    return {
        site_id
        for site_id, listening in _listeners(connection, site_ids).items()
        if any(type in endpoint.types for endpoint in listening)
    }


def put_for(
    connection: Connection, event: Event, endpoint_ids: Sequence[str], entropy: Entropy
) -> int:
    """Adds an event for these endpoints alone, whatever they subscribed to."""
    return _insert(connection, [(event, list(endpoint_ids), 0)], entropy)


def existing_ids(connection: Connection, event_ids: Collection[str]) -> set[str]:
    """Those of the events that are there."""
    return set(connection.scalars(sa.select(events.c.id).where(events.c.id.in_(event_ids))))


@dataclass(frozen=True, slots=True)
class _Listener:
    """types: wanted ones, none meaning all but ASKED_FOR. asks: it gets the verdicts on what it asked about."""

    id: str
    types: frozenset[str]
    is_enabled: bool
    asks: bool

    def wants(self, type: str) -> bool:
        return type in self.types or (not self.types and type not in ASKED_FOR)


def _listeners(connection: Connection, site_ids: Collection[str]) -> dict[str, list[_Listener]]:
    """The endpoints by site."""
    listeners_by_site: dict[str, list[_Listener]] = {}
    for row in connection.execute(
        sa.select(
            endpoints.c.id,
            endpoints.c.site_id,
            endpoints.c.types_json,
            endpoints.c.state,
            endpoints.c.format,
        )
        .where(endpoints.c.site_id.in_(site_ids))
        .order_by(endpoints.c.id)
    ):
        types = frozenset(json.loads(row.types_json))
        asks = row.format == Format.AKISMET.value
        listener = _Listener(row.id, types, row.state == "enabled", asks)
        listeners_by_site.setdefault(row.site_id, []).append(listener)
    return listeners_by_site


def _insert(
    connection: Connection, new_events: Iterable[tuple[Event, list[str], int]], entropy: Entropy
) -> int:
    """new_events: each with the endpoints that get it, and the time (ms) before which it is not sent."""
    new_events = list(new_events)
    if not new_events:
        return 0
    added_ids = set(
        connection.scalars(
            insert_new(connection, events).returning(events.c.id),
            [row_of(event, events, data_json=event_json(event.data)) for event, _, _ in new_events],
        )
    )
    rows = [
        {
            "id": timed_id("dlv", event.created_at, entropy(10)),
            "event_id": event.id,
            "endpoint_id": endpoint_id,
            "state": "due",
            "due_at": max(event.created_at, not_before),
            "attempts": 0,
            "lease": "",
            "created_at": event.created_at,
        }
        for event, endpoint_ids, not_before in new_events
        if event.id in added_ids
        for endpoint_id in endpoint_ids
    ]
    if rows:
        connection.execute(sa.insert(deliveries), rows)
    return len(rows)


def due(
    connection: Connection,
    now: int,
    until: int,
    limit: int,
    per_endpoint: int,
    *,
    notices: bool = False,
) -> list[str]:
    """The ids of up to `limit` deliveries to take now: the oldest few of each endpoint, the first of
    each first, so that none waits behind another's backlog.

    Never more than `per_endpoint` of one in flight, whoever sends them (leases end by `until`); one
    at a time to an endpoint that is failing, and one batch where it takes batches: see take().
    Nothing to an endpoint that rests. notices: those alone, else all but those.
    """
    ranked = (
        oldest_due(connection)
        .bindparams(now=now, share=per_endpoint)
        .columns(
            deliveries.c.id,
            deliveries.c.endpoint_id,
            deliveries.c.due_at,
            sa.column("place", sa.Integer),
        )
        .subquery("ranked")
    )
    in_flight = (
        sa.select(deliveries.c.endpoint_id, sa.func.count().label("count"))
        .where(
            deliveries.c.state == "due",
            deliveries.c.due_at > now,
            deliveries.c.due_at <= until,
            deliveries.c.lease != "",
        )
        .group_by(deliveries.c.endpoint_id)
        .subquery()
    )
    one_at_a_time = sa.or_(endpoints.c.failing_since.is_not(None), endpoints.c.batch > 1)
    share = sa.case((one_at_a_time, 1), else_=per_endpoint)
    is_notice = endpoints.c.format == Format.NOTICE.value
    return list(
        connection.scalars(
            sa.select(ranked.c.id)
            .outerjoin(in_flight, in_flight.c.endpoint_id == ranked.c.endpoint_id)
            .outerjoin(endpoints, endpoints.c.id == ranked.c.endpoint_id)
            .where(
                ranked.c.place + sa.func.coalesce(in_flight.c.count, 0) <= share,
                is_notice if notices else ~is_notice,
            )
            .order_by(ranked.c.place, ranked.c.due_at)
            .limit(limit)
        )
    )


def take(
    connection: Connection, ids: Sequence[str], lease: str, now: int, until: int
) -> list[DeliveryJob]:
    """Takes those of the deliveries that are still due, and keeps them until `until` (ms).

    Where an endpoint takes batches, the others that are due for it come along.
    """
    still = (
        sa.select(deliveries.c.id)
        .where(
            deliveries.c.id.in_([*ids, *_followers(connection, ids, now)]),
            deliveries.c.state == "due",
            deliveries.c.due_at <= now,
        )
        .with_for_update(skip_locked=True)  # PostgreSQL; on SQLite the writer is alone
    )
    taken = connection.scalars(
        sa.update(deliveries)
        .where(deliveries.c.id.in_(still))
        .values(lease=lease, due_at=until)
        .returning(deliveries.c.id)
    ).all()
    return _jobs(connection, taken) if taken else []


def _followers(connection: Connection, ids: Sequence[str], now: int) -> list[str]:
    """The oldest due deliveries of those endpoints among the heads' that take batches."""
    followers: list[str] = []
    for endpoint_id, size in connection.execute(
        sa.select(endpoints.c.id, endpoints.c.batch)
        .join(deliveries, deliveries.c.endpoint_id == endpoints.c.id)
        .where(deliveries.c.id.in_(ids), endpoints.c.batch > 1)
        .order_by(endpoints.c.id)
    ):
        followers += connection.scalars(
            sa.select(deliveries.c.id)
            .where(
                deliveries.c.endpoint_id == endpoint_id,
                deliveries.c.state == "due",
                deliveries.c.due_at <= now,
            )
            .order_by(deliveries.c.due_at, deliveries.c.id)
            .limit(min(size, BATCH_LIMIT))
        )
    return followers


def _jobs(connection: Connection, ids: Sequence[str]) -> list[DeliveryJob]:
    readable = sa.and_(endpoints.c.payload == Payload.TEXT.value, comments.c.status.not_in(GONE))
    rows = connection.execute(
        sa.select(
            deliveries.c.id,
            deliveries.c.attempts,
            deliveries.c.event_id,
            deliveries.c.endpoint_id,
            events.c.type,
            events.c.comment_id,
            events.c.data_json,
            events.c.created_at.label("happened_at"),
            endpoints.c.state,
            endpoints.c.site_id,
            endpoints.c.url,
            endpoints.c.payload,
            endpoints.c.format,
            endpoints.c.batch,
            sa.case((readable, revisions.c.text)).label("text"),
            endpoints.c.secret_sealed,
            endpoints.c.old_secret_sealed,
            endpoints.c.old_secret_until,
        )
        .outerjoin(events, events.c.id == deliveries.c.event_id)
        .outerjoin(endpoints, endpoints.c.id == deliveries.c.endpoint_id)
        .outerjoin(comments, comments.c.id == events.c.comment_id)
        .outerjoin(
            revisions,
            sa.and_(
                revisions.c.comment_id == events.c.comment_id,
                revisions.c.number == events.c.revision,
            ),
        )
        .where(deliveries.c.id.in_(ids))
        .order_by(deliveries.c.id)
    )
    return [_job(row) for row in rows]


def _job(row: sa.Row[tuple[object, ...]]) -> DeliveryJob:
    if row.type is None or row.url is None:
        return DeliveryJob(row.id, row.attempts, row.event_id, row.endpoint_id, None)
    fields = {key: value for key, value in row._mapping.items() if key != "state"}
    fields |= {"payload": Payload(row.payload), "format": Format(row.format)}
    return DeliveryJob(enabled=row.state == "enabled", **fields)
