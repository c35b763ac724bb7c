"""The faces: how many requests a second, how long at 50 a second; beside FastAPI with Detoxify in it.

`python -m bench.compat [--rounds N] [--seconds S]`. The rival needs the extra `detoxify`; without it, the
table has Gatehouse alone, and says so.
"""

import argparse
import asyncio
import hashlib
import hmac
import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from urllib.error import URLError
from urllib.parse import urlencode
from urllib.request import urlopen

from bench import detoxify_server
from bench.environment import Place, a_place
from bench.table import milliseconds, table
from harness.gatehouse_process import GatehouseProcess, Process, free_port
from harness.load import Load, at_rate, closed_loop, median, request
from harness.servers import wait_until
from harness.texts import made_up
from moderation.store import compat_apis, sites

CONNECTIONS = 16  # of the closed loop: a site's handful of application servers
RATE = 50.0  # requests a second: what a face must answer in 200 ms at p99 on two cores
SIGNING = "the signing secret of a Coral"
HEAD = (
    "answers",
    "requests/s",
    "x rival",
    "p50 ms at 50/s",
    "p99 ms at 50/s",
    "answered",
    "refused",
)


@dataclass
class Contender:
    """name: of its row. make: the request for a text."""

    name: str
    port: int
    make: Callable[[str], bytes]
    full: list[Load] = field(default_factory=list)
    paced: list[Load] = field(default_factory=list)


def perspective(key: str) -> Callable[[str], bytes]:
    def make(text: str) -> bytes:
        body = {
            "comment": {"text": text},
            "requestedAttributes": {"TOXICITY": {}, "INSULT": {}, "THREAT": {}},
            "languages": ["en"],
            "doNotStore": True,
        }
        return _post(f"/v1alpha1/comments:analyze?key={key}", body)

    return make


def openai(key: str) -> Callable[[str], bytes]:
    return lambda text: _post("/v1/moderations", {"input": text}, Authorization=f"Bearer {key}")


def coral(site_id: str) -> Callable[[str], bytes]:
    """Signed, as a new comment of a reader."""

    def make(text: str) -> bytes:
        body = json.dumps(
            {
                "action": "NEW",
                "comment": {"body": f"<div>{text}</div>", "parentID": None},
                "author": {"id": "reader", "role": "COMMENTER"},
                "story": {"id": "story", "url": "https://herald.test/story"},
                "site": {"id": "site"},
                "tenantID": "herald",
                "tenantDomain": "coral.herald.test",
            }
        ).encode()
        signature = hmac.new(SIGNING.encode(), body, hashlib.sha256).hexdigest()
        headers = {
            "Content-Type": "application/json",
            "X-Coral-Signature": f"sha256={signature}",
        }
        return request(f"/integrations/coral/{site_id}", body, headers)

    return make


def akismet(key: str) -> Callable[[str], bytes]:
    """A check: stored, judged by a worker, answered when that is done."""

    def make(text: str) -> bytes:
        fields = {
            "api_key": key,
            "blog": "https://herald.test",
            "user_ip": "192.0.2.7",
            "user_agent": "Firefox",
            "permalink": "https://herald.test/story",
            "comment_type": "comment",
            "comment_author": "Carol",
            "comment_content": text,
        }
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        return request("/1.1/comment-check", urlencode(fields).encode(), headers)

    return make


def detoxify(text: str) -> bytes:
    return _post("/score", {"text": text})


def _post(path: str, body: object, **headers: str) -> bytes:
    return request(path, json.dumps(body).encode(), {"Content-Type": "application/json", **headers})


