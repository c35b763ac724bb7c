"""A load of HTTP requests from this process: closed loop, or so many a second."""

import asyncio
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import cast


@dataclass
class Load:
    """What came of a load. latencies: seconds, one per answer; statuses: how many of each."""

    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)
    statuses: dict[int, int] = field(default_factory=dict)
    bodies: list[bytes] = field(default_factory=list)

    @property
    def rate(self) -> float:
        return len(self.latencies) / self.seconds if self.seconds else 0.0

    def percentile(self, share: float) -> float:
        """Seconds; share: 0.5 is the median."""
        return percentile(self.latencies, share)


def percentile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else float("nan")


def request(path: str, body: bytes, headers: dict[str, str]) -> bytes:
    """The bytes of a POST with keep-alive."""
    lines = [f"POST {path} HTTP/1.1", "Host: bench", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


class _Connection(asyncio.Protocol):
    """One keep-alive connection: sends, waits for the whole answer, gives its status and body."""

    def __init__(self) -> None:
        self._buffer = b""
        self._answer: asyncio.Future[tuple[int, bytes]] | None = None
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's own is not derived from it

    def connection_lost(self, exc: Exception | None) -> None:
        if self._answer and not self._answer.done():
            self._answer.set_result((0, b""))

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, found, rest = self._buffer.partition(b"\r\n\r\n")
        if not found:
            return
        at = head.lower().find(b"content-length:")
        length = int(head[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
        if len(rest) >= length and self._answer and not self._answer.done():
            self._buffer = rest[length:]
            self._answer.set_result((int(head[9:12]), rest[:length]))

    async def ask(self, raw: bytes) -> tuple[int, bytes]:
        assert self._transport
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(raw)
        return await self._answer


async def _connect(port: int) -> _Connection:
    _, protocol = await asyncio.get_running_loop().create_connection(
        _Connection, "127.0.0.1", port
    )
    return protocol


async def closed_loop(
    port: int, make: Callable[[int], bytes], connections: int, seconds: float
) -> Load:
    """As many as `connections` can ask one after the other, for `seconds`. make: the n-th request."""
    load = Load()
    count = iter(range(1 << 62))
    until = time.perf_counter() + seconds
    started = time.perf_counter()

    async def client() -> None:
        connection = await _connect(port)
        while time.perf_counter() < until:
            await _ask(load, connection, make(next(count)))

    await asyncio.gather(*(client() for _ in range(connections)))
    load.seconds = time.perf_counter() - started
    return load


async def at_rate(port: int, requests: list[bytes], per_second: float, connections: int) -> Load:
    """Sends each request at its own time, whether or not earlier ones were answered."""
    load = Load()
    free: asyncio.Queue[_Connection] = asyncio.Queue()
    for _ in range(connections):
        free.put_nowait(await _connect(port))
    started = time.perf_counter()

    async def send(raw: bytes) -> None:
        connection = await free.get()
        try:
            await _ask(load, connection, raw)
        finally:
            free.put_nowait(connection)

    tasks = []
    for number, raw in enumerate(requests):
        await asyncio.sleep(max(0.0, started + number / per_second - time.perf_counter()))
        tasks.append(asyncio.create_task(send(raw)))
    await asyncio.gather(*tasks)
    load.seconds = time.perf_counter() - started
    return load


async def _ask(load: Load, connection: _Connection, raw: bytes) -> None:
    started = time.perf_counter()
    status, body = await connection.ask(raw)
    load.latencies.append(time.perf_counter() - started)
    load.statuses[status] = load.statuses.get(status, 0) + 1
    load.bodies.append(body)


def median(values: list[float]) -> float:
    return statistics.median(values)
