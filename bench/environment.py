"""What a bench runs in: a temporary folder, a broker, databases; all removed afterwards."""

import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from harness.gatehouse_process import GatehouseProcess
from harness.servers import Broker, Postgres


class Environment:
    """Makes Gatehouse processes that share a broker and, on PostgreSQL, a cluster; each has its own database."""

    def __init__(self, folder: Path, broker: Broker, cluster: Postgres | None) -> None:
        self.folder = folder
        self.broker = broker
        self._cluster = cluster
        self._count = 0

    def database(self, name: str) -> str:
        if self._cluster:
            return self._cluster.create()
        return f"sqlite+pysqlite:///{self.folder / name}.db"

    def gatehouse(
        self,
        settings: Mapping[str, object] | None = None,
        *,
        api: str = "",
        worker: str = "",
    ) -> GatehouseProcess:
        self._count += 1
        folder = self.folder / f"gatehouse{self._count}"
        folder.mkdir()
        database = self.database(f"gatehouse{self._count}")
        return GatehouseProcess(folder, database, self.broker, settings, api=api, worker=worker)


@contextmanager
def bench_environment(postgresql: bool = False) -> Iterator[Environment]:
    """postgresql: DATABASE_URL where set, else a cluster started for the bench."""
    folder = Path(tempfile.mkdtemp(prefix="gatehouse-bench-"))
    broker = Broker()
    cluster = Postgres() if postgresql else None
    try:
        yield Environment(folder, broker, cluster)
    finally:
        if cluster:
            cluster.stop()
        broker.remove()
        shutil.rmtree(folder, ignore_errors=True)
