"""The app of a test: real routes, real database, real broker; Alice's newspaper with its keys."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest
from starlette.testclient import TestClient

from harness.servers import SECRET
from moderation.environment import read_settings
from moderation.store import sites
from moderation.store.sites import Site
from moderation.store.sql.engine import Store
from service.app import create_app
from tests.factories import key_of, newspaper

PROXY = ("127.0.0.1", 50_000)  # what it says in X-Forwarded-For is believed


@dataclass
class Api:
    """A client of the app, and what Alice knows."""

    client: TestClient
    store: Store
    site: Site
    secret: str
    publishable: str

    def hand_in(self, key: str = "", **changes: Any):
        headers = {"Authorization": f"Bearer {key or self.secret}"}
        headers |= changes.pop("headers", {})
        return self.client.post("/api/v1/comments", json=a_comment(**changes), headers=headers)

    def get(self, path: str, key: str = "", **headers: str):
        return self.client.get(
            path, headers={"Authorization": f"Bearer {key or self.secret}"} | headers
        )

    def post(self, path: str, body: object, key: str = "", **headers: str):
        return self._send("POST", path, body, key, headers)

    def put(self, path: str, body: object, key: str = "", **headers: str):
        return self._send("PUT", path, body, key, headers)

    def _send(self, method: str, path: str, body: object, key: str, headers: dict[str, str]):
        all_headers = {"Authorization": f"Bearer {key or self.secret}"} | headers
        return self.client.request(method, path, json=body, headers=all_headers)


def a_comment(**changes: object) -> dict[str, object]:
    return {
        "page": {"url": "https://herald.test/news/1", "title": "News"},
        "author": {"name": "Carol", "email": "carol@private.test"},
        "text": "A fine article.",
    } | changes


@pytest.fixture
def settings(database_url: str, broker_url: str, tmp_path):
    environment = {
        "GATEHOUSE_DATA": str(tmp_path / "data"),
        "GATEHOUSE_DATABASE_URL": database_url,
        "GATEHOUSE_REDIS_URL": broker_url,
        "GATEHOUSE_SECRET_KEY": SECRET.decode(),
    }
    return partial(lambda **changes: read_settings(environment | changes))


@pytest.fixture
def api(settings, store: Store) -> Iterator[Api]:
    site = newspaper(store)
    secret, publishable = key_of(store, site), key_of(store, site, sites.PUBLISHABLE)
    app = create_app(
        settings(GATEHOUSE_TRUSTED_PROXIES=PROXY[0], GATEHOUSE_LIMIT_ADDRESS="100000/minute")
    )
    with TestClient(app, raise_server_exceptions=False, client=PROXY) as client:
        yield Api(client, store, site, secret, publishable)
