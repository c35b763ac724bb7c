"""Where a bench runs: a temp folder, a broker, a database; all gone afterwards."""

import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from harness.gatehouse_process import GatehouseProcess
from harness.servers import Broker, Postgres


class Place:
    """Gives houses that share a broker and, on PostgreSQL, a cluster; each has a database of its own."""

    def __init__(self, folder: Path, broker: Broker, cluster: Postgres | None) -> None:
        self.folder = folder
        self.broker = broker
        self._cluster = cluster
        self._houses = 0

    def database(self, name: str) -> str:
        if self._cluster:
            return self._cluster.create()
        return f"sqlite+pysqlite:///{self.folder / name}.db"

    def house(
        self,
        settings: Mapping[str, object] | None = None,
        *,
        api: str = "",
        worker: str = "",
    ) -> GatehouseProcess:
        self._houses += 1
        folder = self.folder / f"house{self._houses}"
        folder.mkdir()
        database = self.database(f"house{self._houses}")
        return GatehouseProcess(folder, database, self.broker, settings, api=api, worker=worker)


@contextmanager
def a_place(postgresql: bool = False) -> Iterator[Place]:
    """postgresql: DATABASE_URL where set, else a cluster of the bench's own."""
    folder = Path(tempfile.mkdtemp(prefix="gatehouse-bench-"))
    broker = Broker()
    cluster = Postgres() if postgresql else None
    try:
        yield Place(folder, broker, cluster)
    finally:
        if cluster:
            cluster.stop()
        broker.remove()
        shutil.rmtree(folder, ignore_errors=True)
