"""The outbox: events and their deliveries, written in the transaction of the fact they tell."""

import json
from collections.abc import Callable, Collection, Iterable, Sequence

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from moderation.domain.delivery import Event, frozen
from moderation.domain.ids import timed_id
from moderation.store.dialect import insert_new
from moderation.store.schema import deliveries, endpoints, events

Entropy = Callable[[int], bytes]


def has_listeners(connection: Connection, site_ids: Collection[str]) -> bool:
    """Whether any endpoint of these sites is enabled: spares a batch the making of its events."""
    query = sa.select(endpoints.c.id).where(
        endpoints.c.site_id.in_(site_ids), endpoints.c.state == "enabled"
    )
    return bool(site_ids) and connection.execute(query.limit(1)).first() is not None


def put(connection: Connection, new: Sequence[Event], entropy: Entropy) -> int:
    """Adds the events that somebody subscribed to, and a delivery for each who did.

    An event that is there already is left alone, and gets no second delivery.
    Returns how many deliveries are due now.
    """
    if not new:
        return 0
    listeners = _listeners(connection, {one.site_id for one in new})
    told = {
        event.id: (
            event,
            [
                id
                for id, types in listeners.get(event.site_id, ())
                if not types or event.type in types
            ],
        )
        for event in new
    }
    return _insert(connection, told.values(), entropy)


def put_for(connection: Connection, event: Event, endpoint_id: str, entropy: Entropy) -> int:
    """Adds an event for one endpoint alone, whatever it subscribed to."""
    return _insert(connection, [(event, [endpoint_id])], entropy)


def _listeners(
    connection: Connection, site_ids: Collection[str]
) -> dict[str, list[tuple[str, frozenset[str]]]]:
    """The enabled endpoints by site: id and wanted types, none meaning all."""
    found: dict[str, list[tuple[str, frozenset[str]]]] = {}
    for row in connection.execute(
        sa.select(endpoints.c.id, endpoints.c.site_id, endpoints.c.types_json)
        .where(endpoints.c.site_id.in_(site_ids), endpoints.c.state == "enabled")
        .order_by(endpoints.c.id)
    ):
        found.setdefault(row.site_id, []).append((row.id, frozenset(json.loads(row.types_json))))
    return found


def _insert(
    connection: Connection, told: Iterable[tuple[Event, list[str]]], entropy: Entropy
) -> int:
    told = [(event, to) for event, to in told if to]
    if not told:
        return 0
    added = set(
        connection.scalars(
            insert_new(connection, events).returning(events.c.id),
            [
                {
                    "id": event.id,
                    "site_id": event.site_id,
                    "type": event.type,
                    "comment_id": event.comment_id,
                    "sequence": event.sequence,
                    "revision": event.revision,
                    "data_json": frozen(event.data),
                    "created_at": event.created_at,
                }
                for event, _ in told
            ],
        )
    )
    rows = [
        {
            "id": timed_id("dlv", event.created_at, entropy(10)),
            "event_id": event.id,
            "endpoint_id": endpoint_id,
            "state": "due",
            "due_at": event.created_at,
            "attempts": 0,
            "lease": "",
            "created_at": event.created_at,
        }
        for event, to in told
        if event.id in added
        for endpoint_id in to
    ]
    if rows:
        connection.execute(sa.insert(deliveries), rows)
    return len(rows)
