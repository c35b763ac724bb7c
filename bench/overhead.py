"""What judging costs without the model: a Gatehouse with a constant scorer, and the baseline."""

import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import uvloop

from bench.baseline_processes import BaselineProcesses
from bench.environment import Environment
from bench.intake import requests
from harness.gatehouse_process import Process
from harness.history import read_history
from harness.load import Load, at_rate, closed_loop
from harness.servers import wait_until
from harness.texts import made_up, submissions
from moderation.doorbell import redis_client

CONNECTIONS = 64
RATE_LIMIT = 5_000  # comments a second that texts are made for
DRAIN_LIMIT = 120.0  # seconds to decide the rest after a load; the baseline needs them


@dataclass
class Round:
    """One load. waits: seconds from accepted to decided. cpu: microseconds of the worker per comment.

    messages: of Celery, per comment. rate: comments decided a second, from the first request on.
    """

    waits: list[float]
    cpu: float
    messages: float
    rate: float


class MeasuredGatehouse:
    """A Gatehouse with the scorer of bench/constant_worker.py."""

    def __init__(self, environment: Environment) -> None:
        self.gatehouse = environment.gatehouse(worker="bench.constant_worker")
        self.gatehouse.start_api()
        self._environment = environment
        self._commit_log = self.gatehouse.folder / "commits"
        self._worker = self.gatehouse.start_worker(COMMIT_LOG=str(self._commit_log))
        self.gatehouse.wait_for_worker()

    def saturation(self, seconds: float) -> float:
        """The most comments a second that are taken in and decided."""
        raws = submissions(_fresh(seconds * RATE_LIMIT), self.gatehouse.key)
        started = time.perf_counter()
        load = uvloop.run(closed_loop(self.gatehouse.port, raws.__getitem__, CONNECTIONS, seconds))
        self.gatehouse.wait_until_decided(DRAIN_LIMIT)
        return len(load.accepted) / (time.perf_counter() - started)

    def round(self, rate: float, seconds: float) -> Round:
        raws = submissions(_fresh(rate * seconds), self.gatehouse.key)
        since = time.time_ns() // 1_000_000
        accepted: list[str] = []

        def drain(load: Load) -> None:
            accepted.extend(load.accepted)
            self.gatehouse.wait_until_decided(DRAIN_LIMIT)

        cpu, messages, rate_decided = _measure(
            self._environment, self._worker, self.gatehouse.port, raws, rate, drain
        )
        commits = [line.split() for line in self._commit_log.read_text().splitlines()]
        committed_at = {int(decided_at): int(committed) for decided_at, committed in commits}
        history = read_history(self.gatehouse.store, accepted, since)
        if not history.faultless:
            raise SystemExit(f"Something went wrong, there is nothing to measure: {history}")
        waits = [
            (committed_at[decided_at] - accepted_at) / 1000
            for accepted_at, decided_at in history.moments
        ]
        return Round(waits, cpu, messages, rate_decided)


class MeasuredBaseline:
    """The baseline of bench/celery_baseline.py."""

    def __init__(self, environment: Environment, baseline: BaselineProcesses) -> None:
        self._environment, self._baseline = environment, baseline
        baseline.start_api()
        self._worker = baseline.start_worker()
        self._decided_before = 0

    def round(self, rate: float, seconds: float) -> Round:
        raws = [requests("/comments")(0)] * int(rate * seconds)

        def drain(load: Load) -> None:
            wanted = self._decided_before + load.statuses.get(202, 0)
            wait_until(
                lambda: len(self._baseline.waits()) >= wanted,
                "the baseline has decided",
                DRAIN_LIMIT,
            )

        cpu, messages, rate_decided = _measure(
            self._environment, self._worker, self._baseline.port, raws, rate, drain
        )
        waits = self._baseline.waits()[self._decided_before :]
        self._decided_before += len(waits)
        return Round(waits, cpu, messages, rate_decided)


def _fresh(count: float) -> list[str]:
    """Texts that were never sent before: copies would be judged as a flood, which costs more."""
    return made_up(int(count), seed=secrets.randbits(40))


def _measure(
    environment: Environment,
    worker: Process,
    port: int,
    raws: Sequence[bytes],
    rate: float,
    drain: Callable[[Load], None],
) -> tuple[float, float, float]:
    """CPU and messages per comment, and the rate at which they were decided."""
    cpu, messages = worker.cpu(), _published(environment)
    started = time.perf_counter()
    load = uvloop.run(at_rate(port, raws, rate, CONNECTIONS))
    drain(load)
    seconds = time.perf_counter() - started
    count = load.statuses.get(202, 0)
    return (
        (worker.cpu() - cpu) / count * 1e6,
        (_published(environment) - messages) / count,
        count / seconds,
    )


def _published(environment: Environment) -> int:
    """The messages put on queues so far: by LPUSH, which only kombu uses here."""
    client = redis_client(environment.broker.url, timeout=5)
    stats = client.info("commandstats")
    client.close()
    return int(stats.get("cmdstat_lpush", {}).get("calls", 0))
