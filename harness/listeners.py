"""Endpoints of every kind on one store, what is told to them, and what came of it."""

import os
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa

from harness.receivers import WELL, Log, Receivers
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

SCALE = 1 / 500  # of the schedule: four days are twelve minutes, ten minutes down are 1.2 s
AWAY = 600 * SCALE


def now() -> int:
    return time.time_ns() // 1_000_000


@dataclass(frozen=True)
class Listener:
    """An endpoint of a site of its own, and how it fails."""

    site_id: str
    endpoint_id: str
    path: str
    way: str


@dataclass
class Listeners:
    """Endpoints of every kind on one store, and what is told to them."""

    store: Store
    receivers: Receivers
    listeners: list[Listener] = field(default_factory=list)
    told: dict[str, set[str]] = field(default_factory=dict)  # event ids by path
    secrets: dict[str, str] = field(default_factory=dict)

    def add(self, ways: Sequence[str]) -> None:
        for way in ways:
            path = f"/{way}/{len(self.listeners)}"
            with self.store.write() as connection:
                site = sites.add_site(connection, path, [], "en", now(), os.urandom)
            endpoint, secret = endpoints.add_webhook(
                self.store,
                site.id,
                self.receivers.url(way, path),
                allow=self.receivers.allow,
                now=now(),
                entropy=os.urandom,
            )
            self.listeners.append(Listener(site.id, endpoint.id, path, way))
            self.secrets[path], self.told[path] = secret, set()
        self.receivers.know(self.secrets)

    def happen(self, count: int, first: int = 0) -> None:
        """Events in turn for each site, in one transaction."""
        events = []
        for number in range(first, first + count):
            one = self.listeners[number % len(self.listeners)]
            comment_id = timed_id("cmt", now(), os.urandom(10))
            page = PageRef("https://herald.test/1", "News")
            event = received_event(
                Submission(comment_id, one.site_id, page, AuthorRef("Carol"), "Hm.", now())
            )
            events.append(event)
            self.told[one.path].add(event.id)
        with self.store.write() as connection:
            outbox.put(connection, events, os.urandom)

    @property
    def waiting(self) -> int:
        with self.store.read() as connection:
            return deliveries.backlog(connection)

    def rescue(self) -> int:
        """What the operators of the sites do: those that are disabled are enabled, what is dead or
        missed is replayed. Returns how many deliveries.
        """
        count = 0
        for one in self.listeners:
            mine, at = [one.site_id], now()
            standing = endpoints.get_endpoint(self.store, mine, one.endpoint_id)
            if standing.state != "enabled":
                endpoints.enable_endpoint(self.store, mine, one.endpoint_id)
            for what in (Replay.DEAD, Replay.MISSED):
                count += past_deliveries.replay_deliveries(
                    self.store, mine, one.endpoint_id, what, now=at, entropy=os.urandom
                )
        return count

    def early(self) -> int:
        """Attempts that were made before their time by the schedule; the rescued ones aside."""
        rescued = {one.endpoint_id for one in self.listeners if one.way == "gone"}
        before, count = {}, 0
        with self.store.read() as connection:
            for row in connection.execute(
                sa.select(attempts, rows.c.endpoint_id)
                .join(rows, rows.c.id == attempts.c.delivery_id)
                .order_by(attempts.c.delivery_id, attempts.c.number)
            ):
                if row.number > 1 and row.endpoint_id not in rescued:
                    wait = RETRY_DELAYS[min(row.number - 2, len(RETRY_DELAYS) - 1)] * SCALE
                    count += row.started_at < before[row.delivery_id] + int(wait)
                before[row.delivery_id] = row.started_at + row.duration
        return count

    def lost(self, logs: Mapping[str, Log]) -> Iterator[str]:
        """What was told and never accepted, each with its way and its attempts: for whoever must find out."""
        with self.store.read() as connection:
            for path, its in self.told.items():
                for event_id in sorted(its - set(logs[path].accepted)):
                    mine = sa.select(rows.c.id, rows.c.state).where(rows.c.event_id == event_id)
                    for one in connection.execute(mine).all():
                        [known] = deliveries.by_ids(connection, [one.id])
                        tries = [(each.response, each.started_at) for each in known.attempts]
                        yield f"lost: {path} {event_id} {one.state} {tries}"


@dataclass(frozen=True)
class Outcome:
    """Figures of a storm. lost: told and never accepted; waits: seconds, of those that are well."""

    events: int
    lost: int
    strangers: int  # accepted and never told
    forged: int
    changed: int
    late: int
    repeated: int
    waits: tuple[float, ...]


def measure_outcome(crowd: Listeners) -> Outcome:
    logs: dict[str, Log] = crowd.receivers.logs()
    accepted = {path: set(log.accepted) for path, log in logs.items()}
    for line in crowd.lost(logs):
        print(line, file=sys.stderr)
    return Outcome(
        events=sum(map(len, crowd.told.values())),
        lost=sum(len(its - accepted[path]) for path, its in crowd.told.items()),
        strangers=sum(len(accepted[path] - its) for path, its in crowd.told.items()),
        forged=sum(one.forged for one in logs.values()),
        changed=sum(one.changed for one in logs.values()),
        late=sum(one.late for one in logs.values()),
        repeated=sum(one.repeated for one in logs.values()),
        waits=tuple(
            wait
            for path, log in logs.items()
            if path.startswith(f"/{WELL}/")
            for wait in log.accepted.values()
        ),
    )
