"""The app of a console test: real routes on a real database; Alice's newspaper, Ada at its desk."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from harness.servers import SECRET
from moderation.settings import Settings, read_settings
from moderation.store.sites import Site
from moderation.store.sql.engine import Store
from service.app import create_app
from tests.factories import newspaper
from tests.service.console.console_browser import ORIGIN, Desk, moderator


def read(folder: Path, database_url: str, broker_url: str, **changes: str) -> Settings:
    """Settings of a console on these servers."""
    environment = {
        "GATEHOUSE_DATA": str(folder / "data"),
        "GATEHOUSE_DATABASE_URL": database_url,
        "GATEHOUSE_REDIS_URL": broker_url,
        "GATEHOUSE_SECRET_KEY": SECRET.decode(),
        "GATEHOUSE_LIMIT_LOGIN": "1000/minute",
    }
    return read_settings(environment | changes)


@pytest.fixture
def settings(database_url: str, broker_url: str, tmp_path: Path) -> Callable[..., Settings]:
    return partial(read, tmp_path, database_url, broker_url)


@pytest.fixture
def site(store: Store) -> Site:
    return newspaper(store)


@contextmanager
def browsers(settings: Settings, store: Store) -> Iterator[Callable[[], Desk]]:
    """One app, and what opens desks in it: each call is another browser."""
    app = create_app(settings)
    with TestClient(app, ORIGIN, follow_redirects=False) as first:
        opened: list[Desk] = []

        def desk() -> Desk:
            client = first if not opened else TestClient(app, ORIGIN, follow_redirects=False)
            # The lifespan belongs to the first client, and the loop it runs in to all of them: the
            # app's connections must not outlive the loop they were made in.
            client.portal = first.portal
            opened.append(Desk(client, store))
            return opened[-1]

        yield desk


@pytest.fixture
def open_desk(settings, store: Store) -> Iterator[Callable[[], Desk]]:
    """Opens desks in one app: each call is another browser."""
    with browsers(settings(), store) as desk:
        yield desk


@pytest.fixture
def desk(open_desk: Callable[[], Desk], store: Store, site: Site) -> Desk:
    """Ada, signed in, who looks after Alice's newspaper."""
    return ada(open_desk, store, site)


def ada(open_desk: Callable[[], Desk], store: Store, site: Site) -> Desk:
    moderator(store, "ada@herald.test", site)
    desk = open_desk()
    assert desk.log_in("ada@herald.test").status_code == 303
    return desk
