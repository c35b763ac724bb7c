"""Receivers of webhooks in a process of their own: healthy ones, and ones that fail in one of 13 ways.

Every message is verified with the specification's own library and recorded: what was accepted and when,
wrong signatures and times, known ids with other bytes.
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

from harness.certificates import self_signed

HEALTHY = "well"
# The kinds of failing receivers; each fails half of the time, or once for a while.
FAILURE_KINDS = (
    "500",
    "hang",
    "slow",
    "reset",
    "lost",
    "redirect",
    "gone",
    "later",
    "endless",
    "tls",
    "down",
    "drip",
    "garbage",
)
GONE_AFTER = 20  # requests, then 410 once
DOWN_AFTER = 20  # requests, then connections are refused for `away` seconds
FAILURE_SHARE = 0.5  # of the requests to a failing receiver

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@dataclass
class Log:
    """What one endpoint received. accepted: seconds from event to answer, by message id."""

    requests: int = 0
    forged: int = 0
    changed: int = 0  # a known id with other bytes
    late: int = 0  # the attempt's timestamp is more than 5 s off
    repeated: int = 0  # accepted before
    accepted: dict[str, float] = field(default_factory=dict)


class Receivers:
    """The process of all receivers.

    folder: for certificates; `trust` is the one to trust. patience: seconds the sender waits, which slow
    receivers exceed. away: seconds a receiver of kind "down" is unreachable.
    """

    def __init__(self, folder: Path, patience: float, away: float) -> None:
        self.trust = folder / "localhost.pem"
        own_end, process_end = multiprocessing.get_context("spawn").Pipe()
        self._process = multiprocessing.get_context("spawn").Process(
            target=_run, args=(process_end, folder, patience, away), daemon=True
        )
        self._process.start()
        self._pipe = own_end
        self._ports: dict[str, int] = self._pipe.recv()

    def __enter__(self) -> "Receivers":
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.join()

    def url(self, kind: str, path: str) -> str:
        """The URL of a path on the receiver of this kind."""
        scheme = "https" if kind == "tls" else "http"
        return f"{scheme}://localhost:{self._ports[kind]}{path}"

    @property
    def allow(self) -> str:
        """The value of settings.webhook_allow that permits these receivers."""
        return ",".join(f"localhost:{port}" for port in self._ports.values())

    def set_secrets(self, secrets: Mapping[str, str]) -> None:
        """Sets the secrets by path; must come before the first message."""
        self._ask(dict(secrets))

    def heal(self) -> None:
        """From now on every receiver answers well."""
        self._ask("heal")

    def logs(self) -> dict[str, Log]:
        """What was received so far, by path."""
        logs = self._ask("logs")
        assert isinstance(logs, dict)
        return logs

    def accepted(self) -> int:
        """How many messages were accepted so far, repetitions aside."""
        count = self._ask("count")
        assert isinstance(count, int)
        return count

    def _ask(self, question: object) -> object:
        self._pipe.send(question)
        return self._pipe.recv()


def _run(pipe: Connection, folder: Path, patience: float, away: float) -> None:
    asyncio.run(_ReceiverServers(patience, away).serve_forever(pipe, folder))


class _ReceiverServers:
    """All receivers, with one listening socket for each kind."""

    def __init__(self, patience: float, away: float) -> None:
        self._patience, self._away = patience, away
        self._secrets: dict[str, str] = {}
        self._logs: dict[str, Log] = {}
        self._bodies: dict[str, bytes] = {}
        self._healed = False
        self._chance = random.Random(5)
        self._servers: dict[str, asyncio.Server] = {}

    async def serve_forever(self, pipe: Connection, folder: Path) -> None:
        with (
            self_signed(folder, "localhost") as (good, _),
            self_signed(folder, "stranger") as (bad, _),
        ):
            good.sni_callback = lambda tls, _name, _context: self._choose_certificate(tls, bad)
            ports = {}
            for kind in (HEALTHY, *FAILURE_KINDS):
                listener = socket.create_server(("127.0.0.1", 0), backlog=512)
                ports[kind] = listener.getsockname()[1]
                await self._listen(kind, listener, good if kind == "tls" else None)
            pipe.send(ports)
            loop = asyncio.get_running_loop()
            while True:
                question = await loop.run_in_executor(None, pipe.recv)
                pipe.send(self._answer(question))

    async def _listen(self, kind: str, listener: socket.socket, tls: ssl.SSLContext | None) -> None:
        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            with contextlib.suppress(OSError, asyncio.IncompleteReadError, ssl.SSLError):
                await self._serve(kind, (reader, writer))
            writer.close()

        self._servers[kind] = await asyncio.start_server(serve, sock=listener, ssl=tls)

    def _choose_certificate(self, tls: ssl.SSLSocket | ssl.SSLObject, bad: ssl.SSLContext) -> None:
        if not self._healed and self._chance.random() < FAILURE_SHARE:
            tls.context = bad

    def _answer(self, question: object) -> object:
        if isinstance(question, dict):
            self._secrets = question
            self._logs = {path: Log() for path in question}
        if question == "heal":
            self._healed = True
        if question == "count":
            return sum(len(log.accepted) for log in self._logs.values())
        return self._logs if question == "logs" else None

    async def _serve(self, kind: str, streams: Streams) -> None:
        reader, writer = streams
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        first, *lines = head.split("\r\n")[:-2]
        headers = dict(line.lower().split(": ", 1) for line in lines)
        # Signatures are Base64, which is case-sensitive.
        headers |= {
            line.split(": ", 1)[0].lower(): line.split(": ", 1)[1]
            for line in lines
            if line.lower().startswith("webhook-")
        }
        body = await reader.readexactly(int(headers["content-length"]))
        path = first.split(" ")[1]
        log = self._logs[path]
        log.requests += 1
        self._verify(log, path, headers, body)
        if not self._healed and self._fails(kind, log):
            await _FAILURES[kind](streams, self._patience)
            if kind != "endless":  # that one is accepted: its status was 200
                return
        else:
            writer.write(b"HTTP/1.1 204 No Content\r\n\r\n")
            await writer.drain()
        self._accept(log, headers["webhook-id"], body)

    def _fails(self, kind: str, log: Log) -> bool:
        if kind == "gone":
            return log.requests == GONE_AFTER
        if kind == "down":
            if log.requests == DOWN_AFTER:
                asyncio.get_running_loop().create_task(self._go_down(kind))
            return False
        return kind not in (HEALTHY, "tls") and self._chance.random() < FAILURE_SHARE

    async def _go_down(self, kind: str) -> None:
        server = self._servers[kind]
        port = server.sockets[0].getsockname()[1]
        server.close()
        await asyncio.sleep(self._away)
        await self._listen(kind, socket.create_server(("127.0.0.1", port), backlog=512), None)

    def _verify(self, log: Log, path: str, headers: Mapping[str, str], body: bytes) -> None:
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


def _answers(*lines: str) -> Failure:
    async def answer(streams: Streams, patience: float) -> None:
        streams[1].write(("\r\n".join((*lines, "Content-Length: 0", "", ""))).encode())
        await streams[1].drain()

    return answer


async def _hang(streams: Streams, patience: float) -> None:
    await streams[0].read()  # until the sender gives up


async def _slow(streams: Streams, patience: float) -> None:
    """Answers long after the sender has given up, even on a busy machine: a sender that still read the 204
    would count a delivery that is lost here.
    """
    await asyncio.sleep(4 * patience)
    streams[1].write(b"HTTP/1.1 204 No Content\r\n\r\n")


async def _reset(streams: Streams, patience: float) -> None:
    connection = streams[1].get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    streams[1].transport.abort()


async def _lost(streams: Streams, patience: float) -> None:
    """Receives the message and closes without an answer."""


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
    "500": _answers("HTTP/1.1 500 Internal Server Error"),
    "hang": _hang,
    "slow": _slow,
    "reset": _reset,
    "lost": _lost,
    "redirect": _answers("HTTP/1.1 307 Temporary Redirect", "Location: /elsewhere"),
    "gone": _answers("HTTP/1.1 410 Gone"),
    "later": _answers("HTTP/1.1 503 Service Unavailable", "Retry-After: 1"),
    "endless": _endless,
    "drip": _drip,
    "garbage": _garbage,
}
