"""Deliveries: 50,000 events while a fifth of the endpoints fail in 13 ways; what is lost, and delays of the others.

    python -m bench.deliveries [--postgresql] [--events 50000] [--rate 100] [--rounds 5]

Each site has one endpoint, and one in five fails. Each round measures the healthy receivers alone, and then
at the same rate beside the failing ones. The delay is the time from the event to the receiver's answer; the
ratio is the median over the rounds, because the machine's speed varies. The retry schedule is scaled, so
that its days are minutes.
"""

import argparse
import sys
import threading
import time
from collections.abc import Iterator
from statistics import median

from bench.environment import Environment, bench_environment
from bench.table import milliseconds, table
from harness.endpoints import (
    AWAY_SECONDS,
    SCHEDULE_SCALE,
    Outcome,
    SiteEndpoints,
    measure_outcome,
    now,
)
from harness.gatehouse_process import GATEHOUSE, GatehouseProcess
from harness.load import percentile
from harness.receivers import FAILURE_KINDS, HEALTHY, Receivers
from harness.servers import wait_until
from moderation.doorbell import DELIVER, Doorbell
from moderation.store import heartbeats

ATTEMPT_TIMEOUT = 1.0  # seconds
INTERVAL = 0.05  # seconds between two transactions of events
HEALTHY_EACH = 4  # healthy endpoints for each failing one, so that a fifth fails


def ways(failing: bool) -> list[str]:
    return [HEALTHY] * (HEALTHY_EACH * len(FAILURE_KINDS)) + (
        list(FAILURE_KINDS) if failing else []
    )


def add_events(listeners: SiteEndpoints, events: int, rate: float, doorbell: Doorbell) -> None:
    """Adds `events` events, `rate` a second, and rings the doorbell as the service does."""
    started, added = time.monotonic(), 0
    while added < events:
        due = min(events, int((time.monotonic() - started) * rate) + 1)
        if due > added:
            listeners.add_events(due - added, added)
            added = due
            doorbell.ring(DELIVER)
        time.sleep(INTERVAL)


def ring_until(doorbell: Doorbell, finished: threading.Event) -> None:
    """Rings for deliveries that are due again, as the sweep does."""
    while not finished.wait(0.2):
        doorbell.ring(DELIVER)


def deliver_all(
    environment: Environment, failing: bool, events: int, rate: float
) -> tuple[Outcome, int, int]:
    """A Gatehouse with a real courier: the outcome, how many were replayed by hand, how many came early."""
    folder = environment.folder / f"receivers{failing}{events}{time.monotonic_ns()}"
    folder.mkdir()
    with Receivers(folder, ATTEMPT_TIMEOUT, AWAY_SECONDS) as receivers:
        settings = {
            "webhook_allow": receivers.allow,
            "webhook_timeout": ATTEMPT_TIMEOUT,
            "webhook_schedule_scale": SCHEDULE_SCALE,
        }
        with environment.gatehouse(settings) as gatehouse:
            return _deliver_all(gatehouse, receivers, failing, events, rate)


def _deliver_all(
    gatehouse: GatehouseProcess, receivers: Receivers, failing: bool, events: int, rate: float
) -> tuple[Outcome, int, int]:
    listeners, replayed = SiteEndpoints(gatehouse.store, receivers), 0
    listeners.add(ways(failing))
    since = now()
    gatehouse.start("courier", [*GATEHOUSE, "courier"], SSL_CERT_FILE=str(receivers.trust))
    wait_until(lambda: _has_courier(gatehouse, since), "a courier sends heartbeats", 60)
    doorbell, finished = Doorbell(gatehouse.broker.url), threading.Event()
    threading.Thread(target=ring_until, args=(doorbell, finished), daemon=True).start()
    try:
        add_events(listeners, events, rate, doorbell)
        receivers.heal()
        for _ in _seconds(900):
            if listeners.waiting == 0:
                if not (again := listeners.replay_undelivered()):
                    break
                replayed += again
        return measure_outcome(listeners), replayed, listeners.count_early()
    finally:
        finished.set()
        doorbell.close()


def _has_courier(gatehouse: GatehouseProcess, since: int) -> bool:
    with gatehouse.store.read() as connection:
        beats = heartbeats.alive(connection, since)
    return any(beat.name.startswith("courier@") for beat in beats)


def _seconds(limit: int) -> Iterator[None]:
    deadline = time.monotonic() + limit
    while time.monotonic() < deadline:
        yield
        time.sleep(1)
    raise AssertionError("deliveries still wait")


def measure(postgresql: bool, events: int, rate: float, rounds: int) -> None:
    share = len(ways(False)) / len(ways(True))
    alone: list[Outcome] = []
    with_failing: list[tuple[Outcome, int, int]] = []
    with bench_environment(postgresql) as environment:
        for _ in range(rounds):
            few = max(500, events // rounds // 5)
            alone.append(deliver_all(environment, False, few, rate * share)[0])
            with_failing.append(deliver_all(environment, True, events // rounds, rate))
            print(f"{len(with_failing)} of {rounds} rounds", file=sys.stderr)
    mixed = [outcome for outcome, _, _ in with_failing]
    sent = sum(outcome.events for outcome in mixed)
    head = ("events", "lost", "bad signatures", "other bytes", "wrong times", "too early")
    row = (
        sent,
        sum(outcome.lost + outcome.unexpected for outcome in mixed),
        sum(outcome.forged for outcome in mixed),
        sum(outcome.changed for outcome in mixed),
        sum(outcome.late for outcome in mixed),
        sum(early for *_, early in with_failing),
    )
    print(table(head, [row]), end="\n\n")
    delays_alone, delays_beside = (
        [percentile(outcome.waits, 0.95) for outcome in outcomes] for outcomes in (alone, mixed)
    )
    ratios = [beside / alone for alone, beside in zip(delays_alone, delays_beside, strict=True)]
    head = (
        "accepted twice",
        "replayed by hand",
        "healthy: p95 ms alone",
        "beside failing",
        "ratio",
        "of",
    )
    row_ = (
        f"{sum(outcome.repeated for outcome in mixed) / sent:.2%}",
        sum(replayed for _, replayed, _ in with_failing),
        milliseconds(median(delays_alone)),
        milliseconds(median(delays_beside)),
        f"{median(ratios):.2f}",
        " ".join(f"{ratio:.2f}" for ratio in sorted(ratios)),
    )
    print(table(head, [row_]))


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.deliveries", description=__doc__)
    parser.add_argument("--postgresql", action="store_true", help="instead of SQLite")
    parser.add_argument("--events", type=int, default=50_000)
    parser.add_argument("--rate", type=float, default=100.0, help="events a second")
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    measure(arguments.postgresql, arguments.events, arguments.rate, arguments.rounds)


if __name__ == "__main__":
    main()
