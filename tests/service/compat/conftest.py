"""A running service with the bundled model, over real HTTP: Alice's newspaper with every compatible API, Bob's blog."""

import shutil
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx2
import pytest
import uvicorn

from harness.servers import SECRET, wait_until
from moderation.environment import read_settings
from moderation.store import compat_apis, sites
from moderation.store.sites import Site
from moderation.store.sql.engine import Store
from service.app import create_app
from tests.factories import NOON, key_of, newspaper

ORIGIN = "https://herald.test"


@dataclass
class House:
    """url: where it runs. secret, publishable: of the site. keys: one for each compatible API."""

    url: str
    store: Store
    site: Site
    secret: str
    publishable: str
    keys: dict[str, str]
    app: Any
    client: httpx2.Client = field(repr=False)

    def post(self, path: str, **options: Any) -> httpx2.Response:
        return self.client.post(path, **options)

    def new_site(self, *on: str, name: str = "Bob's Blog", limit: str = "") -> tuple[Site, str]:
        """Another site with these faces on, and its secret key."""
        site = newspaper(self.store, name, "https://bob.test")
        with self.store.write() as connection:
            for api in on:
                compat_apis.switch_on(connection, site.id, api, limit, NOON)
        return site, key_of(self.store, site)


@pytest.fixture(scope="session")
def house(
    _sqlite_template, _session_broker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[House]:
    """One for all tests of the faces: loading the models takes a while."""
    data = tmp_path_factory.mktemp("faces")
    shutil.copy(_sqlite_template, data / "gatehouse.db")
    url = f"sqlite+pysqlite:///{data / 'gatehouse.db'}"
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    address = f"http://127.0.0.1:{listener.getsockname()[1]}"
    settings = read_settings(
        {
            "GATEHOUSE_DATA": str(data),
            "GATEHOUSE_DATABASE_URL": url,
            "GATEHOUSE_REDIS_URL": _session_broker.url,
            "GATEHOUSE_SECRET_KEY": SECRET.decode(),
            "GATEHOUSE_PUBLIC_URL": address,
            "GATEHOUSE_LIMIT_GUESS": "1000/minute",
            "GATEHOUSE_FACE_DEADLINE": "20",  # on a busy machine, too
        }
    )
    store = Store(url, SECRET)
    site = newspaper(store, "Alice's Herald", ORIGIN)
    with store.write() as connection:
        for name in compat_apis.COMPAT_APIS:
            compat_apis.switch_on(connection, site.id, name, "", NOON)
    app = create_app(settings)
    server = uvicorn.Server(uvicorn.Config(app, log_config=None))
    thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
    thread.start()
    wait_until(lambda: server.started, "the service answers")
    with httpx2.Client(base_url=address, timeout=60) as client:
        yield House(
            address,
            store,
            site,
            key_of(store, site),
            key_of(store, site, sites.PUBLISHABLE),
            {name: key_of(store, site, name) for name in compat_apis.COMPAT_APIS},
            app,
            client,
        )
    server.should_exit = True
    thread.join(20)
    listener.close()
    store.close()
