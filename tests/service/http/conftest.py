"""The app of an attack: Alice's newspaper and Bob's blog, on both databases, with a broker that may die."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial

import pytest
from starlette.testclient import TestClient

from harness.servers import SECRET
from moderation.environment import read_settings
from moderation.settings import Settings
from moderation.store import sites
from moderation.store.sql.engine import Store
from service.app import create_app
from tests.factories import key_of, newspaper
from tests.service.api.conftest import Api

HOST = "http://127.0.0.1:8000"


@pytest.fixture
def settings(database_url: str, broker_url: str, tmp_path) -> Callable[..., Settings]:
    environment = {
        "GATEHOUSE_DATA": str(tmp_path / "data"),
        "GATEHOUSE_DATABASE_URL": database_url,
        "GATEHOUSE_REDIS_URL": broker_url,
        "GATEHOUSE_SECRET_KEY": SECRET.decode(),
        "GATEHOUSE_LIMIT_ADDRESS": "100000/minute",
    }
    return partial(lambda **changes: read_settings(environment | changes))


@pytest.fixture
def open_api(settings, store: Store) -> Iterator[Callable[..., Api]]:
    """Opens the app of a new site. settings: changed ones, for the first to be opened."""
    with ExitStack() as stack:
        opened: list[TestClient] = []

        def open_one(name: str = "herald", **changes: str) -> Api:
            if not opened:
                app = create_app(settings(**changes))
                client = TestClient(
                    app, HOST, follow_redirects=False, raise_server_exceptions=False
                )
                opened.append(stack.enter_context(client))
            site = newspaper(store, name, f"https://{name}.test")
            keys = key_of(store, site), key_of(store, site, sites.PUBLISHABLE)
            return Api(opened[0], store, site, *keys)

        yield open_one


@pytest.fixture
def api(open_api: Callable[..., Api]) -> Api:
    return open_api()
