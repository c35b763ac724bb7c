"""The time of one decision by API and of one by key at the console, beside a thousand comments or a million.

    python -m bench.decisions [--postgresql] [--comments 1000000] [--decisions 300]

Milliseconds from the request to the end of the answer, of the API as a process of its own on this machine; the last column is what it computes, which other
work on the machine does not lengthen much. What the console's page
does for a key: it decides (the next comment is on the page already), says what it has open now, and now and then fetches
the next page of the list. No decision reads or writes the search index, which is left empty: filling takes a third of the time. Decisions are approvals, rejections and spam in turn, about the most urgent of what is held.
"""

import argparse
import html
import http.client
import itertools
import json
import os
import re
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from statistics import fmean
from urllib.parse import urlencode

from bench.environment import bench_environment
from bench.queue_pages import ALLOWED, filled_pages
from bench.table import milliseconds, table
from harness.gatehouse_process import GatehouseProcess, Process
from harness.load import median, percentile

OUTCOMES = ("approve", "reject", "spam")
UNDONE = 5  # every fifth decision of the console is taken back
WARM_UP = 10  # decisions that are not counted: templates are compiled, connections opened
AHEAD = 20  # comments that a page says it has open or next
_CARD = re.compile(r'<form class="actions"[^>]*action="/console/comments/(cmt_\w+)/decisions".*?name="sequence" value="(\d+)"', re.S)  # fmt: skip
_TOKEN = re.compile(r'name="csrf" value="([^"]+)"')
_NEXT = re.compile(r'href="([^"]+)" rel="next"')
Times = dict[str, list[float]]


class Client:
    """One connection; times: seconds of each request, by what it was, and cpu: seconds that the API computed for them."""

    def __init__(self, gatehouse: GatehouseProcess, api: Process, cookie: str) -> None:
        self._api = api
        self._connection = http.client.HTTPConnection("127.0.0.1", gatehouse.port, timeout=120)
        self._site_id, self._cookie = gatehouse.site.id, {"Cookie": cookie}
        self._key = {"Authorization": f"Bearer {gatehouse.key}"}
        self.times: Times = defaultdict(list)
        self.cpu: Times = defaultdict(list)

    def by_api(self, decisions: int) -> None:
        done = 0
        while done < decisions:
            path = "/api/v1/queues/held?limit=100&order=urgency"
            held = json.loads(self._timed("API: what is held", "GET", path, self._key))["items"]
            for comment, outcome in zip(held, itertools.cycle(OUTCOMES), strict=False):
                path = f"/api/v1/comments/{comment['id']}/decisions"
                headers = self._key | {"Content-Type": "application/json"}
                self._timed("API: a decision", "POST", path, headers, f'{{"outcome": "{outcome}"}}')
            done += len(held)

    def by_key(self, decisions: int) -> None:
        number = 0
        for token, cards in self._pages():
            for place, (id, sequence) in enumerate(cards):
                number += 1
                path = f"/console/comments/{id}/decisions"
                outcome = OUTCOMES[number % len(OUTCOMES)]
                fields = {"csrf": token, "sequence": sequence, "back": "", "outcome": outcome}
                self._send("console: a decision by key", path, fields)
                following = " ".join(id for id, _ in cards[place + 1 : place + 1 + AHEAD])
                fields = {"csrf": token, "comments": following, "deciding": "", "shown": ""}
                self._send("console: what is open now", "/console/claims", fields)
                if number % UNDONE == 0:
                    fields = {"csrf": token, "sequence": str(int(sequence) + 1), "back": ""}
                    self._send("console: an undo by key", f"/console/comments/{id}/undo", fields)
            if number >= decisions:
                return

    def _pages(self) -> Iterator[tuple[str, list[tuple[str, str]]]]:
        """The form token of each page of the held queue, and its comments with their sequences."""
        path = f"/console/?site={self._site_id}&queue=held&order=urgency"
        while True:
            page = self._timed("console: the next page of the list", "GET", path, self._cookie)
            token, following = _TOKEN.search(page), _NEXT.search(page)
            assert token and following, page
            yield token[1], _CARD.findall(page)
            path = html.unescape(following[1])

    def _send(self, what: str, path: str, fields: Mapping[str, str]) -> None:
        headers = self._cookie | {
            "Content-Type": "application/x-www-form-urlencoded",
            "Sec-Fetch-Site": "same-origin",
            "HX-Request": "true",
        }
        self._timed(what, "POST", path, headers, urlencode(fields))

    def _timed(
        self, what: str, method: str, path: str, headers: Mapping[str, str], body: str = ""
    ) -> str:
        computed, began = self._api.cpu(), time.perf_counter()
        self._connection.request(method, path, body or None, dict(headers))
        answer = self._connection.getresponse()
        content = answer.read().decode()
        if answer.status >= 300:
            raise SystemExit(f"{method} {path}: {answer.status} {content[:300]}")
        self.times[what].append(time.perf_counter() - began)
        self.cpu[what].append(self._api.cpu() - computed)
        return content


def measured(gatehouse: GatehouseProcess, count: int, decisions: int) -> Client:
    """gatehouse: with ALLOWED in its settings, and empty."""
    began = time.perf_counter()
    cookie = next(
        page.headers["Cookie"] for page in filled_pages(gatehouse, count, searchable=False)
    )
    print(f"{count:,} filled in {time.perf_counter() - began:.0f} s", file=sys.stderr)
    return decided(gatehouse, cookie, decisions)


def decided(gatehouse: GatehouseProcess, cookie: str, decisions: int) -> Client:
    """gatehouse: filled. cookie: of a moderator's session."""
    client = Client(gatehouse, gatehouse.start_api(), cookie)
    client.by_api(WARM_UP)
    client.by_key(WARM_UP)
    client.times.clear()
    client.cpu.clear()
    client.by_api(decisions)
    client.by_key(decisions)
    return client


def measure(postgresql: bool, count: int, decisions: int) -> str:
    with (
        bench_environment(postgresql) as environment,
        environment.gatehouse({"webhook_allow": ALLOWED}) as gatehouse,
    ):
        client = measured(gatehouse, count, decisions)
        return shown(client, f"{count:,}, {'PostgreSQL' if postgresql else 'SQLite'}")


def shown(client: Client, beside: str) -> str:
    rows = [
        (what, len(seconds), *map(milliseconds, (median(seconds), percentile(seconds, 0.95), max(seconds), fmean(client.cpu[what]))))
        for what, seconds in client.times.items()
    ]  # fmt: skip
    head = (f"ms beside {beside}", "times", "median", "p95", "most", "CPU of the API")
    return f"{table(head, rows)}\n\nload {os.getloadavg()[0]:.1f}"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.decisions", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--postgresql", action="store_true", help="instead of SQLite")
    parser.add_argument("--comments", type=int, default=1_000_000)
    parser.add_argument("--decisions", type=int, default=300)
    arguments = parser.parse_args()
    print(measure(arguments.postgresql, arguments.comments, arguments.decisions))


if __name__ == "__main__":
    main()
