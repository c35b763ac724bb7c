"""Faults while a load runs: workers killed, the broker wiped, stopped and started again."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from harness.gatehouse_process import GatehouseProcess, Process
from harness.load import Load, at_rate

Fault = tuple[float, Callable[[], None]]  # after so many seconds; what happens


@dataclass
class KilledWorker:
    """The one worker of a house, and what is done to it. killed: how often."""

    house: GatehouseProcess
    process: Process
    killed: int = 0

    def kill_and_restart(self) -> None:
        """SIGKILL to parent and children; a supervisor would start it again at once."""
        self.process.kill()
        self.killed += 1
        self.process = self.house.start_worker()


def faults(workers: KilledWorker, seconds: float, broker_away: float) -> Iterator[Fault]:
    """Two kills, one FLUSHALL and one stop of the broker, spread over a load of `seconds`.

    The broker goes when the new worker has had time to start, so that it loses it and finds it again.
    """
    broker = workers.house.broker
    yield 0.10 * seconds, workers.kill_and_restart
    yield 0.40 * seconds, broker.stop
    yield 0.40 * seconds + broker_away, broker.start
    yield 0.85 * seconds, broker.flush
    yield 0.90 * seconds, workers.kill_and_restart


async def storm(
    port: int,
    requests: Sequence[bytes],
    per_second: float,
    plan: Sequence[Fault] = (),
    connections: int = 32,
    host: str = "127.0.0.1",
) -> Load:
    """The load, with each fault at its time."""

    async def strike(after: float, fault: Callable[[], None]) -> None:
        await asyncio.sleep(after)
        await asyncio.to_thread(fault)

    load, _ = await asyncio.gather(
        at_rate(port, requests, per_second, connections, host),
        asyncio.gather(*(strike(after, fault) for after, fault in plan)),
    )
    return load
