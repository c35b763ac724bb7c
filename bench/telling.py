"""Telling: 50,000 events, a fifth of the endpoints failing in 13 ways; what is lost, how late the well are.

    python -m bench.telling [--postgresql] [--events 50000] [--rate 100] [--rounds 5]

One endpoint a site, five of them for each that fails. In each round the receivers that are well hear of
their events alone, and then at the same rate each beside the failing ones: late is the time from the event
to their answer, and the ratio is the median over the rounds, for a machine has its moods. The schedule is
scaled, so that its days are minutes.
"""

import argparse
import os
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median

import sqlalchemy as sa

from bench.house import GATEHOUSE, House
from bench.load import percentile
from bench.place import Place, a_place
from bench.receivers import WAYS, WELL, Log, Receivers
from bench.table import milliseconds, table
from moderation import subscribe
from moderation.domain.comment import AuthorRef, PageRef, Submission
from moderation.domain.delivery import RETRY_DELAYS
from moderation.domain.event import received_event
from moderation.domain.ids import timed_id
from moderation.doorbell import DELIVER, Doorbell
from moderation.store import deliveries, heartbeats, outbox, sites
from moderation.store.engine import Store
from moderation.store.schema import attempts
from moderation.store.schema import deliveries as rows
from moderation.subscribe import Replay
from tests.servers import wait_until

PATIENCE = 1.0  # seconds: the timeout of an attempt
SCALE = 1 / 500  # of the schedule: four days are twelve minutes, ten minutes down are 1.2 s
AWAY = 600 * SCALE
BEAT = 0.05  # seconds between two transactions of events
EACH = 4  # well endpoints for each that fails: a fifth fails


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
class Crowd:
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
            endpoint, secret = subscribe.add(
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
            standing = subscribe.get(self.store, mine, one.endpoint_id)
            if standing.state != "enabled":
                subscribe.enable(self.store, mine, one.endpoint_id)
            for what in (Replay.DEAD, Replay.MISSED):
                count += subscribe.replay(
                    self.store, mine, one.endpoint_id, what, now=at, entropy=os.urandom
                )
        return count

    def early(self) -> int:
        """Attempts that were made before their time by the schedule; the rescued ones aside."""
        rescued = {one.endpoint_id for one in self.listeners if one.way == "gone"}
        before: dict[str, int] = {}
        count = 0
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


def outcome(crowd: Crowd) -> Outcome:
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


def ways(failing: bool) -> list[str]:
    return [WELL] * (EACH * len(WAYS)) + (list(WAYS) if failing else [])


def steadily(crowd: Crowd, events: int, rate: float, bell: Doorbell) -> None:
    """Lets so many events happen, so many a second, and rings as the service does."""
    started, done = time.monotonic(), 0
    while done < events:
        due = min(events, int((time.monotonic() - started) * rate) + 1)
        if due > done:
            crowd.happen(due - done, done)
            done = due
            bell.ring(DELIVER)
        time.sleep(BEAT)


def ringing(bell: Doorbell, over: threading.Event) -> None:
    """As the sweep does, for what is due again."""
    while not over.wait(0.2):
        bell.ring(DELIVER)


def storm(place: Place, failing: bool, events: int, rate: float) -> tuple[Outcome, int, int]:
    """A house with a real courier; what came of it, how many were rescued, how many came early."""
    folder = place.folder / f"receivers{failing}{events}{time.monotonic_ns()}"
    folder.mkdir()
    with Receivers(folder, PATIENCE, AWAY) as receivers:
        settings = {
            "webhook_allow": receivers.allow,
            "webhook_timeout": PATIENCE,
            "webhook_schedule_scale": SCALE,
        }
        with place.house(settings) as house:
            return _weather(house, receivers, failing, events, rate)


def _weather(
    house: House, receivers: Receivers, failing: bool, events: int, rate: float
) -> tuple[Outcome, int, int]:
    crowd, rescued = Crowd(house.store, receivers), 0
    crowd.add(ways(failing))
    since = now()
    house.start("courier", [*GATEHOUSE, "courier"], SSL_CERT_FILE=str(receivers.trust))
    wait_until(lambda: _is_there(house, since), "a courier is heard of", 60)
    bell, over = Doorbell(house.broker.url), threading.Event()
    threading.Thread(target=ringing, args=(bell, over), daemon=True).start()
    try:
        steadily(crowd, events, rate, bell)
        receivers.heal()
        for _ in _seconds(900):
            if crowd.waiting == 0:
                if not (again := crowd.rescue()):
                    break
                rescued += again
        return outcome(crowd), rescued, crowd.early()
    finally:
        over.set()
        bell.close()


def _is_there(house: House, since: int) -> bool:
    with house.store.read() as connection:
        alive = heartbeats.alive(connection, since)
    return any(one.name.startswith("courier@") for one in alive)


def _seconds(limit: int) -> Iterator[None]:
    until = time.monotonic() + limit
    while time.monotonic() < until:
        yield
        time.sleep(1)
    raise AssertionError("deliveries still wait")


def measure(postgresql: bool, events: int, rate: float, rounds: int) -> None:
    share = len(ways(False)) / len(ways(True))
    alone: list[Outcome] = []
    storms: list[tuple[Outcome, int, int]] = []
    with a_place(postgresql) as place:
        for _ in range(rounds):
            alone.append(storm(place, False, max(500, events // rounds // 5), rate * share)[0])
            storms.append(storm(place, True, events // rounds, rate))
            print(f"{len(storms)} of {rounds} rounds", file=sys.stderr)
    mixed = [one for one, _, _ in storms]
    told = sum(one.events for one in mixed)
    head = ("events", "lost", "bad signatures", "other bytes", "wrong times", "too early")
    row = (
        told,
        sum(one.lost + one.strangers for one in mixed),
        sum(one.forged for one in mixed),
        sum(one.changed for one in mixed),
        sum(one.late for one in mixed),
        sum(early for *_, early in storms),
    )
    print(table(head, [row]), end="\n\n")
    apart, beside = ([percentile(one.waits, 0.95) for one in its] for its in (alone, mixed))
    ratios = [b / a for a, b in zip(apart, beside, strict=True)]
    head = (
        "accepted twice",
        "replayed by hand",
        "well: p95 ms alone",
        "beside them",
        "ratio",
        "of",
    )
    row_ = (
        f"{sum(one.repeated for one in mixed) / told:.2%}",
        sum(rescued for _, rescued, _ in storms),
        milliseconds(median(apart)),
        milliseconds(median(beside)),
        f"{median(ratios):.2f}",
        " ".join(f"{one:.2f}" for one in sorted(ratios)),
    )
    print(table(head, [row_]))


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.telling", description=__doc__)
    parser.add_argument("--postgresql", action="store_true", help="instead of SQLite")
    parser.add_argument("--events", type=int, default=50_000)
    parser.add_argument("--rate", type=float, default=100.0, help="events a second")
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    measure(given.postgresql, given.events, given.rate, given.rounds)


if __name__ == "__main__":
    main()
