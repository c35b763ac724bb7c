"""The app of a console test: real routes on a real database; Alice's newspaper, Ada at its desk."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from starlette.testclient import TestClient

from moderation.settings import Settings, read_settings
from moderation.store.engine import Store
from moderation.store.sites import Site
from service.app import create_app
from tests.cast import newspaper
from tests.console.desk import ORIGIN, Desk, moderator
from tests.servers import SECRET


@pytest.fixture
def settings(database_url: str, broker_url: str, tmp_path) -> Callable[..., Settings]:
    environment = {
        "GATEHOUSE_DATA": str(tmp_path / "data"),
        "GATEHOUSE_DATABASE_URL": database_url,
        "GATEHOUSE_REDIS_URL": broker_url,
        "GATEHOUSE_SECRET_KEY": SECRET.decode(),
        "GATEHOUSE_LIMIT_LOGIN": "1000/minute",
    }
    return lambda **changes: read_settings(environment | changes)


@pytest.fixture
def site(store: Store) -> Site:
    return newspaper(store)


@pytest.fixture
def open_desk(settings, store: Store) -> Iterator[Callable[..., Desk]]:
    """Opens desks in one app: each call is another browser."""
    with ExitStack() as stack:
        app = create_app(settings())
        first = stack.enter_context(TestClient(app, ORIGIN, follow_redirects=False))
        opened: list[Desk] = []

        def desk() -> Desk:
            # The app's lifespan belongs to the first client.
            client = first if not opened else TestClient(app, ORIGIN, follow_redirects=False)
            opened.append(Desk(client, store))
            return opened[-1]

        yield desk


@pytest.fixture
def desk(open_desk: Callable[..., Desk], store: Store, site: Site) -> Desk:
    """Ada, signed in, who looks after Alice's newspaper."""
    moderator(store, "ada@herald.test", site)
    desk = open_desk()
    assert desk.log_in("ada@herald.test").status_code == 303
    return desk
