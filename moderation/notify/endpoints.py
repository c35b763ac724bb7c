"""Endpoints of a site: added, switched, given new secrets; past deliveries looked at and sent again."""

import base64
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from moderation.domain import notice
from moderation.domain.address import destination, parse_allow
from moderation.domain.channel import check_channel
from moderation.domain.delivery import BATCH_LIMIT, MODERATORS, Endpoint, Format, Payload
from moderation.domain.errors import Conflict, Invalid, NotFound
from moderation.domain.event import EventType, test_event
from moderation.domain.ids import timed_id
from moderation.store import deliveries, endpoints, outbox
from moderation.store.deliveries import Delivery
from moderation.store.endpoints import DeliveryTally
from moderation.store.sql.engine import Store

Entropy = Callable[[int], bytes]

SECRET_BYTES = 32  # Standard Webhooks: 24 to 64
ENDPOINT_LIMIT = (
    20  # per site: every decision is sent to each, so this bounds what one comment costs
)
SECRET_OVERLAP = (
    86_400_000  # ms an old secret signs too: a day, to change it in the receiver by hand
)
SECRET_OVERLAP_LIMIT = 30 * SECRET_OVERLAP
# Deliveries made anew by one replay of what was missed: one transaction must not last for minutes.
REPLAY_LIMIT = 10_000


class Replay(StrEnum):
    """What a replay sends again."""

    DEAD = "dead"  # what was given up
    ALL = "all"  # that, and what was accepted before: the receiver lost its data
    MISSED = "missed"  # what was never sent: the endpoint was disabled, or not yet there


@dataclass(frozen=True, slots=True)
class EndpointStatus:
    """An endpoint, and how much waits for it or was given up."""

    endpoint: Endpoint
    tally: DeliveryTally


def add_webhook(
    store: Store,
    site_id: str,
    url: str,
    *,
    types: Sequence[str] = (),
    payload: Payload = Payload.FULL,
    format: Format = Format.STANDARD,
    batch: int = 1,
    allow: str = "",
    now: int,
    entropy: Entropy,
) -> tuple[Endpoint, str]:
    """A new endpoint and its secret ('whsec_...'), which is never shown again.

    types: of events, () for all. batch: events in one POST at most, 1 to BATCH_LIMIT.
    allow: settings.webhook_allow. Raises Invalid for a URL that webhooks may not go to, or a type
    that is none; Conflict where the site has ENDPOINT_LIMIT already.
    """
    if format is Format.AKISMET:
        raise Invalid("Akismet's clients say themselves where they are told.", "/format")
    if format is Format.NOTICE:
        raise Invalid("A webhook is standard or cloudevents.", "/format")
    destination(url, parse_allow(allow))
    endpoint = Endpoint(
        id=timed_id("ep", now, entropy(10)),
        site_id=site_id,
        url=url,
        types=_types(types, tuple(EventType)),
        payload=payload,
        format=format,
        batch=_batch(batch),
        created_at=now,
    )
    secret = _new_secret(entropy)
    _add(store, endpoint, secret)
    return endpoint, secret


def add_channel(
    store: Store,
    site_id: str,
    url: str,
    shown: str,
    *,
    types: Sequence[str] = (),
    allow: str = "",
    now: int,
    entropy: Entropy,
) -> Endpoint:
    """A channel that tells people: a chat, a mailbox, or MODERATORS for the site's own moderators.

    url: as Apprise takes it, kept sealed, for it holds passwords; shown: what channels.read() says of
    it. types: () for notice.DEFAULT_TYPES. Raises Invalid for a type that is none or a URL that no
    channel may have, Conflict as add() does.
    """
    check_channel(url, parse_allow(allow))
    endpoint = Endpoint(
        id=timed_id("ep", now, entropy(10)),
        site_id=site_id,
        url=MODERATORS if url == MODERATORS else shown,
        types=_types(types or notice.DEFAULT_TYPES, notice.TYPES),
        format=Format.NOTICE,
        batch=BATCH_LIMIT,  # a flood of events is one message of many lines
        created_at=now,
    )
    _add(store, endpoint, url)
    return endpoint


