"""Fixtures: a migrated store on both databases, and a broker of the test's own."""

import gc
import os
import shutil
import tempfile
from collections.abc import Generator, Iterator
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

import psycopg
import pytest
from hypothesis import settings

from harness.gatehouse_process import GatehouseProcess, free_port
from harness.servers import SECRET, Broker, NoPostgres, Postgres
from moderation.store import compat_apis
from moderation.store.sql.engine import Store
from moderation.store.sql.migrate import migrate
from tests.notify.receiver import Receiver
from tests.notify.site import Newsroom, newsroom

# Wall-clock time says nothing on a machine that others share, nor under coverage.
settings.register_profile("shared machines", deadline=None)
settings.load_profile("shared machines")

# Commands work on the `gatehouse up` that runs on this machine, if they find it there; not these.
os.environ["XDG_STATE_HOME"] = tempfile.mkdtemp(prefix="gatehouse-state-")


def skip_loudly(why: str) -> NoReturn:
    """Skips, and says so once more at the end, where nobody overlooks it. why: in capitals what there is NO of."""
    assert why.startswith("NO"), why
    pytest.skip(why)


class _Cluster:
    """The PostgreSQL of this session, started when the first test asks for it."""

    def __init__(self) -> None:
        self._server: Postgres | None = None
        self._why_not = ""
        self._spare: list[str] = []

    @property
    def server(self) -> Postgres:
        if self._why_not:
            pytest.skip(self._why_not)
        if self._server is None:
            try:
                self._server = Postgres()
            except NoPostgres as error:
                self._why_not = f"NO POSTGRESQL, half of the store's tests did not run: {error}"
                skip_loudly(self._why_not)
        return self._server

    def empty(self) -> str:
        return self.server.create()

    def migrated(self) -> str:
        """A database with every table and no row: one that an earlier test is done with, or a new one."""
        if self._spare:
            return self._spare.pop()
        url = self.server.create()
        _migrate(url)
        return url

    def give_back(self, url: str) -> None:
        # A test of outages may have closed it, or forbidden writing: then it is left behind.
        with suppress(psycopg.Error):
            self._spare.append(self.server.clear(url))

    def stop(self) -> None:
        if self._server:
            self._server.stop()


def _migrate(url: str) -> None:
    store = Store(url, SECRET)
    migrate(store)
    store.close()


@pytest.fixture(scope="session")
def _cluster() -> Iterator[_Cluster]:
    cluster = _Cluster()
    yield cluster
    cluster.stop()


@pytest.fixture(scope="session")
def _sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "gatehouse.db"
    _migrate(f"sqlite+pysqlite:///{path}")
    return path


@pytest.fixture
def sqlite_url(_sqlite_template: Path, tmp_path: Path) -> str:
    """A migrated database of the test's own, on SQLite."""
    path = tmp_path / "gatehouse.db"
    shutil.copy(_sqlite_template, path)
    return f"sqlite+pysqlite:///{path}"


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """A migrated database of the test's own; the test runs once on SQLite and once on PostgreSQL."""
    if request.param == "sqlite":
        yield request.getfixturevalue("sqlite_url")
        return
    cluster: _Cluster = request.getfixturevalue("_cluster")
    url = cluster.migrated()
    yield url
    cluster.give_back(url)


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database without any table, for tests of the migrations."""
    if request.param == "sqlite":
        yield f"sqlite+pysqlite:///{tmp_path / 'empty.db'}"
        return
    cluster: _Cluster = request.getfixturevalue("_cluster")
    url = cluster.empty()
    yield url
    cluster.server.drop(url)


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    """A migrated store, on both databases."""
    store = Store(database_url, SECRET)
    yield store
    store.close()


@pytest.fixture(scope="session")
def _session_broker() -> Iterator[Broker]:
    broker = Broker()
    yield broker
    broker.remove()


@pytest.fixture
def broker_url(_session_broker: Broker) -> str:
    """The URL of a broker that is empty when the test begins."""
    _session_broker.flush()
    return _session_broker.url


@pytest.fixture
def broker() -> Iterator[Broker]:
    """A broker of the test's own, which it may stop, start again and flush."""
    broker = Broker()
    yield broker
    broker.remove()


@pytest.fixture(scope="session")
def receivers() -> list[int]:
    """Free ports of this machine that webhooks of `running` may go to: pop one to listen at."""
    return [free_port() for _ in range(10)]


@pytest.fixture(scope="session")
def running(
    tmp_path_factory: pytest.TempPathFactory, receivers: list[int]
) -> Iterator[GatehouseProcess]:
    """A Gatehouse that runs, API, worker and courier over SQLite, with every face on: for clients that
    are programs of their own. One for all tests, so none may count on being alone.
    """
    folder = tmp_path_factory.mktemp("house")
    settings = {
        "limit_address": "100000/minute",
        "limit_guess": "1000/minute",
        "webhook_schedule_scale": 0.01,
        "webhook_allow": ",".join(f"127.0.0.1:{port}" for port in receivers),
        "face_deadline": 20,  # on a busy machine, too
        "akismet_wait": 5,
    }
    broker = Broker()
    try:
        url = f"sqlite+pysqlite:///{folder}/gatehouse.db"
        with GatehouseProcess(folder, url, broker, settings) as house:
            with house.store.write() as connection:
                for face in compat_apis.COMPAT_APIS:
                    compat_apis.switch_on(connection, house.site.id, face, "", 0)
            house.start_worker()
            house.start_courier()
            house.start_api()
            house.wait_for_worker()
            yield house
    finally:
        broker.remove()


# Files of tests/browser that take longest, the longest first.
LONGEST = (
    "languages",
    "embed",
    "docs",
    "look",
    "hostile",
    "keys",
    "endpoints",
    "accounts",
    "campaigns",
    "together",
    "policy",
    "people",
    "reputation",
    "page_states",
    "statistics",
)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Half a million objects stay until the end: they are not looked through as they become more, nor during the tests."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.collect()
        gc.freeze()
        gc.enable()


@pytest.hookimpl(trylast=True)  # whoever shuffles them has done so
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser tests last: their library keeps an event loop running in this thread until the end.

    The longest of them first: one that begins as the last leaves the other processes without work.
    """
    turns = {f"test_{name}": turn for turn, name in enumerate(LONGEST)}
    items.sort(
        key=lambda item: (
            item.path.parent.name == "browser",
            turns.get(item.path.stem, len(turns)) if item.path.parent.name == "browser" else 0,
        )
    )


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    # Read off the reports: with several processes this one has run no test itself.
    reasons = {
        str(report.longrepr[2]).removeprefix("Skipped: ")
        for report in terminalreporter.stats.get("skipped", [])
        if isinstance(report.longrepr, tuple)
    }
    for line in sorted(reason for reason in reasons if reason.startswith("NO")):
        terminalreporter.section("not tested here", red=True, bold=True)
        terminalreporter.line(line)


@pytest.fixture
def herald(store: Store) -> Newsroom:
    """A site whose comments are told of."""
    return newsroom(store)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A server that keeps what is posted to it."""
    with Receiver() as receiver:
        yield receiver
