"""Webhook endpoints: where a site wants events sent, and the secrets that sign them."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from moderation.domain.delivery import Endpoint, Format, Payload, pause_after_failures
from moderation.domain.event import disabled_event
from moderation.domain.ids import Entropy
from moderation.store import deliveries, outbox
from moderation.store.sql.rows import record_of, row_of
from moderation.store.sql.schema import attempts, endpoints
from moderation.store.sql.schema import deliveries as delivery_rows


def add(connection: Connection, endpoint: Endpoint, secret_sealed: bytes) -> None:
    row = row_of(
        endpoint,
        endpoints,
        types_json=json.dumps(list(endpoint.types)),
        secret_sealed=secret_sealed,
        failures=0,
    )
    connection.execute(sa.insert(endpoints).values(row))


def of_sites(connection: Connection, site_ids: Collection[str]) -> list[Endpoint]:
    """The endpoints of these sites, oldest first."""
    rows = connection.execute(
        sa.select(endpoints).where(endpoints.c.site_id.in_(site_ids)).order_by(endpoints.c.id)
    )
    return [_endpoint(row) for row in rows]


def channels(connection: Connection, before: int) -> list[Endpoint]:
    """The enabled channels of all sites that were there before a moment (ms)."""
    rows = connection.execute(
        sa.select(endpoints)
        .where(
            endpoints.c.format == Format.NOTICE.value,
            endpoints.c.state == "enabled",
            endpoints.c.created_at < before,
        )
        .order_by(endpoints.c.id)
    )
    return [_endpoint(row) for row in rows]


def get(connection: Connection, endpoint_id: str, site_ids: Collection[str]) -> Endpoint | None:
    """The endpoint, if it is one of these sites'."""
    row = connection.execute(
        sa.select(endpoints).where(endpoints.c.id == endpoint_id, endpoints.c.site_id.in_(site_ids))
    ).one_or_none()
    return _endpoint(row) if row else None


def _endpoint(row: sa.Row[tuple[object, ...]]) -> Endpoint:
    return record_of(
        Endpoint,
        row,
        types=tuple(json.loads(row.types_json)),
        payload=Payload(row.payload),
        format=Format(row.format),
    )


@dataclass(frozen=True, slots=True)
class DeliveryTally:
    """How many deliveries of an endpoint wait, and how many are dead."""

    due: int = 0
    dead: int = 0


def tallies(connection: Connection, endpoint_ids: Collection[str]) -> dict[str, DeliveryTally]:
    """The tally of each endpoint; delivered ones are not counted, for they may be very many."""
    counts_by_endpoint = {id: {"due": 0, "dead": 0} for id in endpoint_ids}
    for state in ("due", "dead"):
        endpoint_id = delivery_rows.c.endpoint_id
        for id, count in connection.execute(
            sa.select(endpoint_id, sa.func.count())
            .where(delivery_rows.c.state == state, endpoint_id.in_(endpoint_ids))
            .group_by(endpoint_id)
        ):
            counts_by_endpoint[id][state] = count
    return {id: DeliveryTally(**counts) for id, counts in counts_by_endpoint.items()}


def count_failing(connection: Connection) -> tuple[int, int]:
    """How many endpoints of all sites are disabled though nobody did it by hand, and fail now."""
    lost = sa.and_(endpoints.c.state == "disabled", endpoints.c.disabled_because != "by hand")
    failing = sa.and_(endpoints.c.state == "enabled", endpoints.c.failing_since.is_not(None))
    row = connection.execute(
        sa.select(
            sa.func.count(sa.case((lost, 1))), sa.func.count(sa.case((failing, 1)))
        ).select_from(endpoints)
    ).one()
    return row[0], row[1]