def measure(rounds: int, seconds: float) -> str:
    """The table; every contender in every round, one after the other."""
    with a_place() as place, a_house(place) as house, a_rival(place) as rival:
        contenders = [
            Contender("Perspective", house.port, perspective(house.key)),
            Contender("OpenAI", house.port, openai(house.key)),
            Contender("Coral", house.port, coral(house.site.id)),
            Contender("Akismet", house.port, akismet(_akismet_key(house))),
        ]
        if rival:
            contenders.append(Contender("FastAPI + Detoxify", rival, detoxify))
        texts = made_up(2_000)
        for one in contenders:  # models are loaded, connections have been made once
            asyncio.run(closed_loop(one.port, _nth(one, texts), 1, 1.0))
        for _ in range(rounds):
            for one in contenders:
                one.full.append(
                    asyncio.run(closed_loop(one.port, _nth(one, texts), CONNECTIONS, seconds))
                )
                # Who cannot keep up falls back further every second; one is enough to see it.
                lasts = seconds if _good(one.full[-1]) > RATE else 1.0
                paced = [one.make(text) for text in texts[: int(RATE * lasts)]]
                one.paced.append(asyncio.run(at_rate(one.port, paced, RATE, 64)))
        return table(HEAD, [_row(one, contenders[-1] if rival else None) for one in contenders])


def _akismet_key(house: GatehouseProcess) -> str:
    with house.store.write() as connection:
        now = time.time_ns() // 1_000_000
        return sites.add_key(connection, house.site.id, sites.AKISMET, now, os.urandom)


def _nth(one: Contender, texts: list[str]) -> Callable[[int], bytes]:
    return lambda number: one.make(texts[number % len(texts)])


def _row(one: Contender, rival: Contender | None) -> list[str]:
    share = (
        median([_good(a) / _good(b) for a, b in zip(one.full, rival.full, strict=True)])
        if rival
        else 0
    )
    statuses = [load.statuses for load in one.paced]
    refused = sum(counts.get(429, 0) for counts in statuses)
    answered = sum(counts.get(200, 0) + counts.get(204, 0) for counts in statuses)
    return [
        one.name,
        f"{median([_good(load) for load in one.full]):.0f}",
        f"{share:.1f}" if rival else "-",
        milliseconds(median([load.percentile(0.5) for load in one.paced])),
        milliseconds(median([load.percentile(0.99) for load in one.paced])),
        f"{answered}",
        f"{refused}",
    ]


def _good(load: Load) -> float:
    # Coral takes a 204 for "nothing against it".
    return (load.statuses.get(200, 0) + load.statuses.get(204, 0)) / load.seconds


@contextmanager
def a_house(place: Place) -> Iterator[GatehouseProcess]:
    """One API process and a worker, for Akismet's checks; its site speaks every face that is measured."""
    # Akismet's checks are comments, all from one reader here: limited, none would be judged.
    unlimited = dict.fromkeys(("limit_face", "limit_address"), "100000000/minute")
    with place.house(unlimited) as house:
        with house.store.write() as connection:
            for face in (
                compat_apis.PERSPECTIVE,
                compat_apis.OPENAI,
                compat_apis.CORAL,
                compat_apis.AKISMET,
            ):
                compat_apis.switch_on(
                    connection, house.site.id, face, "", time.time_ns() // 1_000_000
                )
            compat_apis.add_signing_secret(
                connection, house.store.seal, house.site.id, compat_apis.CORAL, SIGNING
            )
        house.start_api()
        house.start_worker()
        house.wait_for_worker()
        yield house


@contextmanager
def a_rival(place: Place) -> Iterator[int]:
    """The port of the rival, one process; 0 where the extra is not installed."""
    if not find_spec("detoxify"):
        print("The rival is missing: install the extra `detoxify`.", file=sys.stderr)
        yield 0
        return
    folder = place.folder / "bert"
    detoxify_server.make_checkpoint(folder)
    port = free_port()
    served = [
        "bench.detoxify_server:app",
        "--port",
        str(port),
        "--loop",
        "uvloop",
        "--http",
        "httptools",
    ]
    process = Process(
        [sys.executable, "-m", "uvicorn", *served, "--no-access-log", "--log-level", "warning"],
        {**os.environ, detoxify_server.CHECKPOINT: str(folder)},
        place.folder / "rival.log",
    )
    try:
        wait_until(lambda: _answers(port), "the rival answers", 120)
        yield port
    finally:
        process.kill()


def _answers(port: int) -> bool:
    try:
        with urlopen(f"http://127.0.0.1:{port}/openapi.json", timeout=2) as answer:
            return bool(answer.status == 200)
    except (URLError, OSError):
        return False


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.compat", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=6.0, help="of each measurement")
    given = parser.parse_args()
    print(measure(given.rounds, given.seconds))


if __name__ == "__main__":
    main()
