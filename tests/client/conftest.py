"""A Gatehouse that runs, for clients that are programs of their own; one for all of these tests."""

from collections.abc import Iterator

import pytest

from bench.house import House
from tests.servers import Broker


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """API, worker and broker over SQLite."""
    folder = tmp_path_factory.mktemp("house")
    broker = Broker()
    try:
        with House(folder, f"sqlite+pysqlite:///{folder}/gatehouse.db", broker) as house:
            house.start_worker()
            house.start_api()
            house.wait_for_worker()
            yield house
    finally:
        broker.remove()


@pytest.fixture
def url(running: House) -> str:
    return f"http://127.0.0.1:{running.port}"