def change(connection: Connection, endpoint: Endpoint) -> None:
    """Writes what may change in an endpoint's life: its URL, its types, the size of its batches."""
    connection.execute(
        sa.update(endpoints)
        .where(endpoints.c.id == endpoint.id)
        .values(url=endpoint.url, types_json=json.dumps(list(endpoint.types)), batch=endpoint.batch)
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
        .values(state="enabled", disabled_because="", failing_since=None, failures=0, resume_at=0)
    )


def disable(
    connection: Connection, endpoint_id: str, because: str, now: int, entropy: Entropy
) -> str:
    """Sends this endpoint nothing more: what waits for it is dead, and the site's others get an event.

    Returns the id of its site, '' where it was disabled already, or is no more.
    """
    site_id = connection.execute(
        sa.update(endpoints)
        .where(endpoints.c.id == endpoint_id, endpoints.c.state == "enabled")
        .values(state="disabled", disabled_because=because)
        .returning(endpoints.c.site_id)
    ).scalar_one_or_none()
    if site_id is None:
        return ""
    deliveries.end_waiting(connection, endpoint_id, now)
    outbox.put(connection, [disabled_event(endpoint_id, site_id, because, now)], entropy)
    return str(site_id)


def remove(connection: Connection, endpoint_id: str) -> None:
    """The endpoint, its deliveries and their attempts are no more."""
    delivery_ids = sa.select(delivery_rows.c.id).where(delivery_rows.c.endpoint_id == endpoint_id)
    connection.execute(sa.delete(attempts).where(attempts.c.delivery_id.in_(delivery_ids)))
    connection.execute(sa.delete(delivery_rows).where(delivery_rows.c.endpoint_id == endpoint_id))
    connection.execute(sa.delete(endpoints).where(endpoints.c.id == endpoint_id))


def record_success(connection: Connection, endpoint_ids: Collection[str]) -> None:
    """These endpoints accepted something, so they are not failing any more."""
    connection.execute(
        sa.update(endpoints)
        .where(endpoints.c.id.in_(endpoint_ids), endpoints.c.failing_since.is_not(None))
        .values(failing_since=None, failures=0, resume_at=0)
    )


@dataclass(frozen=True, slots=True)
class EndpointFailure:
    """Failed POSTs to an endpoint. since: ms, of the first. count: how many."""

    endpoint_id: str
    since: int
    count: int


def record_failures(
    connection: Connection, failures: Sequence[EndpointFailure], now: int, limit: int, scale: float
) -> list[str]:
    """Counts failures, and pauses the endpoints that failed too often in a row.

    Returns the enabled endpoints that have accepted nothing since `limit` (ms) or longer.
    """
    ids = [failure.endpoint_id for failure in failures]
    for failure in failures:
        is_endpoint = endpoints.c.id == failure.endpoint_id
        failures_in_a_row = connection.execute(
            sa.update(endpoints)
            .where(is_endpoint)
            .values(
                failing_since=sa.func.coalesce(endpoints.c.failing_since, failure.since),
                failures=endpoints.c.failures + failure.count,
            )
            .returning(endpoints.c.failures)
        ).scalar_one_or_none()
        if failures_in_a_row is not None and (
            pause := pause_after_failures(failures_in_a_row, scale)
        ):
            hold_back(connection, failure.endpoint_id, now + pause)
    failing = sa.select(endpoints.c.id).where(
        endpoints.c.id.in_(ids), endpoints.c.state == "enabled", endpoints.c.failing_since <= limit
    )
    return list(connection.scalars(failing.order_by(endpoints.c.id)))


def hold_back(connection: Connection, endpoint_id: str, until: int) -> None:
    """Nothing goes to the endpoint before `until` (ms)."""
    connection.execute(
        sa.update(endpoints)
        .where(endpoints.c.id == endpoint_id, endpoints.c.resume_at < until)
        .values(resume_at=until)
    )


def resume(connection: Connection, endpoint_id: str) -> None:
    """Ends the pause after failures: deliveries go out again at once."""
    connection.execute(
        sa.update(endpoints).where(endpoints.c.id == endpoint_id).values(resume_at=0)
    )
