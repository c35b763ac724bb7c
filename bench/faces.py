"""The faces: how many requests a second, how long at 50 a second; beside FastAPI with Detoxify in it.

`python -m bench.faces [--rounds N] [--seconds S]`. The rival needs the extra `detoxify`; without it, the
table has Gatehouse alone, and says so.
"""

import argparse
import asyncio
import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from urllib.error import URLError
from urllib.request import urlopen

from bench import synchronous
from bench.house import House, Process, free_port
from bench.load import Load, at_rate, closed_loop, median, request
from bench.place import Place, a_place
from bench.table import milliseconds, table
from bench.texts import made_up
from moderation.store import faces
from tests.servers import wait_until

CONNECTIONS = 16  # of the closed loop: a site's handful of application servers
RATE = 50.0  # requests a second: what a face must answer in 200 ms at p99 on two cores
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
    answered = sum(counts.get(200, 0) for counts in statuses)
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
    return load.statuses.get(200, 0) / load.seconds


@contextmanager
def a_house(place: Place) -> Iterator[House]:
    """One API process; its site speaks every face that is measured."""
    with place.house({"limit_face": "100000000/minute"}) as house:
        with house.store.write() as connection:
            for face in (faces.PERSPECTIVE, faces.OPENAI):
                faces.switch_on(connection, house.site.id, face, "", time.time_ns() // 1_000_000)
        house.start_api()
        yield house


@contextmanager
def a_rival(place: Place) -> Iterator[int]:
    """The port of the rival, one process; 0 where the extra is not installed."""
    if not find_spec("detoxify"):
        print("The rival is missing: install the extra `detoxify`.", file=sys.stderr)
        yield 0
        return
    folder = place.folder / "bert"
    synchronous.make_checkpoint(folder)
    port = free_port()
    served = [
        "bench.synchronous:app",
        "--port",
        str(port),
        "--loop",
        "uvloop",
        "--http",
        "httptools",
    ]
    process = Process(
        [sys.executable, "-m", "uvicorn", *served, "--no-access-log", "--log-level", "warning"],
        {**os.environ, synchronous.CHECKPOINT: str(folder)},
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
            return answer.status == 200
    except (URLError, OSError):
        return False


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.faces", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=6.0, help="of each measurement")
    given = parser.parse_args()
    print(measure(given.rounds, given.seconds))


if __name__ == "__main__":
    main()
