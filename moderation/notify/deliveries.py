"""Past deliveries of an endpoint: listed, sent again one by one, or replayed after an outage."""

from collections.abc import Collection
from enum import StrEnum

from moderation.domain.errors import Conflict, Invalid, NotFound
from moderation.domain.ids import Entropy
from moderation.notify.endpoints import existing
from moderation.store import deliveries, endpoints
from moderation.store.deliveries import Delivery
from moderation.store.sql.engine import Store

# Most missed events of one replay: its transaction must not last for minutes.
REPLAY_LIMIT = 10_000


class Replay(StrEnum):
    """What a replay sends again."""

    DEAD = "dead"  # deliveries that were given up
    ALL = "all"  # those and accepted ones: the receiver lost its data
    MISSED = (
        "missed"  # events that were never sent: the endpoint was disabled, or did not exist yet
    )


def list_deliveries(
    store: Store,
    site_ids: Collection[str],
    endpoint_id: str,
    *,
    before: str = "",
    state: str = "",
    limit: int = 25,
) -> list[Delivery]:
    """An endpoint's deliveries with their attempts, newest first, past the id `before`.

    state: 'due', 'delivered' or 'dead'; '' for all. Raises NotFound.
    """
    with store.read() as connection:
        existing(connection, endpoint_id, site_ids)
        return deliveries.page(connection, endpoint_id, before=before, state=state, limit=limit)


def resend_delivery(
    store: Store, site_ids: Collection[str], delivery_id: str, *, now: int
) -> Delivery:
    """Makes a delivery due now, with the same id and the same bytes, whatever its state.

    The count of attempts goes on; a delivery that has used up the schedule gets one more attempt.
    Raises NotFound, or Conflict if its endpoint is disabled or it is being sent at this moment.
    """
    with store.write() as connection:
        delivery = next(iter(deliveries.by_ids(connection, [delivery_id])), None)
        endpoint = endpoints.get(connection, delivery.endpoint_id, site_ids) if delivery else None
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
    scope: Replay = Replay.DEAD,
    *,
    since: int = 0,
    until: int | None = None,
    now: int,
    entropy: Entropy,
) -> int:
    """Sends again, after an outage, events from `since` to before `until` (ms; None: now).

    Ids and bytes are the same as before. Returns how many deliveries are due; of missed events the
    oldest REPLAY_LIMIT. Raises NotFound, Invalid for an empty range, or Conflict if the endpoint is
    disabled.
    """
    end = now + 1 if until is None else min(until, now + 1)
    if not 0 <= since < end:
        raise Invalid("The range ends before it begins, or lies in the future.", "/since")
    with store.write() as connection:
        endpoint = existing(connection, endpoint_id, site_ids)
        if endpoint.state != "enabled":
            raise Conflict("The endpoint is disabled; enable it first.")
        endpoints.resume(connection, endpoint_id)
        if scope is Replay.MISSED:
            return deliveries.catch_up(connection, endpoint, since, end, now, REPLAY_LIMIT, entropy)
        states = ("dead",) if scope is Replay.DEAD else ("dead", "delivered")
        return deliveries.resend_all(connection, endpoint_id, states, since, end, now)
