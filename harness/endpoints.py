"""Endpoints that receive webhooks well or badly, events for them, and what was delivered."""

import os
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa

from harness.receivers import HEALTHY, Log, Receivers
from moderation.domain.comment import AuthorRef, PageRef, Submission
from moderation.domain.delivery import RETRY_DELAYS
from moderation.domain.event import received_event
from moderation.domain.ids import timed_id
from moderation.notify import deliveries as past_deliveries
from moderation.notify import endpoints
from moderation.notify.deliveries import Replay
from moderation.store import deliveries, outbox, sites
from moderation.store.sql.engine import Store
from moderation.store.sql.schema import attempts
from moderation.store.sql.schema import deliveries as rows

SCHEDULE_SCALE = (
    1 / 500
)  # of the retry schedule: four days are twelve minutes, ten minutes down are 1.2 s
AWAY_SECONDS = 600 * SCHEDULE_SCALE  # seconds a receiver of kind "down" is unreachable


def now() -> int:
    return time.time_ns() // 1_000_000


@dataclass(frozen=True)
class SiteEndpoint:
    """An endpoint on a site of its own. kind: how its receiver fails, see harness.receivers."""

    site_id: str
    endpoint_id: str
    path: str
    kind: str


@dataclass
class SiteEndpoints:
    """Endpoints on one store. expected: the ids of the events for each, by path; secrets: by path."""

    store: Store
    receivers: Receivers
    listeners: list[SiteEndpoint] = field(default_factory=list)
    expected: dict[str, set[str]] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)

    def add(self, kinds: Sequence[str]) -> None:
        """Adds an endpoint for each kind of receiver."""
        for kind in kinds:
            path = f"/{kind}/{len(self.listeners)}"
            with self.store.write() as connection:
                site = sites.add_site(connection, path, [], "en", now(), os.urandom)
            endpoint, secret = endpoints.add_webhook(
                self.store,
                site.id,
                self.receivers.url(kind, path),
                allow=self.receivers.allow,
                now=now(),
                entropy=os.urandom,
            )
            self.listeners.append(SiteEndpoint(site.id, endpoint.id, path, kind))
            self.secrets[path], self.expected[path] = secret, set()
        self.receivers.set_secrets(self.secrets)

    def add_events(self, count: int, first: int = 0) -> None:
        """Events for one site after the other, in one transaction."""
        events = []
        for number in range(first, first + count):
            listener = self.listeners[number % len(self.listeners)]
            comment_id = timed_id("cmt", now(), os.urandom(10))
            page = PageRef("https://herald.test/1", "News")
            event = received_event(
                Submission(comment_id, listener.site_id, page, AuthorRef("Carol"), "Hm.", now()),
                {"url": page.url, "title": page.title, "id": None},
            )
            events.append(event)
            self.expected[listener.path].add(event.id)
        with self.store.write() as connection:
            outbox.put(connection, events, os.urandom)

    @property
    def waiting(self) -> int:
        """How many deliveries are not finished."""
        with self.store.read() as connection:
            return deliveries.backlog(connection)

    def replay_undelivered(self) -> int:
        """Does what operators do: enables disabled endpoints, replays what was given up or missed.

        Returns how many deliveries are due again.
        """
        count = 0
        for listener in self.listeners:
            site_ids, started_at = [listener.site_id], now()
            endpoint = endpoints.get_endpoint(self.store, site_ids, listener.endpoint_id)
            if endpoint.state != "enabled":
                endpoints.enable_endpoint(self.store, site_ids, listener.endpoint_id)
            for replay in (Replay.DEAD, Replay.MISSED):
                count += past_deliveries.replay_deliveries(
                    self.store,
                    site_ids,
                    listener.endpoint_id,
                    replay,
                    now=started_at,
                    entropy=os.urandom,
                )
        return count

    def count_early(self) -> int:
        """Attempts made before the schedule allows, except on endpoints that were replayed."""
        replayed = {listener.endpoint_id for listener in self.listeners if listener.kind == "gone"}
        ended_at: dict[str, int] = {}
        count = 0
        with self.store.read() as connection:
            for row in connection.execute(
                sa.select(attempts, rows.c.endpoint_id)
                .join(rows, rows.c.id == attempts.c.delivery_id)
                .order_by(attempts.c.delivery_id, attempts.c.number)
            ):
                if row.number > 1 and row.endpoint_id not in replayed:
                    delay = (
                        RETRY_DELAYS[min(row.number - 2, len(RETRY_DELAYS) - 1)] * SCHEDULE_SCALE
                    )
                    count += row.started_at < ended_at[row.delivery_id] + int(delay)
                ended_at[row.delivery_id] = row.started_at + row.duration
        return count

    def lost(self, logs: Mapping[str, Log]) -> Iterator[str]:
        """A line for each event that was never accepted, with its attempts, to find out why."""
        with self.store.read() as connection:
            for path, event_ids in self.expected.items():
                for event_id in sorted(event_ids - set(logs[path].accepted)):
                    query = sa.select(rows.c.id, rows.c.state).where(rows.c.event_id == event_id)
                    for row in connection.execute(query).all():
                        [delivery] = deliveries.by_ids(connection, [row.id])
                        tries = [
                            (attempt.response, attempt.started_at) for attempt in delivery.attempts
                        ]
                        yield f"lost: {path} {event_id} {row.state} {tries}"


@dataclass(frozen=True)
class Outcome:
    """What was delivered. lost: events never accepted. unexpected: accepted, but never sent by us. forged,
    changed, late, repeated: as in Log. waits: seconds from event to answer, of healthy receivers only.
    """

    events: int
    lost: int
    unexpected: int
    forged: int
    changed: int
    late: int
    repeated: int
    waits: tuple[float, ...]


def measure_outcome(listeners: SiteEndpoints) -> Outcome:
    """Compares what the receivers accepted with what was sent; prints lost events to stderr."""
    logs: dict[str, Log] = listeners.receivers.logs()
    accepted = {path: set(log.accepted) for path, log in logs.items()}
    expected = listeners.expected
    for line in listeners.lost(logs):
        print(line, file=sys.stderr)
    return Outcome(
        events=sum(map(len, expected.values())),
        lost=sum(len(event_ids - accepted[path]) for path, event_ids in expected.items()),
        unexpected=sum(len(accepted[path] - event_ids) for path, event_ids in expected.items()),
        forged=sum(log.forged for log in logs.values()),
        changed=sum(log.changed for log in logs.values()),
        late=sum(log.late for log in logs.values()),
        repeated=sum(log.repeated for log in logs.values()),
        waits=tuple(
            wait
            for path, log in logs.items()
            if path.startswith(f"/{HEALTHY}/")
            for wait in log.accepted.values()
        ),
    )
