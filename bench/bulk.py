"""One decision about 60,000 comments and its undo, alone and beside other work.

    python -m bench.bulk [--postgresql] [--comments 60000]

API and worker are processes of their own on this machine. Beside: one client that decides about single comments, reads
the queue and submits comments in turn, each answer awaited, with pauses of 50 ms.
"""

import argparse
import http.client
import itertools
import json
import os
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from bench.environment import bench_environment
from bench.queue_pages import ALLOWED
from bench.queue_store import fill
from bench.table import table
from harness.gatehouse_process import GatehouseProcess
from moderation.notify import endpoints
from moderation.store import moderators

HELD = {"status": "held"}
PAUSE = 0.05  # seconds between the requests of the other client
# Of the comments that `fill` writes, 4 in 5 are of the first site, and 3 in 10 of those held.
FILLED_PER_HELD = 1 / (0.8 * 0.3)


class Client:
    """A connection with the site's secret key."""

    def __init__(self, gatehouse: GatehouseProcess) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", gatehouse.port, timeout=120)
        self._headers = {
            "Authorization": f"Bearer {gatehouse.key}",
            "Content-Type": "application/json",
        }

    def call(self, method: str, path: str, body: Mapping[str, object] | None = None) -> Any:
        content = json.dumps(body) if body is not None else None
        self._connection.request(method, path, content, self._headers)
        answer = self._connection.getresponse()
        text = answer.read()
        if answer.status >= 400:
            raise SystemExit(f"{method} {path}: {answer.status} {text[:300]!r}")
        return json.loads(text)

    def finished(self, act: Mapping[str, Any]) -> Mapping[str, Any]:
        """The bulk decision once nothing of it is left to do."""
        path = f"/api/v1/bulk/{act['id']}"
        while (act := self.call("GET", path))["finished_at"] is None:
            time.sleep(0.1)
        return dict(act)


class OtherWork:
    """What one client does in turn; times: seconds of each request, by what it was."""

    def __init__(self, gatehouse: GatehouseProcess, comment_id: str) -> None:
        self.times: dict[str, list[float]] = {"decision": [], "queue": [], "submission": []}
        self._client = Client(gatehouse)
        self._comment_id = comment_id

    def run(self, stopping: threading.Event) -> None:
        for number in itertools.count():
            outcome = "reject" if number % 2 else "approve"
            decisions = f"/api/v1/comments/{self._comment_id}/decisions"
            self._timed("decision", "POST", decisions, {"outcome": outcome})
            self._timed("queue", "GET", "/api/v1/queues/held?limit=25", None)
            self._timed("submission", "POST", "/api/v1/comments", _submission(number))
            if stopping.wait(PAUSE):
                return

    def _timed(self, kind: str, method: str, path: str, body: Mapping[str, object] | None) -> None:
        began = time.perf_counter()
        self._client.call(method, path, body)
        self.times[kind].append(time.perf_counter() - began)


def _submission(number: int) -> dict[str, object]:
    return {
        "page": {"url": "https://herald.test/news/bulk"},
        "author": {"name": f"Reader {number}"},
        "text": f"The ferry number {number} was on time, thank you.",
    }


@contextmanager
def beside(work: OtherWork) -> Iterator[None]:
    stopping = threading.Event()
    thread = threading.Thread(target=work.run, args=[stopping])
    thread.start()
    try:
        yield
    finally:
        stopping.set()
        thread.join()


def act_and_undo(client: Client, count: int) -> tuple[float, float]:
    """Seconds of a rejection of all that is held, and of its undo."""
    began = time.perf_counter()
    seen = client.call("POST", "/api/v1/bulk/preview", {"filter": HELD})
    body = {"action": "reject", "filter": HELD, "expected_count": seen["count"]}
    act = client.finished(client.call("POST", "/api/v1/bulk", body))
    assert act["decided"] >= count * 0.95, act
    decided = time.perf_counter()
    undone = client.finished(client.call("POST", f"/api/v1/bulk/{act['id']}/undo"))
    assert undone["undone"] == act["decided"], undone
    return decided - began, time.perf_counter() - decided


def _filled(gatehouse: GatehouseProcess, count: int) -> None:
    now = time.time_ns() // 1_000_000
    with gatehouse.store.write() as connection:
        ada = moderators.add(connection, "ada@herald.test", "", now, os.urandom)
    url, site = f"http://{ALLOWED}/", gatehouse.site
    endpoint, _ = endpoints.add_webhook(
        gatehouse.store, site.id, url, allow=ALLOWED, now=now, entropy=os.urandom
    )
    fill(gatehouse.store, site, endpoint.id, ada, int(count * FILLED_PER_HELD))


def measure(postgresql: bool, count: int) -> str:
    with (
        bench_environment(postgresql) as environment,
        environment.gatehouse({"webhook_allow": ALLOWED}) as gatehouse,
    ):
        _filled(gatehouse, count)
        gatehouse.start_api()
        gatehouse.start_worker()
        gatehouse.wait_for_worker()
        client = Client(gatehouse)
        approved = client.call("GET", "/api/v1/queues/approved?limit=1")["items"][0]["id"]
        quiet = OtherWork(gatehouse, approved)
        with beside(quiet):
            time.sleep(10)  # the other client alone, for comparison
        alone = act_and_undo(client, count)
        busy = OtherWork(gatehouse, approved)
        with beside(busy):
            with_others = act_and_undo(client, count)
    rows = [
        [f"{name} {count:,}", f"{seconds:.1f}", f"{beside_others:.1f}"]
        for name, seconds, beside_others in zip(("reject", "undo"), alone, with_others, strict=True)
    ]
    acts = table(["bulk decision", "alone, s", "beside other work, s"], rows)
    kinds = [
        [kind, _percentiles(quiet.times[kind]), _percentiles(busy.times[kind])]
        for kind in quiet.times
    ]
    others = table(["other work: median / p95, ms", "alone", "beside the bulk decision"], kinds)
    return f"{acts}\n\n{others}\n\nload {os.getloadavg()[0]:.1f}"


def _percentiles(seconds: list[float]) -> str:
    ordered = sorted(seconds)
    return " / ".join(f"{1000 * ordered[int(share * len(ordered))]:.0f}" for share in (0.5, 0.95))


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.bulk", description=__doc__)
    parser.add_argument("--postgresql", action="store_true", help="instead of SQLite")
    parser.add_argument("--comments", type=int, default=60_000)
    arguments = parser.parse_args()
    print(measure(arguments.postgresql, arguments.comments))


if __name__ == "__main__":
    main()
