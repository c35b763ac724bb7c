"""Claims deliveries that are due, under one lease, and hands back what nobody sends."""

from dataclasses import dataclass, field

from moderation.store import deliveries, outbox
from moderation.store.outbox import DeliveryJob
from moderation.store.sql.engine import Store

LEASE_MS = 45_000  # ms: half as long again as an attempt may take (settings.webhook_timeout: 30 s)


@dataclass(slots=True)
class Claims:
    """What one lease holds. per_endpoint: POSTs at once to one endpoint.

    in_progress: the ids of deliveries that were claimed and whose outcome is not recorded yet.
    is_unsure: the last claim failed, perhaps after its commit: then the lease holds what nobody sends.
    """

    store: Store
    lease: str
    per_endpoint: int
    in_progress: set[str] = field(default_factory=set)
    is_unsure: bool = False

    def claim(self, now: int, limit: int, *, notices: bool = False) -> list[DeliveryJob]:
        """notices: claims only notices, else everything but notices. Raises Unavailable."""
        until = now + LEASE_MS
        if self.is_unsure:
            with self.store.write() as connection:
                deliveries.hand_back(connection, self.lease, self.in_progress, now)
            self.is_unsure = False
        with self.store.read() as connection:  # looking does not take SQLite's one write lock
            ids = outbox.due(connection, now, until, limit, self.per_endpoint, notices=notices)
        if not ids:
            return []
        self.is_unsure = True
        with self.store.write() as connection:
            jobs = outbox.take(connection, ids, self.lease, now, until)
        self.is_unsure = False
        self.in_progress.update(job.id for job in jobs)
        return jobs


def hand_back(store: Store, leases: set[str], now: int) -> None:
    """Hands back what these leases hold, and empties the set. Raises Unavailable."""
    if not leases:
        return
    handed_back = frozenset(leases)  # another thread may add one meanwhile
    with store.write() as connection:
        for lease in handed_back:
            deliveries.release(connection, lease, now)
    leases -= handed_back
