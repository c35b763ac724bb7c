"""A house for each test, on both databases, with a broker of its own."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from harness.gatehouse_process import GatehouseProcess
from harness.servers import Broker

Build = Callable[..., GatehouseProcess]

TAIL = 4_000  # characters of each log that are shown when a test fails


@pytest.fixture
def build(database_url: str, broker: Broker, tmp_path: Path) -> Iterator[Build]:
    """Makes a house; its arguments are settings. scripted: with the worker of these tests."""
    houses: list[GatehouseProcess] = []

    def make(*, scripted: bool = True, **settings: object) -> GatehouseProcess:
        worker = "tests.faults.scripted" if scripted else ""
        house = GatehouseProcess(tmp_path, database_url, broker, settings, worker=worker)
        houses.append(house)
        return house

    yield make
    for house in houses:
        house.__exit__(None, None, None)
    for log in sorted(tmp_path.glob("*.log")):  # pytest shows it where the test failed
        print(f"--- {log.name}\n{log.read_text(errors='replace')[-TAIL:]}")


@pytest.fixture
def house(build: Build) -> GatehouseProcess:
    """A house with nothing started yet and the scripted worker."""
    return build()
