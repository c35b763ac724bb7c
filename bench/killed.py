"""How long work stands still after a process of `gatehouse up` is killed: its worker, API or `up` itself (Linux)."""

import argparse
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TextIO

from bench.process_tree import process_tree
from bench.table import table
from harness.servers import Postgres

PORT = 8472
URL = f"http://127.0.0.1:{PORT}"
BACKLOG = 400  # comments that wait when a worker is killed, so that some are claimed by it
# Seconds that each may take, docs/operations.md.
ALLOWED = {
    "one child of the worker": 5.0,
    "all workers": 10.0,
    "the only API": 5.0,
    "`gatehouse up`": 5.0,
}


class Running:
    """`gatehouse up` in a folder, and what a caller sees of it."""

    def __init__(self, data: Path, output: TextIO, environment: dict[str, str]) -> None:
        command = [str(Path(sys.executable).parent / "gatehouse"), "up", "--data", str(data)]
        command += ["--port", str(PORT)]
        self.up = subprocess.Popen(command, stdout=output, stderr=output, env=environment)
        self.key = ""

    def pids(self, name: str) -> list[int]:
        return [process.pid for process in process_tree(self.up.pid) if process.name == name]

    def submit(self, number: int) -> bool:
        """Whether the comment was answered with 202."""
        body = {
            "page": {"url": f"{URL}/demo/ferry"},
            "author": {"name": f"Reader {number}"},
            "text": f"The ferry number {number} was on time, thank you.",
        }
        headers = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"}
        request = urllib.request.Request(
            f"{URL}/api/v1/comments", json.dumps(body).encode(), headers
        )
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return bool(answer.status == 202)
        except OSError:
            return False

    def health(self) -> dict[str, Any]:
        """What /readyz says; empty while nothing answers."""
        try:
            with urllib.request.urlopen(f"{URL}/readyz", timeout=10) as answer:
                return dict(json.load(answer))
        except OSError:
            return {}

    def pending(self) -> int | None:
        """Comments that wait to be judged; None while nothing answers."""
        checks = self.health().get("checks", {})
        return int(checks["pending"]["count"]) if "pending" in checks else None

    def is_idle(self) -> bool:
        return self.health().get("status") == "ok" and self.pending() == 0


def seconds_until(condition: Callable[[], bool], limit: float = 120.0) -> float:
    began = time.perf_counter()
    while not condition():
        if (waited := time.perf_counter() - began) > limit:
            raise TimeoutError(f"nothing happened within {waited:.0f} s")
        time.sleep(0.02)
    return time.perf_counter() - began


@contextmanager
def gatehouse(folder: Path, database: str) -> Iterator[Running]:
    environment = {**os.environ, "GATEHOUSE_DATABASE_URL": database} if database else {**os.environ}
    output = folder / "output"
    with output.open("a") as file:
        running = Running(folder / "data", file, environment)
        try:
            seconds_until(lambda: "ready after" in output.read_text())
            running.key = re.findall(r"ghs_[0-9a-f]+", output.read_text())[0]
            seconds_until(running.is_idle)
            yield running
        finally:
            running.up.send_signal(signal.SIGINT)
            running.up.wait()


def after_killed_workers(running: Running, *, parent: bool) -> float:
    """Seconds to the next decision, with a backlog of which the dead held claims."""
    for number in range(BACKLOG):
        running.submit(number)
    workers = running.pids("worker")
    for pid in workers if parent else workers[1:]:
        os.kill(pid, signal.SIGKILL)
    left = running.pending()
    assert left, "all was decided before the kill: nothing to measure"

    def decided_one() -> bool:
        waiting = running.pending()
        return waiting is not None and waiting < left

    seconds = seconds_until(decided_one)
    seconds_until(running.is_idle)
    return seconds


def after_killed_api(running: Running) -> float:
    """Seconds without a 202."""
    for pid in running.pids("api"):
        os.kill(pid, signal.SIGKILL)
    seconds = seconds_until(lambda: running.submit(BACKLOG + 1))
    seconds_until(running.is_idle)
    return seconds


def after_killed_up(running: Running) -> float:
    """Seconds until none of its children lives, so that the folder is free."""
    pids = [process.pid for process in process_tree(running.up.pid)]
    running.up.kill()
    running.up.wait()

    def all_ended() -> bool:
        for pid in pids:
            with suppress(OSError):
                if (Path("/proc") / str(pid) / "stat").read_text().rpartition(")")[2][1] != "Z":
                    return False
        return True

    return seconds_until(all_ended)


def measure(database: str) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder, gatehouse(Path(folder), database) as running:
        return {
            "one child of the worker": after_killed_workers(running, parent=False),
            "all workers": after_killed_workers(running, parent=True),
            "the only API": after_killed_api(running),
            "`gatehouse up`": after_killed_up(running),
        }


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.killed", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--postgresql", action="store_true", help="instead of SQLite")
    arguments = parser.parse_args()
    cluster = Postgres() if arguments.postgresql else None
    try:
        rounds = [measure(cluster.create() if cluster else "") for _ in range(arguments.rounds)]
    finally:
        if cluster:
            cluster.stop()
    rows = [
        [name, f"{allowed:g}", ", ".join(f"{each[name]:.1f}" for each in rounds)]
        for name, allowed in ALLOWED.items()
    ]
    load = os.getloadavg()[0]
    print(table(["killed", "at most, s", "measured, s"], rows))
    print(f"\n{'PostgreSQL' if cluster else 'SQLite'}, load {load:.1f}")


if __name__ == "__main__":
    main()
