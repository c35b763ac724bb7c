"""Endpoints of a site: added, changed, switched on and off, given new secrets, tested."""

import base64
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from moderation.domain import notice
from moderation.domain.address import destination, parse_allow
from moderation.domain.audit import COMMAND, Change
from moderation.domain.channel import check_channel
from moderation.domain.delivery import (
    BATCH_LIMIT,
    MODERATORS,
    Endpoint,
    Format,
    Payload,
    audited,
)
from moderation.domain.durations import DAY_MS
from moderation.domain.errors import Conflict, Invalid, NotFound
from moderation.domain.event import EventType, iso, test_event
from moderation.domain.ids import Entropy, timed_id
from moderation.store import audit, endpoints, outbox
from moderation.store.endpoints import DeliveryTally
from moderation.store.sql.engine import Connection, Store

SECRET_BYTES = 32  # Standard Webhooks: 24 to 64
# Per site: every decision is sent to each endpoint, so this bounds what one comment costs.
ENDPOINT_LIMIT = 20
# ms during which an old secret signs as well: a day, to change it in the receiver by hand.
SECRET_OVERLAP = DAY_MS
SECRET_OVERLAP_LIMIT = 30 * SECRET_OVERLAP


@dataclass(frozen=True, slots=True)
class EndpointStatus:
    """An endpoint, and how many deliveries to it wait or were given up."""

    endpoint: Endpoint
    tally: DeliveryTally


@dataclass(frozen=True, slots=True)
class Subscription:
    """Which events an endpoint gets, and how. types: () for all. batch: most events in one POST, 1 to BATCH_LIMIT."""

    types: Sequence[str] = ()
    payload: Payload = Payload.FULL
    format: Format = Format.STANDARD
    batch: int = 1


def add_webhook(
    store: Store,
    site_id: str,
    url: str,
    subscription: Subscription = Subscription(),
    *,
    allow: str = "",
    by: str = COMMAND,
    now: int,
    entropy: Entropy,
) -> tuple[Endpoint, str]:
    """A new endpoint and its secret ('whsec_...'), which is never shown again.

    allow: settings.webhook_allow. Raises Invalid for a URL that may not be called or an unknown type of
    event, Conflict if the site has ENDPOINT_LIMIT endpoints already.
    """
    if subscription.format is Format.AKISMET:
        raise Invalid("Akismet's clients register their endpoints themselves.", "/format")
    if subscription.format is Format.NOTICE:
        raise Invalid("A webhook is standard or cloudevents.", "/format")
    destination(url, parse_allow(allow))
    endpoint = Endpoint(
        id=timed_id("ep", now, entropy(10)),
        site_id=site_id,
        url=url,
        types=_types(subscription.types, tuple(EventType)),
        payload=subscription.payload,
        format=subscription.format,
        batch=_batch(subscription.batch),
        created_at=now,
    )
    secret = _new_secret(entropy)
    _add(store, endpoint, secret, by)
    return endpoint, secret


def add_channel(
    store: Store,
    site_id: str,
    url: str,
    shown: str,
    *,
    types: Sequence[str] = (),
    allow: str = "",
    by: str = COMMAND,
    now: int,
    entropy: Entropy,
) -> Endpoint:
    """A channel that notifies people: a chat, a mailbox, or MODERATORS for the site's own moderators.

    url: as Apprise reads it; stored encrypted, because it contains passwords. shown: as Notifier.read()
    displays it. types: () for notice.DEFAULT_TYPES. Raises Invalid for an unknown type of event or a URL
    that no channel may have, Conflict as add_webhook().
    """
    check_channel(url, parse_allow(allow))
    endpoint = Endpoint(
        id=timed_id("ep", now, entropy(10)),
        site_id=site_id,
        url=MODERATORS if url == MODERATORS else shown,
        types=_types(types or notice.DEFAULT_TYPES, notice.TYPES),
        format=Format.NOTICE,
        batch=BATCH_LIMIT,  # a flood of events becomes one message of many lines
        created_at=now,
    )
    _add(store, endpoint, url, by)
    return endpoint


