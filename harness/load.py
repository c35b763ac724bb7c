"""A load of HTTP requests from this process: in a closed loop, or at a fixed rate."""

import asyncio
import json
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import cast


@dataclass
class Load:
    """The answers to a load. latencies: seconds, one for each answer; statuses: how many of each.

    Status 0: no answer, or no connection.
    """

    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)
    statuses: dict[int, int] = field(default_factory=dict)
    bodies: list[bytes] = field(default_factory=list)  # of the 202s

    @property
    def rate(self) -> float:
        return len(self.latencies) / self.seconds if self.seconds else 0.0

    @property
    def accepted(self) -> list[str]:
        """The ids in the receipts."""
        return [json.loads(body)["id"] for body in self.bodies]

    @property
    def failed(self) -> int:
        """How many were not answered with 202."""
        return sum(count for status, count in self.statuses.items() if status != 202)

    def percentile(self, share: float) -> float:
        """Seconds; share: 0.5 is the median."""
        return percentile(self.latencies, share)


def percentile(values: Sequence[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else float("nan")


def median(values: Sequence[float]) -> float:
    return statistics.median(values)


def request(path: str, body: bytes, headers: dict[str, str]) -> bytes:
    """The bytes of a POST with keep-alive."""
    lines = [f"POST {path} HTTP/1.1", "Host: bench", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


class _Connection(asyncio.Protocol):
    """One connection: sends a request and returns the status and body of its answer."""

    def __init__(self) -> None:
        self.lost = False
        self._buffer = b""
        self._answer: asyncio.Future[tuple[int, bytes]] | None = None
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is no subclass

    def connection_lost(self, exc: Exception | None) -> None:
        self.lost = True
        if self._answer and not self._answer.done():
            self._answer.set_result((0, b""))

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, separator, rest = self._buffer.partition(b"\r\n\r\n")
        if not separator:
            return
        start = head.lower().find(b"content-length:")
        length = int(head[start + 15 :].split(b"\r\n", 1)[0]) if start >= 0 else 0
        if len(rest) >= length and self._answer and not self._answer.done():
            self._buffer = rest[length:]
            self._answer.set_result((int(head[9:12]), rest[:length]))

    async def ask(self, raw: bytes) -> tuple[int, bytes]:
        assert self._transport
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(raw)
        return await self._answer

    def close(self) -> None:
        if self._transport:
            self._transport.close()


class Client:
    """A keep-alive connection that is opened again after it was lost. Requests are not repeated."""

    def __init__(self, port: int, host: str = "127.0.0.1") -> None:
        self._address = (host, port)
        self._connection: _Connection | None = None

    async def ask(self, raw: bytes) -> tuple[int, bytes]:
        """Status and body of the answer; status 0 if there was none."""
        if self._connection is None or self._connection.lost:
            try:
                _, self._connection = await asyncio.get_running_loop().create_connection(
                    _Connection, *self._address
                )
            except OSError:
                return 0, b""
        return await self._connection.ask(raw)

    def close(self) -> None:
        if self._connection:
            self._connection.close()


async def closed_loop(
    port: int, make: Callable[[int], bytes], connections: int, seconds: float
) -> Load:
    """Each connection sends one request after the other, for `seconds`. make: the n-th request."""
    load = Load()
    count = iter(range(1 << 62))
    started = time.perf_counter()
    until = started + seconds

    async def ask_in_turn() -> None:
        client = Client(port)
        while (now := time.perf_counter()) < until:
            await _ask(load, client, make(next(count)), now)
        client.close()

    await asyncio.gather(*(ask_in_turn() for _ in range(connections)))
    load.seconds = time.perf_counter() - started
    return load


async def at_rate(
    port: int,
    requests: Sequence[bytes],
    per_second: float,
    connections: int,
    host: str = "127.0.0.1",
) -> Load:
    """Sends each request at its own time, whether or not earlier ones were answered.

    Latencies count from that time, so they include the wait for a free connection.
    """
    load = Load()
    free: asyncio.Queue[Client] = asyncio.Queue()
    for _ in range(connections):
        free.put_nowait(Client(port, host))
    started = time.perf_counter()

    async def send(raw: bytes, due: float) -> None:
        client = await free.get()
        try:
            await _ask(load, client, raw, due)
        finally:
            free.put_nowait(client)

    tasks = []
    for number, raw in enumerate(requests):
        due = started + number / per_second
        if (wait := due - time.perf_counter()) > 0:
            await asyncio.sleep(wait)
        tasks.append(asyncio.create_task(send(raw, due)))
    await asyncio.gather(*tasks)
    load.seconds = time.perf_counter() - started
    while not free.empty():
        free.get_nowait().close()
    return load


async def _ask(load: Load, client: Client, raw: bytes, started: float) -> None:
    status, body = await client.ask(raw)
    load.latencies.append(time.perf_counter() - started)
    load.statuses[status] = load.statuses.get(status, 0) + 1
    if status == 202:
        load.bodies.append(body)
