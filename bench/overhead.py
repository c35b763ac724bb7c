"""What judging costs besides the model: a Gatehouse with a constant scorer, and the usual recipe."""

import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import uvloop

from bench.baseline_processes import BaselineProcesses
from bench.environment import Place
from bench.intake import requests
from harness.gatehouse_process import Process
from harness.history import read_history
from harness.load import Load, at_rate, closed_loop
from harness.servers import wait_until
from harness.texts import made_up, submissions
from moderation.doorbell import redis_client

CONNECTIONS = 64
MOST = 5_000  # comments a second that there are texts for
PATIENCE = 120.0  # seconds for what is left after a load; the recipe needs them


@dataclass
class Round:
    """One load. waits: seconds from accepted to decided. cpu: microseconds of the worker per comment.

    messages: of Celery, per comment. rate: comments a second decided, from the first request on.
    """

    waits: list[float]
    cpu: float
    messages: float
    rate: float


class Ours:
    """A Gatehouse with the scorer of bench/constant_worker.py."""

    def __init__(self, place: Place) -> None:
        self.house = place.house(worker="bench.constant_worker")
        self.house.start_api()
        self._place = place
        self._notes = self.house.folder / "notes"
        self._worker = self.house.start_worker(NOTES=str(self._notes))
        self.house.wait_for_worker()

    def saturation(self, seconds: float) -> float:
        """Comments a second that are taken in and decided when as many come as can."""
        raws = submissions(_fresh(seconds * MOST), self.house.key)
        began = time.perf_counter()
        load = uvloop.run(closed_loop(self.house.port, raws.__getitem__, CONNECTIONS, seconds))
        self.house.wait_until_decided(PATIENCE)
        return len(load.accepted) / (time.perf_counter() - began)

    def round(self, rate: float, seconds: float) -> Round:
        raws = submissions(_fresh(rate * seconds), self.house.key)
        since = time.time_ns() // 1_000_000
        accepted: list[str] = []

        def done(load: Load) -> None:
            accepted.extend(load.accepted)
            self.house.wait_until_decided(PATIENCE)

        cpu, messages, decided = _measure(
            self._place, self._worker, self.house.port, raws, rate, done
        )
        notes = [line.split() for line in self._notes.read_text().splitlines()]
        on_disk = {int(decided): int(written) for decided, written in notes}
        found = read_history(self.house.store, accepted, since)
        if not found.faultless:
            raise SystemExit(f"Something went wrong, there is nothing to measure: {found}")
        waits = [(on_disk[decided] - came) / 1000 for came, decided in found.moments]
        return Round(waits, cpu, messages, decided)


class Theirs:
    """The recipe of bench/celery_baseline.py."""

    def __init__(self, place: Place, rival: BaselineProcesses) -> None:
        self._place, self._rival = place, rival
        rival.start_api()
        self._worker = rival.start_worker()
        self._before = 0

    def round(self, rate: float, seconds: float) -> Round:
        raws = [requests("/comments")(0)] * int(rate * seconds)

        def done(load: Load) -> None:
            wanted = self._before + load.statuses.get(202, 0)
            wait_until(
                lambda: len(self._rival.waits()) >= wanted, "the recipe has decided", PATIENCE
            )

        cpu, messages, decided = _measure(
            self._place, self._worker, self._rival.port, raws, rate, done
        )
        waits = self._rival.waits()[self._before :]
        self._before += len(waits)
        return Round(waits, cpu, messages, decided)


def _fresh(count: float) -> list[str]:
    """Texts that were never sent before: a flood of copies is another thing, and costs more."""
    return made_up(int(count), seed=secrets.randbits(40))


def _measure(
    place: Place,
    worker: Process,
    port: int,
    raws: Sequence[bytes],
    rate: float,
    done: Callable[[Load], None],
) -> tuple[float, float, float]:
    """CPU and messages per comment, and the rate at which they were decided."""
    cpu, messages, began = worker.cpu(), _published(place), time.perf_counter()
    load = uvloop.run(at_rate(port, raws, rate, CONNECTIONS))
    done(load)
    seconds = time.perf_counter() - began
    count = load.statuses.get(202, 0)
    return (
        (worker.cpu() - cpu) / count * 1e6,
        (_published(place) - messages) / count,
        count / seconds,
    )


def _published(place: Place) -> int:
    """How many messages were put on a queue so far: kombu does it with LPUSH, and nobody else here."""
    client = redis_client(place.broker.url, timeout=5)
    stats = client.info("commandstats")
    client.close()
    return int(stats.get("cmdstat_lpush", {}).get("calls", 0))
