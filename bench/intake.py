"""Intake: durable 202s a second, beside a no-op 202 of the same server and beside the baseline.

    python -m bench.intake [--postgresql] [--rounds 5] [--seconds 2]

Each round measures the three one after the other; ratios are medians over the rounds.
The baseline (bench/celery_baseline.py) inserts in the request and calls apply_async.
"""

import argparse
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field

import uvloop

from bench.baseline_processes import BaselineProcesses
from bench.environment import bench_environment
from bench.serving import NOOP
from bench.table import table
from harness.gatehouse_process import Process
from harness.load import Load, closed_loop, median, request
from harness.texts import PAGE

CONNECTIONS = (32, 128)
TEXT = "The council should have asked the people who live there before it sold the school. " * 2
BODY = json.dumps(
    {
        "page": {"url": PAGE, "title": "Council sells the old school"},
        "author": {"name": "Carol Reader", "email": "carol@example.org"},
        "text": TEXT,
    }
).encode()


@dataclass
class Variant:
    """One way to answer, and its measurements."""

    name: str
    port: int
    process: Process
    make: Callable[[int], bytes]
    loads: list[Load] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)  # microseconds per answer

    def measure(self, connections: int, seconds: float) -> None:
        before = self.process.cpu()
        load = uvloop.run(closed_loop(self.port, self.make, connections, seconds))
        if load.failed:
            raise SystemExit(f"{self.name} answered {load.statuses}: nothing to compare")
        self.cpu.append((self.process.cpu() - before) / len(load.latencies) * 1e6)
        self.loads.append(load)


def requests(path: str, key: str = "") -> Callable[[int], bytes]:
    """The n-th request. With a key, each has its own Idempotency-Key."""
    headers = {"Content-Type": "application/json"}
    if not key:
        whole = request(path, BODY, headers)
        return lambda number: whole
    run = secrets.token_hex(8)
    marked = headers | {"Authorization": f"Bearer {key}", "Idempotency-Key": f"{run}-@@@@@@@@@@@"}
    head, _, tail = request(path, BODY, marked).partition(b"@@@@@@@@@@@")
    return lambda number: head + b"%011d" % number + tail


def measure(postgresql: bool, rounds: int, seconds: float) -> str:
    with (
        bench_environment(postgresql) as environment,
        environment.gatehouse(api="bench.serving") as gatehouse,
        BaselineProcesses(environment) as baseline,
    ):
        api = gatehouse.start_api()
        baseline_api = baseline.start_api()
        rows: list[tuple[object, ...]] = []
        for connections in CONNECTIONS:
            noop = Variant("no-op 202", gatehouse.port, api, requests(NOOP))
            make = requests("/api/v1/comments", gatehouse.key)
            ours = Variant("Gatehouse", gatehouse.port, api, make)
            baseline_variant = Variant(
                "insert, apply_async", baseline.port, baseline_api, requests("/comments")
            )
            for variant in (noop, ours, baseline_variant):
                variant.measure(connections, 0.5)  # warm: caches, page cache, connections
                variant.loads.clear()
                variant.cpu.clear()
            for _ in range(rounds):
                for variant in (noop, ours, baseline_variant):
                    variant.measure(connections, seconds)
                # Each round begins with empty request keys.
                ours.make = requests("/api/v1/comments", gatehouse.key)
            rows += [
                _row(connections, variant, noop, baseline_variant)
                for variant in (noop, ours, baseline_variant)
            ]
    head = (
        "connections",
        "answer",
        "202s/s",
        "p50 ms",
        "p99 ms",
        "CPU us",
        "x no-op",
        "x baseline",
    )
    return table(head, rows)


def _row(
    connections: int, variant: Variant, noop: Variant, baseline: Variant
) -> tuple[object, ...]:
    return (
        connections,
        variant.name,
        f"{median([load.rate for load in variant.loads]):.0f}",
        f"{median([load.percentile(0.5) for load in variant.loads]) * 1000:.1f}",
        f"{median([load.percentile(0.99) for load in variant.loads]) * 1000:.1f}",
        f"{median(variant.cpu):.0f}",
        f"{_ratio(variant, noop):.2f}",
        f"{_ratio(variant, baseline):.1f}",
    )


def _ratio(variant: Variant, compared: Variant) -> float:
    return median([a.rate / b.rate for a, b in zip(variant.loads, compared.loads, strict=True)])


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.intake", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--postgresql", action="store_true", help="instead of SQLite")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=2.0, help="of each variant in a round")
    arguments = parser.parse_args()
    print(measure(arguments.postgresql, arguments.rounds, arguments.seconds))


if __name__ == "__main__":
    main()
