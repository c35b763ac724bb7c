"""Faults during a load: workers killed, the broker wiped, stopped and started again."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from harness.gatehouse_process import GatehouseProcess, Process
from harness.load import Load, at_rate

Fault = tuple[float, Callable[[], None]]  # seconds after the start, and what then happens


@dataclass
class KilledWorker:
    """The one worker of a Gatehouse, which is killed and restarted. killed: how often so far."""

    gatehouse: GatehouseProcess
    process: Process
    killed: int = 0

    def kill_and_restart(self) -> None:
        """SIGKILL to parent and children, and a new worker, as a supervisor would start it."""
        self.process.kill()
        self.killed += 1
        self.process = self.gatehouse.start_worker()


def faults(workers: KilledWorker, seconds: float, broker_away: float) -> Iterator[Fault]:
    """Two kills, one FLUSHALL and one stop of the broker, spread over a load of `seconds`.

    The broker stops once the new worker has had time to start, which then has to reconnect.
    """
    broker = workers.gatehouse.broker
    yield 0.10 * seconds, workers.kill_and_restart
    yield 0.40 * seconds, broker.stop
    yield 0.40 * seconds + broker_away, broker.start
    yield 0.85 * seconds, broker.flush
    yield 0.90 * seconds, workers.kill_and_restart


async def load_with_faults(
    port: int,
    requests: Sequence[bytes],
    per_second: float,
    plan: Sequence[Fault] = (),
    connections: int = 32,
    host: str = "127.0.0.1",
) -> Load:
    """Sends the load and causes each fault at its time."""

    async def cause(after: float, fault: Callable[[], None]) -> None:
        await asyncio.sleep(after)
        await asyncio.to_thread(fault)

    load, _ = await asyncio.gather(
        at_rate(port, requests, per_second, connections, host),
        asyncio.gather(*(cause(after, fault) for after, fault in plan)),
    )
    return load