def _add(store: Store, endpoint: Endpoint, secret: str) -> None:
    with store.write() as connection:
        if len(endpoints.of_sites(connection, [endpoint.site_id])) >= ENDPOINT_LIMIT:
            raise Conflict(f"A site has at most {ENDPOINT_LIMIT} endpoints.")
        endpoints.add(connection, endpoint, store.seal.close_up(secret, endpoint.id))


def _types(given: Sequence[str], known: Sequence[str]) -> tuple[str, ...]:
    if not set(given) <= set(known):
        raise Invalid("There is no such type of event.", "/types")
    return tuple(sorted(set(given)))


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


def with_status(store: Store, endpoints_: Sequence[Endpoint]) -> list[EndpointStatus]:
    """The endpoints, each with what waits for it and what was given up."""
    with store.read() as connection:
        tallies = endpoints.tallies(connection, [one.id for one in endpoints_])
    return [EndpointStatus(one, tallies[one.id]) for one in endpoints_]


def get_endpoint(store: Store, site_ids: Collection[str], endpoint_id: str) -> Endpoint:
    """One endpoint. Raises NotFound, alike for what is not there and for another site's."""
    with store.read() as connection:
        return _existing(endpoints.get(connection, endpoint_id, site_ids))


def _existing(endpoint: Endpoint | None) -> Endpoint:
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
) -> Endpoint:
    """Another URL, other types or another size of batches, from the next message on; None leaves it.

    Payload and format never change: a repeated message has the same bytes.
    Raises NotFound, Invalid as add() does, and Conflict for the URL of a notice.
    """
    with store.write() as connection:
        endpoint = _existing(endpoints.get(connection, endpoint_id, site_ids))
        is_notice = endpoint.format is Format.NOTICE
        if endpoint.format is Format.AKISMET:
            raise Conflict("An endpoint of the Akismet face is as its client wants it.")
        if url is not None:
            if is_notice:
                raise Conflict("The URL of a notice does not change; add another.")
            destination(url, parse_allow(allow))
            endpoint = replace(endpoint, url=url)
        if types is not None:
            wanted = types or (notice.DEFAULT_TYPES if is_notice else ())
            known = notice.TYPES if is_notice else tuple(EventType)
            endpoint = replace(endpoint, types=_types(wanted, known))
        if batch is not None:
            endpoint = replace(endpoint, batch=_batch(batch))
        endpoints.change(connection, endpoint)
        return endpoint


def disable_endpoint(
    store: Store, site_ids: Collection[str], endpoint_id: str, *, now: int, entropy: Entropy
) -> Endpoint:
    """Stops telling it anything; what waits for it is dead and can be sent again. Raises NotFound."""
    with store.write() as connection:
        _existing(endpoints.get(connection, endpoint_id, site_ids))
        endpoints.disable(connection, endpoint_id, "by hand", now, entropy)
        return _existing(endpoints.get(connection, endpoint_id, site_ids))


def enable_endpoint(store: Store, site_ids: Collection[str], endpoint_id: str) -> Endpoint:
    """Tells it what happens from now on; see replay for what it missed. Raises NotFound."""
    with store.write() as connection:
        _existing(endpoints.get(connection, endpoint_id, site_ids))
        endpoints.enable(connection, endpoint_id)
        return _existing(endpoints.get(connection, endpoint_id, site_ids))


def remove_endpoint(store: Store, site_ids: Collection[str], endpoint_id: str) -> None:
    """Forgets the endpoint with its deliveries. Raises NotFound."""
    with store.write() as connection:
        _existing(endpoints.get(connection, endpoint_id, site_ids))
        endpoints.remove(connection, endpoint_id)


