"""The compatible APIs: requests a second, and times at 50 a second; beside FastAPI that calls Detoxify.

`python -m bench.compat [--rounds N] [--seconds S]`. The Detoxify server needs the extra `detoxify`;
without it, only Gatehouse is measured, and stderr says so.
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
from bench.environment import Environment, bench_environment
from bench.table import milliseconds, table
from harness.gatehouse_process import GatehouseProcess, Process, free_port
from harness.load import Load, at_rate, closed_loop, median, request
from harness.servers import wait_until
from harness.texts import made_up
from moderation.store import compat_apis, sites

CONNECTIONS = 16  # of the closed loop: a site's handful of application servers
RATE = 50.0  # requests a second that must be answered in 200 ms at p99 on two cores
SIGNING_SECRET = "the signing secret of a Coral"
HEAD = (
    "answers",
    "requests/s",
    "x Detoxify",
    "p50 ms at 50/s",
    "p99 ms at 50/s",
    "answered",
    "refused",
)


@dataclass
class Contender:
    """One row of the table. make: the request for a text. full, paced: as many as possible; at RATE."""

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
    """A new comment, signed."""

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
        signature = hmac.new(SIGNING_SECRET.encode(), body, hashlib.sha256).hexdigest()
        headers = {
            "Content-Type": "application/json",
            "X-Coral-Signature": f"sha256={signature}",
        }
        return request(f"/integrations/coral/{site_id}", body, headers)

    return make


def akismet(key: str) -> Callable[[str], bytes]:
    """A check: stored, judged by a worker, then answered."""

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
    """The table; each round measures the contenders one after the other."""
    with (
        bench_environment() as environment,
        gatehouse_with_apis(environment) as gatehouse,
        detoxify_port(environment) as port,
    ):
        contenders = [
            Contender("Perspective", gatehouse.port, perspective(gatehouse.key)),
            Contender("OpenAI", gatehouse.port, openai(gatehouse.key)),
            Contender("Coral", gatehouse.port, coral(gatehouse.site.id)),
            Contender("Akismet", gatehouse.port, akismet(_akismet_key(gatehouse))),
        ]
        if port:
            contenders.append(Contender("FastAPI + Detoxify", port, detoxify))
        texts = made_up(2_000)
        for contender in contenders:  # warm up: models are loaded
            asyncio.run(closed_loop(contender.port, _nth(contender, texts), 1, 1.0))
        for _ in range(rounds):
            for contender in contenders:
                contender.full.append(
                    asyncio.run(
                        closed_loop(contender.port, _nth(contender, texts), CONNECTIONS, seconds)
                    )
                )
                # One that cannot keep up falls back further every second; one second shows it.
                paced_seconds = seconds if _success_rate(contender.full[-1]) > RATE else 1.0
                paced = [contender.make(text) for text in texts[: int(RATE * paced_seconds)]]
                contender.paced.append(asyncio.run(at_rate(contender.port, paced, RATE, 64)))
        return table(
            HEAD, [_row(contender, contenders[-1] if port else None) for contender in contenders]
        )


def _akismet_key(gatehouse: GatehouseProcess) -> str:
    with gatehouse.store.write() as connection:
        now = time.time_ns() // 1_000_000
        return sites.add_key(connection, gatehouse.site.id, sites.AKISMET, now, os.urandom)


def _nth(contender: Contender, texts: list[str]) -> Callable[[int], bytes]:
    return lambda number: contender.make(texts[number % len(texts)])


def _row(contender: Contender, detoxify_server: Contender | None) -> list[str]:
    share = (
        median(
            [
                _success_rate(load) / _success_rate(detoxify_load)
                for load, detoxify_load in zip(contender.full, detoxify_server.full, strict=True)
            ]
        )
        if detoxify_server
        else 0
    )
    statuses = [load.statuses for load in contender.paced]
    refused = sum(counts.get(429, 0) for counts in statuses)
    answered = sum(counts.get(200, 0) + counts.get(204, 0) for counts in statuses)
    return [
        contender.name,
        f"{median([_success_rate(load) for load in contender.full]):.0f}",
        f"{share:.1f}" if detoxify_server else "-",
        milliseconds(median([load.percentile(0.5) for load in contender.paced])),
        milliseconds(median([load.percentile(0.99) for load in contender.paced])),
        f"{answered}",
        f"{refused}",
    ]


def _success_rate(load: Load) -> float:
    # 204 tells Coral that nothing speaks against the comment.
    return (load.statuses.get(200, 0) + load.statuses.get(204, 0)) / load.seconds


@contextmanager
def gatehouse_with_apis(environment: Environment) -> Iterator[GatehouseProcess]:
    """An API process, and a worker for Akismet's checks; its site answers every API that is measured."""
    # Akismet's checks are comments, here all from one reader: a limit would refuse nearly all.
    unlimited = dict.fromkeys(("limit_face", "limit_address"), "100000000/minute")
    with environment.gatehouse(unlimited) as gatehouse:
        with gatehouse.store.write() as connection:
            for face in (
                compat_apis.PERSPECTIVE,
                compat_apis.OPENAI,
                compat_apis.CORAL,
                compat_apis.AKISMET,
            ):
                compat_apis.switch_on(
                    connection, gatehouse.site.id, face, "", time.time_ns() // 1_000_000
                )
            compat_apis.add_signing_secret(
                connection,
                gatehouse.store.crypto,
                gatehouse.site.id,
                compat_apis.CORAL,
                SIGNING_SECRET,
            )
        gatehouse.start_api()
        gatehouse.start_worker()
        gatehouse.wait_for_worker()
        yield gatehouse


@contextmanager
def detoxify_port(environment: Environment) -> Iterator[int]:
    """The port of a Detoxify server of contender process; 0 where the extra is not installed."""
    if not find_spec("detoxify"):
        print("FastAPI + Detoxify is not measured: install the extra `detoxify`.", file=sys.stderr)
        yield 0
        return
    folder = environment.folder / "bert"
    detoxify_server.make_checkpoint(folder)
    port = free_port()
    options = [
        "bench.detoxify_server:app",
        "--port",
        str(port),
        "--loop",
        "uvloop",
        "--http",
        "httptools",
    ]
    process = Process(
        [sys.executable, "-m", "uvicorn", *options, "--no-access-log", "--log-level", "warning"],
        {**os.environ, detoxify_server.CHECKPOINT: str(folder)},
        environment.folder / "detoxify.log",
    )
    try:
        wait_until(lambda: _answers(port), "the Detoxify server answers", 120)
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
    arguments = parser.parse_args()
    print(measure(arguments.rounds, arguments.seconds))


if __name__ == "__main__":
    main()
