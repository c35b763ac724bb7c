"""Receivers of webhooks in a process of their own: most answer well, some fail in one of 13 ways.

Whatever comes in is verified by the specification's own library and remembered: what was accepted and
when, signatures and times that are wrong, ids that came with other bytes.
"""

import asyncio
import contextlib
import hashlib
import json
import multiprocessing
import random
import socket
import ssl
import struct
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from multiprocessing.connection import Connection
from pathlib import Path

from standardwebhooks import Webhook

from harness.certificates import certified

WELL = "well"
# How a receiver may fail; each of these fails half of the time, or once for a while.
WAYS = (
    *("500", "hang", "slow", "reset", "lost", "redirect", "gone", "later"),
    *("endless", "tls", "down", "drip", "garbage"),
)
GONE_AFTER = 20  # requests, then 410 once
DOWN_AFTER = 20  # requests, then nobody listens for `away` seconds
FAILS = 0.5  # of the requests to one that fails

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@dataclass
class Log:
    """What one endpoint received. accepted: by message id, seconds from event to answer."""

    requests: int = 0
    forged: int = 0
    changed: int = 0  # a known id with other bytes
    late: int = 0  # the attempt's time is more than 5 s off
    repeated: int = 0  # accepted once already
    accepted: dict[str, float] = field(default_factory=dict)


class Receivers:
    """The process. urls: by way to fail, a prefix to put a path behind; names: host:port to allow.

    folder: for certificates; `trust` is the file to trust. patience: seconds the sender waits, so
    that slow ones are slower. away: seconds one way of failing is down.
    """

    def __init__(self, folder: Path, patience: float, away: float) -> None:
        self.trust = folder / "localhost.pem"
        ours, theirs = multiprocessing.get_context("spawn").Pipe()
        self._process = multiprocessing.get_context("spawn").Process(
            target=_run, args=(theirs, folder, patience, away), daemon=True
        )
        self._process.start()
        self._pipe = ours
        self._ports: dict[str, int] = self._pipe.recv()

    def __enter__(self) -> "Receivers":
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.join()

    def url(self, way: str, path: str) -> str:
        scheme = "https" if way == "tls" else "http"
        return f"{scheme}://localhost:{self._ports[way]}{path}"

    @property
    def allow(self) -> str:
        return ",".join(f"localhost:{port}" for port in self._ports.values())

    def know(self, secrets: Mapping[str, str]) -> None:
        """The secrets by path: nothing may be sent before."""
        self._ask(dict(secrets))

    def heal(self) -> None:
        """All answer well from here on."""
        self._ask("heal")

    def logs(self) -> dict[str, Log]:
        """What came in so far, by path."""
        found = self._ask("logs")
        assert isinstance(found, dict)
        return found

    def accepted(self) -> int:
        """How many messages were accepted so far, each once."""
        found = self._ask("count")
        assert isinstance(found, int)
        return found

    def _ask(self, question: object) -> object:
        self._pipe.send(question)
        return self._pipe.recv()


def _run(pipe: Connection, folder: Path, patience: float, away: float) -> None:
    asyncio.run(_Hall(patience, away).open(pipe, folder))


