"""Webhook endpoints: where a site wants to be told, and the secrets that sign what it is told."""

import json
from collections.abc import Collection, Sequence

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from moderation.domain.delivery import Endpoint
from moderation.domain.event import disabled_event
from moderation.store import deliveries, outbox
from moderation.store.outbox import Entropy
from moderation.store.schema import attempts, endpoints
from moderation.store.schema import deliveries as delivery_rows


def add(connection: Connection, endpoint: Endpoint, secret_sealed: bytes) -> None:
    connection.execute(
        sa.insert(endpoints).values(
            id=endpoint.id,
            site_id=endpoint.site_id,
            url=endpoint.url,
            types_json=json.dumps(list(endpoint.types)),
            with_text=endpoint.with_text,
            secret_sealed=secret_sealed,
            state=endpoint.state,
            disabled_because="",
            created_at=endpoint.created_at,
        )
    )


def of_sites(connection: Connection, site_ids: Collection[str]) -> list[Endpoint]:
    """The endpoints of these sites, oldest first."""
    rows = connection.execute(
        sa.select(endpoints).where(endpoints.c.site_id.in_(site_ids)).order_by(endpoints.c.id)
    )
    return [_endpoint(row) for row in rows]


def get(connection: Connection, endpoint_id: str, site_ids: Collection[str]) -> Endpoint | None:
    """The endpoint, if it is one of these sites'."""
    row = connection.execute(
        sa.select(endpoints).where(endpoints.c.id == endpoint_id, endpoints.c.site_id.in_(site_ids))
    ).one_or_none()
    return _endpoint(row) if row else None


def _endpoint(row: sa.Row[tuple[object, ...]]) -> Endpoint:
    return Endpoint(
        row.id,
        row.site_id,
        row.url,
        tuple(json.loads(row.types_json)),
        row.with_text,
        row.state,
        row.disabled_because,
        row.failing_since,
        row.created_at,
    )


def rotate(connection: Connection, endpoint_id: str, sealed: bytes, old_until: int) -> None:
    """A new secret; the one it replaces signs too until `old_until` (ms)."""
    connection.execute(
        sa.update(endpoints)
        .where(endpoints.c.id == endpoint_id)
        .values(
            secret_sealed=sealed,
            old_secret_sealed=endpoints.c.secret_sealed,
            old_secret_until=old_until,
        )
    )


def enable(connection: Connection, endpoint_id: str) -> None:
    connection.execute(
        sa.update(endpoints)
        .where(endpoints.c.id == endpoint_id)
        .values(state="enabled", disabled_because="", failing_since=None)
    )


def disable(
    connection: Connection, endpoint_id: str, because: str, now: int, entropy: Entropy
) -> bool:
    """Tells this endpoint nothing more: what waits for it is dead, and the site's others are told.

    False where it was disabled already, or is no more.
    """
    site_id = connection.execute(
        sa.update(endpoints)
        .where(endpoints.c.id == endpoint_id, endpoints.c.state == "enabled")
        .values(state="disabled", disabled_because=because)
        .returning(endpoints.c.site_id)
    ).scalar_one_or_none()
    if site_id is None:
        return False
    deliveries.bury(connection, endpoint_id, now)
    outbox.put(connection, [disabled_event(endpoint_id, site_id, because, now)], entropy)
    return True


def remove(connection: Connection, endpoint_id: str) -> None:
    """The endpoint, its deliveries and their attempts are no more."""
    its = sa.select(delivery_rows.c.id).where(delivery_rows.c.endpoint_id == endpoint_id)
    connection.execute(sa.delete(attempts).where(attempts.c.delivery_id.in_(its)))
    connection.execute(sa.delete(delivery_rows).where(delivery_rows.c.endpoint_id == endpoint_id))
    connection.execute(sa.delete(endpoints).where(endpoints.c.id == endpoint_id))


def accepted(connection: Connection, endpoint_ids: Collection[str]) -> None:
    """These endpoints took something: they are well."""
    connection.execute(
        sa.update(endpoints)
        .where(endpoints.c.id.in_(endpoint_ids), endpoints.c.failing_since.is_not(None))
        .values(failing_since=None)
    )


def failed(connection: Connection, since: Sequence[tuple[str, int]], limit: int) -> list[str]:
    """These endpoints took nothing at the time given (ms); returns those enabled ones that have
    taken nothing since `limit` (ms) or longer.
    """
    ids = [endpoint_id for endpoint_id, _ in since]
    for endpoint_id, at in since:
        connection.execute(
            sa.update(endpoints)
            .where(endpoints.c.id == endpoint_id, endpoints.c.failing_since.is_(None))
            .values(failing_since=at)
        )
    lost = sa.select(endpoints.c.id).where(
        endpoints.c.id.in_(ids),
        endpoints.c.state == "enabled",
        endpoints.c.failing_since <= limit,
    )
    return list(connection.scalars(lost.order_by(endpoints.c.id)))
