"""Readers with a page open: what 200 idle streams cost, and how soon 20 of them are told of an approval and a rejection (Linux).

    python -m bench.streams [--streams 200] [--told 20] [--decisions 10] [--comments 500]

CPU and memory are the API's. The times count from the moderator's request, over HTTP, until the last of the readers has the event,
and until the thread that the event names shows the comment, or does not show it any more.
"""

import argparse
import json
import statistics
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import Request, urlopen

from bench.environment import bench_environment
from bench.read import PAGE, THREAD, fill_page
from bench.table import table
from harness.event_stream import EventReader
from harness.gatehouse_process import GatehouseProcess, Process
from harness.servers import wait_until

IDLE_SECONDS = 20.0
OF_ONE_ADDRESS = 40  # fewer than may come from one
STREAM = f"{THREAD}/events?{urlencode({'page_url': PAGE})}"


def open_streams(gatehouse: GatehouseProcess, count: int) -> list[EventReader]:
    """Readers at different addresses, once each has heard of the thread as it is."""
    readers = [
        EventReader(
            gatehouse.port, STREAM, {"X-Forwarded-For": f"192.0.2.{1 + number // OF_ONE_ADDRESS}"}
        )
        for number in range(count)
    ]
    for reader in readers:
        reader.wait_for(bool, "the first event")
    return readers


def memory(process: Process) -> float:
    """MB that the process would free if it ended, or shares with others as its part (PSS)."""
    found = 0
    for pid in process.tree():
        rollup = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        found += sum(int(line.split()[1]) for line in rollup if line.startswith("Pss:"))
    return found / 1024


def idle(gatehouse: GatehouseProcess, api: Process, count: int) -> str:
    """Rows for no stream and for `count` of them: memory, and CPU while nothing happens."""
    rows = []
    readers: list[EventReader] = []
    for streams in (0, count):
        readers += open_streams(gatehouse, streams)
        before = api.cpu()
        time.sleep(IDLE_SECONDS)
        rows.append(
            (streams, f"{memory(api):.1f}", f"{(api.cpu() - before) / IDLE_SECONDS * 100:.1f}")
        )
    for reader in readers:
        reader.close()
    return table(("streams", "memory MB", "CPU, % of a core"), rows)


def ask(
    gatehouse: GatehouseProcess, path: str, body: Mapping[str, object] | None = None
) -> dict[str, object]:
    """The answer to the site's server; a POST where there is a body."""
    request = Request(
        f"http://127.0.0.1:{gatehouse.port}{path}",
        json.dumps(body).encode() if body else None,
        {"Authorization": f"Bearer {gatehouse.key}", "Content-Type": "application/json"},
    )
    with urlopen(request, timeout=60) as answer:
        found: dict[str, object] = json.load(answer)
        return found


def told(gatehouse: GatehouseProcess, count: int, decisions: int) -> str:
    """Seconds from approval and rejection until `count` readers are told, and until they see it."""
    readers = open_streams(gatehouse, count)
    heard: dict[str, list[float]] = {"approve": [], "reject": []}
    seen: dict[str, list[float]] = {"approve": [], "reject": []}
    for number in range(decisions):
        comment = {
            "page": {"url": PAGE},
            "author": {"name": "Alice"},
            "text": f"The ferry was late again, for the time {number}.",
        }
        id = ask(gatehouse, "/api/v1/comments", comment)["id"]
        for outcome in ("approve", "reject"):
            known = [len(reader.events) for reader in readers]
            began = time.perf_counter()
            ask(gatehouse, f"/api/v1/comments/{id}/decisions", {"outcome": outcome})
            wait_until(_all_told(readers, known), "all are told", 60)
            heard[outcome].append(time.perf_counter() - began)
            version = readers[0].events[-1].id
            page = f"{THREAD}?{urlencode({'page_url': PAGE, 'sort': 'newest', 'version': version})}"
            for _ in readers:
                shown = json.dumps(ask(gatehouse, page))
                assert (str(id) in shown) is (outcome == "approve"), outcome
            seen[outcome].append(time.perf_counter() - began)
    for reader in readers:
        reader.close()
    rows = [
        (
            {"approve": "approval", "reject": "rejection"}[outcome],
            f"{statistics.median(heard[outcome]):.2f}",
            f"{max(heard[outcome]):.2f}",
            f"{statistics.median(seen[outcome]):.2f}",
            f"{max(seen[outcome]):.2f}",
        )
        for outcome in heard
    ]
    return table(("", "told, median s", "longest", "seen by all, median s", "longest"), rows)


def _all_told(readers: list[EventReader], known: list[int]) -> Callable[[], bool]:
    return lambda: all(
        len(reader.events) > count for reader, count in zip(readers, known, strict=True)
    )


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.streams", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--streams", type=int, default=200)
    parser.add_argument("--told", type=int, default=20)
    parser.add_argument("--decisions", type=int, default=10)
    parser.add_argument("--comments", type=int, default=500)
    arguments = parser.parse_args()
    with bench_environment() as environment:
        gatehouse = environment.gatehouse({"trusted_proxies": "127.0.0.1"})
        with gatehouse:
            fill_page(gatehouse, arguments.comments)
            api = gatehouse.start_api()
            print(idle(gatehouse, api, arguments.streams), end="\n\n", flush=True)
            print(told(gatehouse, arguments.told, arguments.decisions))


if __name__ == "__main__":
    main()
