"""A new database for each history that Hypothesis makes up."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from harness.servers import SECRET
from moderation.store.sql.engine import Store


@pytest.fixture(params=["sqlite", "postgresql"])
def fresh(
    request: pytest.FixtureRequest, _sqlite_template: Path, tmp_path: Path
) -> Iterator[Callable[[], Store]]:
    """Gives a migrated store without a row, as often as it is asked; the one before is not used any more."""
    if request.param == "sqlite":
        path = tmp_path / "life.db"

        def on_sqlite() -> Store:
            for old in tmp_path.glob(f"{path.name}*"):
                old.unlink()
            shutil.copy(_sqlite_template, path)
            return Store(f"sqlite+pysqlite:///{path}", SECRET)

        yield on_sqlite
        return
    cluster = request.getfixturevalue("_cluster")
    urls: list[str] = []

    def on_postgresql() -> Store:
        while urls:
            cluster.give_back(urls.pop())
        urls.append(cluster.migrated())
        return Store(urls[0], SECRET)

    yield on_postgresql
    while urls:
        cluster.give_back(urls.pop())