class _Hall:
    """All receivers, one listening socket for each way to answer."""

    def __init__(self, patience: float, away: float) -> None:
        self._patience, self._away = patience, away
        self._secrets: dict[str, str] = {}
        self._logs: dict[str, Log] = {}
        self._bodies: dict[str, bytes] = {}
        self._healed = False
        self._chance = random.Random(5)
        self._servers: dict[str, asyncio.Server] = {}

    async def open(self, pipe: Connection, folder: Path) -> None:
        with certified(folder, "localhost") as (good, _), certified(folder, "stranger") as (bad, _):
            good.sni_callback = lambda line, _name, _context: self._dress(line, bad)
            ports = {}
            for way in (WELL, *WAYS):
                listener = socket.create_server(("127.0.0.1", 0), backlog=512)
                ports[way] = listener.getsockname()[1]
                await self._listen(way, listener, good if way == "tls" else None)
            pipe.send(ports)
            loop = asyncio.get_running_loop()
            while True:
                question = await loop.run_in_executor(None, pipe.recv)
                pipe.send(self._answer(question))

    async def _listen(self, way: str, listener: socket.socket, tls: ssl.SSLContext | None) -> None:
        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            with contextlib.suppress(OSError, asyncio.IncompleteReadError, ssl.SSLError):
                await self._serve(way, (reader, writer))
            writer.close()

        self._servers[way] = await asyncio.start_server(serve, sock=listener, ssl=tls)

    def _dress(self, line: ssl.SSLSocket | ssl.SSLObject, bad: ssl.SSLContext) -> None:
        if not self._healed and self._chance.random() < FAILS:
            line.context = bad

    def _answer(self, question: object) -> object:
        if isinstance(question, dict):
            self._secrets = question
            self._logs = {path: Log() for path in question}
        if question == "heal":
            self._healed = True
        if question == "count":
            return sum(len(one.accepted) for one in self._logs.values())
        return self._logs if question == "logs" else None

    async def _serve(self, way: str, streams: Streams) -> None:
        reader, writer = streams
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        first, *lines = head.split("\r\n")[:-2]
        headers = dict(line.lower().split(": ", 1) for line in lines)
        # Base64 minds letter case.
        headers |= {
            line.split(": ", 1)[0].lower(): line.split(": ", 1)[1]
            for line in lines
            if line.lower().startswith("webhook-")
        }
        body = await reader.readexactly(int(headers["content-length"]))
        path = first.split(" ")[1]
        log = self._logs[path]
        log.requests += 1
        self._examine(log, path, headers, body)
        fails = not self._healed and self._fails(way, log)
        if fails:
            await _FAILURES[way](streams, self._patience)
            if way != "endless":  # that one is accepted: its status was 200
                return
        else:
            writer.write(b"HTTP/1.1 204 No Content\r\n\r\n")
            await writer.drain()
        self._accept(log, headers["webhook-id"], body)

    def _fails(self, way: str, log: Log) -> bool:
        if way == "gone":
            return log.requests == GONE_AFTER
        if way == "down":
            if log.requests == DOWN_AFTER:
                asyncio.get_running_loop().create_task(self._go_away(way))
            return False
        return way not in (WELL, "tls") and self._chance.random() < FAILS

    async def _go_away(self, way: str) -> None:
        server = self._servers[way]
        port = server.sockets[0].getsockname()[1]
        server.close()
        await asyncio.sleep(self._away)
        await self._listen(way, socket.create_server(("127.0.0.1", port), backlog=512), None)

    def _examine(self, log: Log, path: str, headers: Mapping[str, str], body: bytes) -> None:
        try:
            Webhook(self._secrets[path]).verify(body, dict(headers))
        except Exception:
            log.forged += 1
        log.late += abs(time.time() - int(headers["webhook-timestamp"])) > 5
        digest = hashlib.sha256(body).digest()
        log.changed += self._bodies.setdefault(path + headers["webhook-id"], digest) != digest

    def _accept(self, log: Log, id: str, body: bytes) -> None:
        if id in log.accepted:
            log.repeated += 1
            return
        happened = datetime.fromisoformat(json.loads(body)["timestamp"]).timestamp()
        log.accepted[id] = time.time() - happened


Failure = Callable[[Streams, float], Awaitable[None]]


def _says(*lines: str) -> Failure:
    async def answer(streams: Streams, patience: float) -> None:
        streams[1].write(("\r\n".join((*lines, "Content-Length: 0", "", ""))).encode())
        await streams[1].drain()

    return answer


async def _hang(streams: Streams, patience: float) -> None:
    await streams[0].read()  # until the sender gives up


async def _slow(streams: Streams, patience: float) -> None:
    """Answers when nobody listens any more, on a machine that is busy too: who reads that 204 after all
    has delivered, and it would look lost here.
    """
    await asyncio.sleep(4 * patience)
    streams[1].write(b"HTTP/1.1 204 No Content\r\n\r\n")


async def _reset(streams: Streams, patience: float) -> None:
    line = streams[1].get_extra_info("socket")
    line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    streams[1].transport.abort()


async def _lost(streams: Streams, patience: float) -> None:
    """It has the message, and its answer never arrives."""


async def _endless(streams: Streams, patience: float) -> None:
    streams[1].write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    with contextlib.suppress(OSError):
        while True:
            streams[1].write(b"2000\r\n" + b"x" * 0x2000 + b"\r\n")
            await streams[1].drain()


async def _drip(streams: Streams, patience: float) -> None:
    streams[1].write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    with contextlib.suppress(OSError):
        while True:
            streams[1].write(b"x")
            await streams[1].drain()
            await asyncio.sleep(patience / 10)


async def _garbage(streams: Streams, patience: float) -> None:
    streams[1].write(b"220 mail.example ESMTP\r\n")
    await streams[1].drain()


_FAILURES: dict[str, Failure] = {
    "500": _says("HTTP/1.1 500 Internal Server Error"),
    "hang": _hang,
    "slow": _slow,
    "reset": _reset,
    "lost": _lost,
    "redirect": _says("HTTP/1.1 307 Temporary Redirect", "Location: /elsewhere"),
    "gone": _says("HTTP/1.1 410 Gone"),
    "later": _says("HTTP/1.1 503 Service Unavailable", "Retry-After: 1"),
    "endless": _endless,
    "drip": _drip,
    "garbage": _garbage,
}
