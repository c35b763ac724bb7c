"""The time from `gatehouse up` to its first 202, and the memory of each of its processes (Linux)."""

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
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from bench.process_tree import Process, process_tree
from bench.table import table

PORT = 8471
STARTS = 3
SHOWN_NAMES = {"valkey-server": "broker", "redis-server": "broker", "python": "orphan reaper"}


@dataclass(frozen=True)
class Usage:
    """What one process of Gatehouse uses. pss, private: MB, proportional and its own alone; cpu: seconds."""

    name: str
    pss: float
    private: float
    cpu: float


def first_202(output: Path) -> float:
    """Seconds from now until a comment submitted with the printed key is answered 202."""
    began = time.perf_counter()
    while not (key := re.search(r"ghs_[0-9a-f]+", output.read_text())):
        time.sleep(0.01)
    body = {
        "page": {"url": f"http://127.0.0.1:{PORT}/demo/ferry"},
        "author": {"name": "Alice"},
        "text": "Thank you.",
    }
    request = urllib.request.Request(
        f"http://127.0.0.1:{PORT}/api/v1/comments",
        json.dumps(body).encode(),
        {"Authorization": f"Bearer {key[0]}", "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request) as answer:
        assert answer.status == 202
    return time.perf_counter() - began


def usages(up: int) -> list[Usage]:
    """Of `up` and all that come from it, in the order of their start."""
    return [_usage(process, process.pid == up) for process in process_tree(up)]


def _usage(process: Process, is_up: bool) -> Usage:
    rollup = (Path("/proc") / str(process.pid) / "smaps_rollup").read_text()
    kilobytes = {key: int(size) for key, size in re.findall(r"^(\w+):\s+(\d+) kB", rollup, re.M)}
    return Usage(
        "up" if is_up else SHOWN_NAMES.get(process.name, process.name),
        kilobytes["Pss"] / 1024,
        (kilobytes["Private_Clean"] + kilobytes["Private_Dirty"]) / 1024,
        process.ticks / os.sysconf("SC_CLK_TCK"),
    )


def start_once() -> tuple[float, list[Usage]]:
    """One start: seconds to the first 202, and the processes once the worker has judged a comment."""
    with tempfile.TemporaryDirectory() as folder:
        data, output = Path(folder) / "data", Path(folder) / "output"
        command = [str(Path(sys.executable).parent / "gatehouse"), "up"]
        command += ["--data", str(data), "--port", str(PORT)]
        with output.open("w") as file:
            up = subprocess.Popen(command, stdout=file, stderr=file)
        try:
            seconds = first_202(output)
            wait_for_all()
            return seconds, usages(up.pid)
        finally:
            up.send_signal(signal.SIGINT)
            up.wait()


def wait_for_all() -> None:
    """Until worker and courier are at work, and nothing waits to be judged."""
    while True:
        with urllib.request.urlopen(f"http://127.0.0.1:{PORT}/readyz") as answer:
            health = json.load(answer)
        if health["status"] == "ok" and health["checks"]["pending"]["count"] == 0:
            return
        time.sleep(0.2)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--starts", type=int, default=STARTS)
    starts = parser.parse_args().starts
    seconds, totals = [], []
    measured: dict[tuple[str, int], list[Usage]] = defaultdict(list)
    for _ in range(starts):
        took, running = start_once()
        seconds.append(took)
        totals.append(sum(process.pss for process in running))
        seen: dict[str, int] = defaultdict(int)
        for process in running:
            measured[process.name, seen[process.name]].append(process)
            seen[process.name] += 1
    rows = [
        [
            f"{name}{', its child' if number else ''}",
            *(
                f"{sum(getattr(process, what) for process in same) / len(same):.{digits}f}"
                for what, digits in (("pss", 0), ("private", 0), ("cpu", 2))
            ),
            f"{sum(process.pss for process in same) / len(same) / (sum(totals) / starts):.0%}",
        ]
        for (name, number), same in measured.items()
    ]
    print(table(["process", "PSS MB", "of it private MB", "CPU s", "share"], rows))
    cpu = sum(process.cpu for same in measured.values() for process in same) / starts
    print(
        f"\nfirst 202 after {min(seconds):.2f} s (best of {starts}; all: "
        f"{', '.join(f'{each:.2f}' for each in seconds)}); {sum(totals) / starts:.0f} MB in all; "
        f"{cpu:.1f} CPU s until the first comment was judged"
    )


if __name__ == "__main__":
    main()
