"""Public reads of a page with 5,000 comments: thread, counts and fragment, beside a no-op of the same server.

    python -m bench.read [--postgresql] [--comments 5000] [--connections 32] [--rounds 5] [--seconds 2]

Each round measures all of them one after the other; ratios to the no-op are medians over the rounds. "new" is a request that
nobody has sent before, as after a change of the page; "again" one that others send, too; 304 one that the reader has already.
"""

import argparse
import itertools
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import quote, urlencode
from urllib.request import urlopen

import uvloop

from bench.environment import bench_environment
from bench.serving import NOOP
from bench.table import milliseconds, table
from harness.gatehouse_process import GatehouseProcess, Process
from harness.load import Load, closed_loop, median
from harness.texts import made_up
from moderation.clock import now_ms
from moderation.domain.comment import Status
from moderation.domain.durations import DAY_MS
from moderation.domain.imported import ImportedComment
from moderation.upkeep.importing import import_comments

PAGE = "https://herald.test/harbour"
OTHERS = 49  # pages in the same list of articles, with a few comments each
ORIGIN = "https://herald.test"
THREAD, COUNTS, FRAGMENT = "/api/v1/threads", "/api/v1/counts", "/embed/thread"


@dataclass
class Read:
    """One kind of request, and its measurements. make: the n-th one. status: what it is answered with."""

    name: str
    make: Callable[[int], bytes]
    status: int = 200
    loads: list[Load] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)  # microseconds per answer

    def measure(self, port: int, api: Process, connections: int, seconds: float) -> None:
        before = api.cpu()
        load = uvloop.run(closed_loop(port, self.make, connections, seconds))
        if set(load.statuses) != {self.status}:
            raise SystemExit(f"{self.name} was answered {load.statuses}")
        self.cpu.append((api.cpu() - before) / len(load.latencies) * 1e6)
        self.loads.append(load)


def fill_page(gatehouse: GatehouseProcess, count: int) -> None:
    """So many approved comments on PAGE, half of them replies, and some on the other pages."""
    texts, first = made_up(500), now_ms() - 30 * DAY_MS
    pages = itertools.chain(
        itertools.repeat(PAGE, count), (f"{ORIGIN}/{n % OTHERS}" for n in range(10 * OTHERS))
    )
    entries = (
        ImportedComment(
            place=f"{n}",
            id=f"{n}",
            page_url=url,
            author=f"Reader {n % 700}",
            text=f"{texts[n % len(texts)]} ({n})",
            created_at=first + n * 1_000,
            status=Status.APPROVED,
            parent_id=f"{n // 3}" if n % 2 and n < count else "",
        )
        for n, url in enumerate(pages)
    )
    done = import_comments(
        gatehouse.store,
        gatehouse.site,
        "bench",
        entries,
        personal_days=30,
        now=now_ms(),
        remark=print,
    )
    assert not done.skipped, done


def get(path: str, etag: str = "") -> bytes:
    """The bytes of a GET with keep-alive."""
    seen = f"If-None-Match: {etag}\r\n" if etag else ""
    return f"GET {path} HTTP/1.1\r\nHost: bench\r\n{seen}\r\n".encode()


def _etag(port: int, path: str) -> str:
    with urlopen(f"http://127.0.0.1:{port}{path}") as answer:
        answer.read()
        return str(answer.headers["ETag"])


def deep_path(port: int, count: int) -> str:
    """The page of the thread from its middle on, by following `next`."""
    path = f"{THREAD}?{urlencode({'page_url': PAGE})}"
    for _ in range(count // 200):
        with urlopen(f"http://127.0.0.1:{port}{path}") as answer:
            path = json.load(answer)["next"]
    return path


def reads(gatehouse: GatehouseProcess, count: int) -> list[Read]:
    """The no-op first."""
    port = gatehouse.port
    first = f"{THREAD}?{urlencode({'page_url': PAGE})}"
    deep = deep_path(port, count)
    fragment = f"{FRAGMENT}?{urlencode({'site': gatehouse.site.id, 'page_url': PAGE})}"
    urls = [PAGE, *(f"{ORIGIN}/{n}" for n in range(OTHERS))]
    counts = f"{COUNTS}?{urlencode([('page_url', url) for url in urls])}"
    numbers = itertools.count()

    def same(name: str, path: str) -> list[Read]:
        again, known = get(path), get(path, _etag(port, path))
        return [Read(f"{name}, again", lambda _: again), Read(f"{name}, 304", lambda _: known, 304)]

    noop = get(NOOP)
    return [
        Read("no-op", lambda _: noop, 202),
        *same("thread", first),
        Read("thread, new", lambda _: get(f"{first}&version=n{next(numbers)}")),
        *same("thread, from the middle", deep),
        Read(
            "thread, from the middle, new",
            lambda _: get(f"{first}&sort=newest&limit=100&version=m{next(numbers)}"),
        ),
        *same("counts of 50 pages", counts),
        Read(
            "counts of 50 pages, new",
            lambda _: get(f"{counts}&page_url={quote(f'{ORIGIN}/n{next(numbers)}')}"),
        ),
        *same("fragment", fragment),
        Read("fragment, new", lambda _: get(f"{fragment}&page_title=n{next(numbers)}")),
    ]


def measure(postgresql: bool, count: int, connections: int, rounds: int, seconds: float) -> str:
    with (
        bench_environment(postgresql) as environment,
        environment.gatehouse(api="bench.serving") as gatehouse,
    ):
        fill_page(gatehouse, count)
        api = gatehouse.start_api()
        all_reads = reads(gatehouse, count)
        for number in range(rounds + 1):
            for read in all_reads:
                read.measure(gatehouse.port, api, connections, seconds if number else 0.5)
                if not number:  # warm: caches, page cache, connections
                    read.loads.clear()
                    read.cpu.clear()
    head = ("answer", "answers/s", "p50 ms", "p99 ms", "CPU us", "x no-op")
    return table(head, [_row(read, all_reads[0]) for read in all_reads])


def _row(read: Read, noop: Read) -> tuple[object, ...]:
    ratios = [a.rate / b.rate for a, b in zip(read.loads, noop.loads, strict=True)]
    return (
        read.name,
        f"{median([load.rate for load in read.loads]):.0f}",
        milliseconds(median([load.percentile(0.5) for load in read.loads])),
        milliseconds(median([load.percentile(0.99) for load in read.loads])),
        f"{median(read.cpu):.0f}",
        f"{median(ratios):.2f}",
    )


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.read", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--postgresql", action="store_true", help="instead of SQLite")
    parser.add_argument("--comments", type=int, default=5_000)
    parser.add_argument("--connections", type=int, default=32)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=2.0, help="of each in a round")
    arguments = parser.parse_args()
    print(
        measure(
            arguments.postgresql,
            arguments.comments,
            arguments.connections,
            arguments.rounds,
            arguments.seconds,
        )
    )


if __name__ == "__main__":
    main()