def _add(store: Store, endpoint: Endpoint, secret: str, by: str) -> None:
    with store.write() as connection:
        if len(endpoints.of_sites(connection, [endpoint.site_id])) >= ENDPOINT_LIMIT:
            raise Conflict(f"A site has at most {ENDPOINT_LIMIT} endpoints.")
        endpoints.add(connection, endpoint, store.crypto.encrypt(secret, endpoint.id))
        facts = audited(endpoint)
        audit.record(
            connection, by, Change.ENDPOINT_ADDED, endpoint.site_id, endpoint.id, None, facts
        )


def _types(types: Sequence[str], allowed: Sequence[str]) -> tuple[str, ...]:
    if not set(types) <= set(allowed):
        raise Invalid("There is no such type of event.", "/types")
    return tuple(sorted(set(types)))


def _batch(size: int) -> int:
    if not 1 <= size <= BATCH_LIMIT:
        raise Invalid(f"A batch has 1 to {BATCH_LIMIT} events.", "/batch")
    return size


def _new_secret(entropy: Entropy) -> str:
    return "whsec_" + base64.b64encode(entropy(SECRET_BYTES)).decode()


def list_endpoints(store: Store, site_ids: Collection[str]) -> list[Endpoint]:
    """The endpoints of these sites, oldest first."""
    with store.read() as connection:
        return endpoints.of_sites(connection, site_ids)


def with_status(store: Store, site_endpoints: Sequence[Endpoint]) -> list[EndpointStatus]:
    """The endpoints, each with how many deliveries wait for it and were given up."""
    with store.read() as connection:
        tallies = endpoints.tallies(connection, [endpoint.id for endpoint in site_endpoints])
    return [EndpointStatus(endpoint, tallies[endpoint.id]) for endpoint in site_endpoints]


def get_endpoint(store: Store, site_ids: Collection[str], endpoint_id: str) -> Endpoint:
    """One endpoint. Raises NotFound, also for an endpoint of another site."""
    with store.read() as connection:
        return existing(connection, endpoint_id, site_ids)


def existing(connection: Connection, endpoint_id: str, site_ids: Collection[str]) -> Endpoint:
    """The endpoint. Raises NotFound, also for one of another site."""
    endpoint = endpoints.get(connection, endpoint_id, site_ids)
    if endpoint is None:
        raise NotFound("There is no such endpoint.")
    return endpoint


def change_endpoint(
    store: Store,
    site_ids: Collection[str],
    endpoint_id: str,
    *,
    url: str | None = None,
    types: Sequence[str] | None = None,
    batch: int | None = None,
    allow: str = "",
    by: str = COMMAND,
) -> Endpoint:
    """Changes the URL, the types or the size of batches, from the next message on; None leaves it.

    Payload and format never change, so that a repeated message has the same bytes.
    Raises NotFound, Invalid as add_webhook(), and Conflict for the URL of a channel or any change to an
    endpoint of Akismet's clients.
    """
    with store.write() as connection:
        endpoint = old = existing(connection, endpoint_id, site_ids)
        is_notice = endpoint.format is Format.NOTICE
        if endpoint.format is Format.AKISMET:
            raise Conflict("An endpoint of the Akismet face is managed by its client.")
        if url is not None:
            if is_notice:
                raise Conflict("The URL of a notice does not change; add another.")
            destination(url, parse_allow(allow))
            endpoint = replace(endpoint, url=url)
        if types is not None:
            types = types or (notice.DEFAULT_TYPES if is_notice else ())
            allowed = notice.TYPES if is_notice else tuple(EventType)
            endpoint = replace(endpoint, types=_types(types, allowed))
        if batch is not None:
            endpoint = replace(endpoint, batch=_batch(batch))
        endpoints.change(connection, endpoint)
        after = audited(endpoint)
        if endpoint.url != old.url:
            after["path"] = "another"
        audit.record(
            connection, by, Change.ENDPOINT_CHANGED, old.site_id, old.id, audited(old), after
        )
        return endpoint


