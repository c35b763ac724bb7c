"""The app of a console test: real routes on a real database; Alice's newspaper, which Ada moderates."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from harness.servers import SECRET
from moderation.environment import read_settings
from moderation.settings import Settings
from moderation.store import memberships, moderators
from moderation.store.sites import Site
from moderation.store.sql.engine import Store
from service.app import create_app
from tests.factories import newspaper
from tests.service.console.console_browser import ORIGIN, ConsoleBrowser, moderator


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
def console_browsers(
    settings: Settings, store: Store, peer: tuple[str, int] = ("testclient", 50_000)
) -> Iterator[Callable[[], ConsoleBrowser]]:
    """Runs one app, and gives what opens a browser at it: each call opens another.

    peer: where they connect from; no address of a network, unless a test gives one.
    """
    app = create_app(settings)
    with TestClient(app, ORIGIN, follow_redirects=False, client=peer) as first:
        opened: list[ConsoleBrowser] = []

        def open_browser() -> ConsoleBrowser:
            client = (
                TestClient(app, ORIGIN, follow_redirects=False, client=peer) if opened else first
            )
            # The lifespan belongs to the first client, and the loop it runs in to all of them: the
            # app's connections must not outlive the loop they were made in.
            client.portal = first.portal
            opened.append(ConsoleBrowser(client, store))
            return opened[-1]

        yield open_browser


@pytest.fixture
def open_browser(settings, store: Store) -> Iterator[Callable[[], ConsoleBrowser]]:
    """Opens browsers at one app: each call opens another."""
    with console_browsers(settings(), store) as open_browser:
        yield open_browser


@pytest.fixture
def browser(open_browser: Callable[[], ConsoleBrowser], store: Store, site: Site) -> ConsoleBrowser:
    """Ada's browser: signed in, as a moderator of Alice's newspaper."""
    return ada(open_browser, store, site)


@pytest.fixture
def editor(browser: ConsoleBrowser, store: Store, site: Site) -> ConsoleBrowser:
    """Ada's browser; she is an editor there."""
    return with_role(browser, store, site, "editor")


@pytest.fixture
def admin(browser: ConsoleBrowser, store: Store, site: Site) -> ConsoleBrowser:
    """Ada's browser; she is an admin there."""
    return with_role(browser, store, site, "admin")


def with_role(browser: ConsoleBrowser, store: Store, site: Site, role: str) -> ConsoleBrowser:
    with store.write() as connection:
        ada = moderators.by_email(connection, "ada@herald.test")
        assert ada
        memberships.grant(connection, ada.id, site.id, role)
    return browser


def ada(open_browser: Callable[[], ConsoleBrowser], store: Store, site: Site) -> ConsoleBrowser:
    ada_id = moderator(store, "ada@herald.test", site)
    browser = open_browser()
    browser.sign_in(ada_id)
    return browser
