"""What must still happen and has not: due work whose doorbell was lost, and retention."""

from dataclasses import dataclass

from moderation.domain.campaign import WINDOW_MS
from moderation.domain.reputation import KEPT_DAYS
from moderation.store import (
    addresses,
    campaigns,
    deliveries,
    heartbeats,
    judging_queue,
    reputations,
    retention,
    sketches,
)
from moderation.store.sql.engine import Store

HOUR = 3_600_000  # ms
DAY = 24 * HOUR
PURGE_LIMIT = 5_000  # rows a table and sweep: a sweep must not hold SQLite's one writer for long
VOTE_LIMIT = 500  # each moves a count
SKETCH_LIMIT = 1_000  # each has a dozen rows; a busy site takes in 700 comments between two purges


@dataclass(frozen=True, slots=True)
class Due:
    """Which doorbells must ring."""

    judge: bool
    deliver: bool


def sweep(store: Store, now: int) -> Due:
    """Looks for work that is due; expired leases are due again by themselves."""
    with store.read() as connection:
        return Due(judging_queue.is_due(connection, now), deliveries.is_due(connection, now))


def purge(
    store: Store,
    now: int,
    idempotency_hours: int,
    feedback_days: int = 365,
    webhook_days: int = 30,
    personal_days: int = 30,
) -> int:
    """Forgets what is past its time; returns how many rows, at most PURGE_LIMIT a table."""
    with store.write() as connection:
        heartbeats.forget(connection, now - HOUR)
        deliveries.bury_strays(connection)
        return (
            retention.idempotency_keys(connection, now - idempotency_hours * HOUR, PURGE_LIMIT)
            + retention.addresses(connection, now, PURGE_LIMIT)
            + retention.feedback(connection, now - feedback_days * DAY, PURGE_LIMIT)
            + retention.sign_ins(connection, now, PURGE_LIMIT)
            + retention.old_events(connection, now - webhook_days * DAY, PURGE_LIMIT)
            + addresses.purge(connection, now - HOUR, PURGE_LIMIT)
            + reputations.purge(
                connection, now - KEPT_DAYS * DAY, now - personal_days * DAY, VOTE_LIMIT
            )
            + sketches.purge(connection, now, SKETCH_LIMIT)
            + campaigns.purge(connection, now - WINDOW_MS, SKETCH_LIMIT)
        )