def disable_endpoint(
    store: Store,
    site_ids: Collection[str],
    endpoint_id: str,
    by: str = COMMAND,
    *,
    now: int,
    entropy: Entropy,
) -> Endpoint:
    """Sends an endpoint nothing more; waiting deliveries are given up and can be replayed. Raises NotFound."""
    with store.write() as connection:
        site_id = existing(connection, endpoint_id, site_ids).site_id
        if endpoints.disable(connection, endpoint_id, "by hand", now, entropy):
            audit.record(connection, by, Change.ENDPOINT_DISABLED, site_id, endpoint_id)
        return existing(connection, endpoint_id, site_ids)


def enable_endpoint(
    store: Store, site_ids: Collection[str], endpoint_id: str, by: str = COMMAND
) -> Endpoint:
    """Sends an endpoint new events again; replay_deliveries() sends those it missed. Raises NotFound."""
    with store.write() as connection:
        before = existing(connection, endpoint_id, site_ids)
        endpoints.enable(connection, endpoint_id)
        if before.state != "enabled":
            audit.record(connection, by, Change.ENDPOINT_ENABLED, before.site_id, endpoint_id)
        return existing(connection, endpoint_id, site_ids)


def remove_endpoint(
    store: Store, site_ids: Collection[str], endpoint_id: str, by: str = COMMAND
) -> None:
    """Deletes an endpoint and its deliveries. Raises NotFound."""
    with store.write() as connection:
        old = existing(connection, endpoint_id, site_ids)
        endpoints.remove(connection, endpoint_id)
        audit.record(
            connection, by, Change.ENDPOINT_REMOVED, old.site_id, endpoint_id, audited(old)
        )


def rotate_secret(
    store: Store,
    site_ids: Collection[str],
    endpoint_id: str,
    *,
    overlap: int = SECRET_OVERLAP,
    by: str = COMMAND,
    now: int,
    entropy: Entropy,
) -> str:
    """A new secret. The one it replaces signs as well for `overlap` ms, at most SECRET_OVERLAP_LIMIT; an
    older one stops at once. Raises NotFound, Invalid, or Conflict for an endpoint without a secret.
    """
    if not 0 <= overlap <= SECRET_OVERLAP_LIMIT:
        raise Invalid("Both secrets sign for 0 to 720 hours.", "/overlap_hours")
    secret = _new_secret(entropy)
    with store.write() as connection:
        endpoint = existing(connection, endpoint_id, site_ids)
        if endpoint.format in (Format.NOTICE, Format.AKISMET):
            raise Conflict("What is sent there is not signed; it has no secret to change.")
        sealed = store.crypto.encrypt(secret, endpoint_id)
        endpoints.rotate(connection, endpoint_id, sealed, now + overlap)
        facts = {"both_until": iso(now + overlap)}
        audit.record(
            connection,
            by,
            Change.ENDPOINT_SECRET_CHANGED,
            endpoint.site_id,
            endpoint_id,
            None,
            facts,
        )
    return secret


def send_test(
    store: Store, site_ids: Collection[str], endpoint_id: str, *, now: int, entropy: Entropy
) -> str:
    """Sends a `webhook.test` message to this endpoint alone; returns the event's id.

    An endpoint that rests after failures is tried again at once, as by a resend or a replay.
    Raises NotFound, or Conflict if the endpoint is disabled.
    """
    with store.write() as connection:
        endpoint = existing(connection, endpoint_id, site_ids)
        if endpoint.state != "enabled":
            raise Conflict("The endpoint is disabled; enable it first.")
        event = test_event(endpoint_id, endpoint.site_id, now)
        outbox.put_for(connection, event, [endpoint_id], entropy)
        endpoints.resume(connection, endpoint_id)
    return event.id
