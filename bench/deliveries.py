"""Telling: 50,000 events, a fifth of the endpoints failing in 13 ways; what is lost, how late the well are.

    python -m bench.deliveries [--postgresql] [--events 50000] [--rate 100] [--rounds 5]

One endpoint a site, five of them for each that fails. In each round the receivers that are well hear of
their events alone, and then at the same rate each beside the failing ones: late is the time from the event
to their answer, and the ratio is the median over the rounds, for a machine has its moods. The schedule is
scaled, so that its days are minutes.
"""

import argparse
import sys
import threading
import time
from collections.abc import Iterator
from statistics import median

from bench.environment import Place, a_place
from bench.table import milliseconds, table
from harness.gatehouse_process import GATEHOUSE, GatehouseProcess
from harness.listeners import AWAY, SCALE, Listeners, Outcome, measure_outcome, now
from harness.load import percentile
from harness.receivers import WAYS, WELL, Receivers
from harness.servers import wait_until
from moderation.doorbell import DELIVER, Doorbell
from moderation.store import heartbeats

PATIENCE = 1.0  # seconds: the timeout of an attempt
BEAT = 0.05  # seconds between two transactions of events
EACH = 4  # well endpoints for each that fails: a fifth fails


def ways(failing: bool) -> list[str]:
    return [WELL] * (EACH * len(WAYS)) + (list(WAYS) if failing else [])


def steadily(crowd: Listeners, events: int, rate: float, bell: Doorbell) -> None:
    """Lets so many events happen, so many a second, and rings as the service does."""
    started, done = time.monotonic(), 0
    while done < events:
        due = min(events, int((time.monotonic() - started) * rate) + 1)
        if due > done:
            crowd.add_events(due - done, done)
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
    house: GatehouseProcess, receivers: Receivers, failing: bool, events: int, rate: float
) -> tuple[Outcome, int, int]:
    crowd, rescued = Listeners(house.store, receivers), 0
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
                if not (again := crowd.replay_undelivered()):
                    break
                rescued += again
        return measure_outcome(crowd), rescued, crowd.count_early()
    finally:
        over.set()
        bell.close()


def _is_there(house: GatehouseProcess, since: int) -> bool:
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
        sum(one.lost + one.unexpected for one in mixed),
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
    parser = argparse.ArgumentParser(prog="python -m bench.deliveries", description=__doc__)
    parser.add_argument("--postgresql", action="store_true", help="instead of SQLite")
    parser.add_argument("--events", type=int, default=50_000)
    parser.add_argument("--rate", type=float, default=100.0, help="events a second")
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    measure(given.postgresql, given.events, given.rate, given.rounds)


if __name__ == "__main__":
    main()
