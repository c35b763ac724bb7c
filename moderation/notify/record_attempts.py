"""Records the outcome of attempts: for each delivery its next state, for each endpoint its health."""

import logging
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace

from moderation.domain.audit import SERVICE, Change
from moderation.domain.delivery import (
    FAILING_LIMIT,
    NOT_SENT_ERRORS,
    NOTICE_PAUSE,
    RETRY_AFTER_LIMIT,
    Attempt,
    AttemptOutcome,
    Format,
    next_delay,
    outcome_of,
)
from moderation.domain.ids import Entropy
from moderation.notify.send_attempt import Sent
from moderation.store import audit, deliveries, endpoints
from moderation.store.deliveries import AttemptResult
from moderation.store.endpoints import EndpointFailure
from moderation.store.sql.engine import Connection, Store

log = logging.getLogger("gatehouse.deliver")


@dataclass(slots=True)
class Delivered:
    """Counts deliveries: accepted, to be tried again, given up; lost: taken over by another process before
    their outcome was recorded. A batch counts as many as it carries.
    """

    delivered: int = 0
    retried: int = 0
    dead: int = 0
    lost: int = 0

    def add(self, note: AttemptResult) -> None:
        if note.state == "delivered":
            self.delivered += 1
        elif note.state == "due":
            self.retried += 1
        else:
            self.dead += 1


@dataclass(frozen=True, slots=True)
class AttemptRecorder:
    """Records attempts made under one lease. scale: multiplies the retry schedule. chance: 0 <= it < 1.

    totals: of everything recorded so far.
    """

    store: Store
    lease: str
    entropy: Entropy
    chance: Callable[[], float]
    scale: float
    totals: Delivered = field(default_factory=Delivered)

    def record(self, sent: Sequence[Sent], now: int) -> None:
        """Stores these attempts and what follows for their endpoints, in one transaction."""
        notes = [self._note(attempted, now) for attempted in sent]
        with self.store.write() as connection:
            held_ids = deliveries.record_results(connection, self.lease, notes)
            self._update_endpoints(
                connection, [attempted for attempted in sent if attempted.job.id in held_ids], now
            )
        for note in notes:
            if note.delivery_id in held_ids:
                self.totals.add(note)
            else:
                self.totals.lost += 1

    def _note(self, attempted: Sent, now: int) -> AttemptResult:
        job, response = attempted.job, attempted.response
        number = job.attempts + 1
        attempt = Attempt(number, attempted.started_at, replace(response, retry_after=None))
        outcome = _outcome(attempted)
        if outcome is AttemptOutcome.DELIVERED:
            return AttemptResult(job.id, attempt, "delivered", now)
        delay = None
        if outcome is AttemptOutcome.RETRY:
            delay = next_delay(
                number, response.status, response.retry_after, self.chance(), self.scale
            )
        if delay is None:
            return AttemptResult(job.id, attempt, "dead", now)
        return AttemptResult(job.id, attempt, "due", now + delay)

    def _update_endpoints(self, connection: Connection, sent: Sequence[Sent], now: int) -> None:
        accepting = {
            attempted.job.endpoint_id
            for attempted in sent
            if _outcome(attempted) is AttemptOutcome.DELIVERED
        }
        endpoints.record_success(connection, accepting)
        given_up = endpoints.record_failures(
            connection, _failures(sent, accepting), now, now - FAILING_LIMIT, self.scale
        )
        causes = dict.fromkeys(given_up, "failing")
        channels = {
            attempted.job.endpoint_id for attempted in sent if attempted.job.format is Format.NOTICE
        }
        for channel_id in channels & accepting:
            endpoints.hold_back(connection, channel_id, now + round(NOTICE_PAUSE * self.scale))
        for attempted in sent:
            outcome, retry_after = _outcome(attempted), attempted.response.retry_after
            if outcome is AttemptOutcome.DISABLE:
                causes[attempted.job.endpoint_id] = "gone"
            elif retry_after and outcome is AttemptOutcome.RETRY:
                until = now + min(retry_after, RETRY_AFTER_LIMIT)
                endpoints.hold_back(connection, attempted.job.endpoint_id, until)
        for endpoint_id, cause in sorted(causes.items()):
            if site_id := endpoints.disable(connection, endpoint_id, cause, now, self.entropy):
                facts = {"because": cause}
                audit.record(
                    connection, SERVICE, Change.ENDPOINT_DISABLED, site_id, endpoint_id, after=facts
                )
                log.warning("endpoint disabled", extra={"endpoint": endpoint_id, "because": cause})


def _failures(sent: Sequence[Sent], accepting: Collection[str]) -> list[EndpointFailure]:
    """The endpoints that accepted nothing, with the number of failed POSTs: a batch counts once."""
    posts_by_endpoint: dict[str, set[tuple[int, int]]] = {}
    for attempted in sent:
        endpoint_id, error = attempted.job.endpoint_id, attempted.response.error
        if endpoint_id not in accepting and error not in NOT_SENT_ERRORS:
            post = (attempted.started_at, id(attempted.response))
            posts_by_endpoint.setdefault(endpoint_id, set()).add(post)
    return [
        EndpointFailure(endpoint_id, min(posts)[0], len(posts))
        for endpoint_id, posts in sorted(posts_by_endpoint.items())
    ]


def _outcome(attempted: Sent) -> AttemptOutcome:
    return outcome_of(attempted.response.status, attempted.response.error)