def rotate_secret(
    store: Store,
    site_ids: Collection[str],
    endpoint_id: str,
    *,
    overlap: int = SECRET_OVERLAP,
    now: int,
    entropy: Entropy,
) -> str:
    """A new secret. The old one signs too for `overlap` ms, at most OVERLAP_LIMIT; the one before it,
    if it still did, no more. Raises NotFound, Invalid, or Conflict for a notice, which has none.
    """
    if not 0 <= overlap <= SECRET_OVERLAP_LIMIT:
        raise Invalid("Both secrets sign for 0 to 720 hours.", "/overlap_hours")
    secret = _new_secret(entropy)
    with store.write() as connection:
        format = _existing(endpoints.get(connection, endpoint_id, site_ids)).format
        if format in (Format.NOTICE, Format.AKISMET):
            raise Conflict("What is sent there is not signed; it has no secret to change.")
        sealed = store.seal.close_up(secret, endpoint_id)
        endpoints.rotate(connection, endpoint_id, sealed, now + overlap)
    return secret


def list_deliveries(
    store: Store,
    site_ids: Collection[str],
    endpoint_id: str,
    *,
    before: str = "",
    state: str = "",
    limit: int = 25,
) -> list[Delivery]:
    """An endpoint's deliveries and every attempt, newest first, past the id `before`.

    state: 'due', 'delivered' or 'dead'; '' for all. Raises NotFound.
    """
    with store.read() as connection:
        _existing(endpoints.get(connection, endpoint_id, site_ids))
        return deliveries.page(connection, endpoint_id, before=before, state=state, limit=limit)


def resend_delivery(
    store: Store, site_ids: Collection[str], delivery_id: str, *, now: int
) -> Delivery:
    """Makes a delivery due now: the same id and the same bytes, whatever became of it before.

    Attempts go on being counted; one that has used up the schedule gets one more.
    Raises NotFound, or Conflict where its endpoint is disabled or it is being sent at this moment.
    """
    with store.write() as connection:
        found = deliveries.by_ids(connection, [delivery_id])
        endpoint = endpoints.get(connection, found[0].endpoint_id, site_ids) if found else None
        if endpoint is None:
            raise NotFound("There is no such delivery.")
        if endpoint.state != "enabled":
            raise Conflict("The endpoint is disabled; enable it first.")
        if not deliveries.resend(connection, delivery_id, now):
            raise Conflict("The delivery is being sent at this moment.")
        endpoints.resume(connection, endpoint.id)
        return deliveries.by_ids(connection, [delivery_id])[0]


def replay_deliveries(
    store: Store,
    site_ids: Collection[str],
    endpoint_id: str,
    what: Replay = Replay.DEAD,
    *,
    since: int = 0,
    until: int | None = None,
    now: int,
    entropy: Entropy,
) -> int:
    """Makes due now what happened from `since` to before `until` (ms; None: now): after an outage.

    The same ids and the same bytes. Returns how many deliveries; of missed ones the oldest
    CATCH_UP_LIMIT. Raises NotFound, Invalid for an empty range, or Conflict where the endpoint is
    disabled.
    """
    end = now + 1 if until is None else min(until, now + 1)
    if not 0 <= since < end:
        raise Invalid("The range ends before it begins, or lies in the future.", "/since")
    with store.write() as connection:
        endpoint = _existing(endpoints.get(connection, endpoint_id, site_ids))
        if endpoint.state != "enabled":
            raise Conflict("The endpoint is disabled; enable it first.")
        endpoints.resume(connection, endpoint_id)
        if what is Replay.MISSED:
            return deliveries.catch_up(connection, endpoint, since, end, now, REPLAY_LIMIT, entropy)
        states = ("dead",) if what is Replay.DEAD else ("dead", "delivered")
        return deliveries.resend_all(connection, endpoint_id, states, since, end, now)


def send_test(
    store: Store, site_ids: Collection[str], endpoint_id: str, *, now: int, entropy: Entropy
) -> str:
    """Puts a `webhook.test` message in the outbox for this endpoint alone; the event's id.

    An endpoint that rests is tried again at once, as it is by resend and replay.

    Raises NotFound, or Conflict where the endpoint is disabled.
    """
    with store.write() as connection:
        endpoint = _existing(endpoints.get(connection, endpoint_id, site_ids))
        if endpoint.state != "enabled":
            raise Conflict("The endpoint is disabled; enable it first.")
        event = test_event(endpoint_id, endpoint.site_id, now)
        outbox.put_for(connection, event, [endpoint_id], entropy)
        endpoints.resume(connection, endpoint_id)
    return event.id
