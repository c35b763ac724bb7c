"""A Gatehouse for each test, on both databases, with a broker of its own."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from harness.gatehouse_process import GatehouseProcess
from harness.servers import Broker

Build = Callable[..., GatehouseProcess]

TAIL = 4_000  # characters of each log that are shown when a test fails


@pytest.fixture
def build(database_url: str, broker: Broker, tmp_path: Path) -> Iterator[Build]:
    """Makes a Gatehouse; its arguments are settings. scripted: with the worker of these tests."""
    processes: list[GatehouseProcess] = []

    def make(*, scripted: bool = True, **settings: object) -> GatehouseProcess:
        worker = "tests.faults.scripted" if scripted else ""
        gatehouse = GatehouseProcess(tmp_path, database_url, broker, settings, worker=worker)
        processes.append(gatehouse)
        return gatehouse

    yield make
    for gatehouse in processes:
        gatehouse.__exit__(None, None, None)
    for log in sorted(tmp_path.glob("*.log")):  # pytest shows it where the test failed
        print(f"--- {log.name}\n{log.read_text(errors='replace')[-TAIL:]}")


@pytest.fixture
def gatehouse(build: Build) -> GatehouseProcess:
    """A Gatehouse with nothing started yet and the scripted worker."""
    return build()
