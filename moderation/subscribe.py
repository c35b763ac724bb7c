"""Endpoints of a site: added, switched, given new secrets; past deliveries looked at and sent again."""

import base64
from collections.abc import Callable, Collection, Sequence

from moderation.domain.address import destination, parse_allow
from moderation.domain.delivery import Endpoint
from moderation.domain.errors import Conflict, Invalid, NotFound
from moderation.domain.event import EventType, test_event
from moderation.domain.ids import timed_id
from moderation.store import deliveries, endpoints, outbox
from moderation.store.deliveries import Delivery
from moderation.store.engine import Store

Entropy = Callable[[int], bytes]

SECRET_BYTES = 32  # Standard Webhooks: 24 to 64
ENDPOINT_LIMIT = (
    20  # per site: every decision is sent to each, so this bounds what one comment costs
)
OVERLAP = 86_400_000  # ms an old secret signs too: a day, to change it in the receiver by hand


def add(
    store: Store,
    site_id: str,
    url: str,
    *,
    types: Sequence[str] = (),
    with_text: bool = False,
    allow: str = "",
    now: int,
    entropy: Entropy,
) -> tuple[Endpoint, str]:
    """A new endpoint and its secret ('whsec_...'), which is never shown again.

    types: of events, () for all. with_text: whether messages carry the comment's text.
    allow: settings.webhook_allow. Raises Invalid for a URL that webhooks may not go to, or a type
    that is none; Conflict where the site has ENDPOINT_LIMIT already.
    """
    destination(url, parse_allow(allow))
    for type in types:
        if type not in set(EventType):
            raise Invalid("There is no such type of event.", "/types")
    endpoint = Endpoint(
        id=timed_id("ep", now, entropy(10)),
        site_id=site_id,
        url=url,
        types=tuple(sorted(set(types))),
        with_text=with_text,
        created_at=now,
    )
    secret = _new_secret(entropy)
    with store.write() as connection:
        if len(endpoints.of_sites(connection, [site_id])) >= ENDPOINT_LIMIT:
            raise Conflict(f"A site has at most {ENDPOINT_LIMIT} endpoints.")
        endpoints.add(connection, endpoint, store.seal.close_up(secret, endpoint.id))
    return endpoint, secret


def _new_secret(entropy: Entropy) -> str:
    return "whsec_" + base64.b64encode(entropy(SECRET_BYTES)).decode()


def list_endpoints(store: Store, site_ids: Collection[str]) -> list[Endpoint]:
    """The endpoints of these sites, oldest first."""
    with store.read() as connection:
        return endpoints.of_sites(connection, site_ids)


def get(store: Store, site_ids: Collection[str], endpoint_id: str) -> Endpoint:
    """One endpoint. Raises NotFound, alike for what is not there and for another site's."""
    with store.read() as connection:
        return _known(endpoints.get(connection, endpoint_id, site_ids))


def _known(endpoint: Endpoint | None) -> Endpoint:
    if endpoint is None:
        raise NotFound("There is no such endpoint.")
    return endpoint


def disable(
    store: Store, site_ids: Collection[str], endpoint_id: str, *, now: int, entropy: Entropy
) -> Endpoint:
    """Stops telling it anything; what waits for it is dead and can be sent again. Raises NotFound."""
    with store.write() as connection:
        _known(endpoints.get(connection, endpoint_id, site_ids))
        endpoints.disable(connection, endpoint_id, "by hand", now, entropy)
        return _known(endpoints.get(connection, endpoint_id, site_ids))


def enable(store: Store, site_ids: Collection[str], endpoint_id: str) -> Endpoint:
    """Tells it what happens from now on; see resend_dead for what it missed. Raises NotFound."""
    with store.write() as connection:
        _known(endpoints.get(connection, endpoint_id, site_ids))
        endpoints.enable(connection, endpoint_id)
        return _known(endpoints.get(connection, endpoint_id, site_ids))


def remove(store: Store, site_ids: Collection[str], endpoint_id: str) -> None:
    """Forgets the endpoint with its deliveries. Raises NotFound."""
    with store.write() as connection:
        _known(endpoints.get(connection, endpoint_id, site_ids))
        endpoints.remove(connection, endpoint_id)


def rotate(
    store: Store,
    site_ids: Collection[str],
    endpoint_id: str,
    *,
    overlap: int = OVERLAP,
    now: int,
    entropy: Entropy,
) -> str:
    """A new secret. The old one signs too for `overlap` ms; the one before it, if it still did, no
    more. Raises NotFound.
    """
    secret = _new_secret(entropy)
    with store.write() as connection:
        _known(endpoints.get(connection, endpoint_id, site_ids))
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
        _known(endpoints.get(connection, endpoint_id, site_ids))
        return deliveries.page(connection, endpoint_id, before=before, state=state, limit=limit)


def resend(store: Store, site_ids: Collection[str], delivery_id: str, *, now: int) -> Delivery:
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
        return deliveries.by_ids(connection, [delivery_id])[0]


def resend_dead(
    store: Store, site_ids: Collection[str], endpoint_id: str, *, since: int, now: int
) -> int:
    """Makes due now what died since then (ms): after an outage. Returns how many deliveries.

    Raises NotFound, or Conflict where the endpoint is disabled.
    """
    with store.write() as connection:
        if _known(endpoints.get(connection, endpoint_id, site_ids)).state != "enabled":
            raise Conflict("The endpoint is disabled; enable it first.")
        return deliveries.resend_dead(connection, endpoint_id, since, now)


def send_test(
    store: Store, site_ids: Collection[str], endpoint_id: str, *, now: int, entropy: Entropy
) -> str:
    """Puts a `webhook.test` message in the outbox for this endpoint alone; the event's id.

    Raises NotFound, or Conflict where the endpoint is disabled.
    """
    with store.write() as connection:
        endpoint = _known(endpoints.get(connection, endpoint_id, site_ids))
        if endpoint.state != "enabled":
            raise Conflict("The endpoint is disabled; enable it first.")
        event = test_event(endpoint_id, endpoint.site_id, now)
        outbox.put_for(connection, event, endpoint_id, entropy)
    return event.id
