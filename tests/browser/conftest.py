"""A Chromium and a running service for the browser tests; says loudly when there is no Chromium."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser.article import Article
from tests.browser.gatehouse_process import BrowserGatehouse, open_gatehouse
from tests.browser.watch import Watch
from tests.conftest import skip_loudly

# A container has no sandbox of its own to give; nothing here may call home.
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE = 30_000  # ms until what is expected of a page must be so, as for everything else that Playwright waits for
# First the one without windows: the same engine, with a third of the work for a page.
NAMES = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
)


def _chromium() -> str | None:
    """CHROMIUM, else a Chromium on the PATH, else the one Playwright installed."""
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    try:
        from playwright.sync_api import expect, sync_playwright
    except ModuleNotFoundError:
        skip_loudly("NO PLAYWRIGHT: the browser tests did not run (install the dev extra)")
    expect.set_options(timeout=PATIENCE)
    path = _chromium()
    with sync_playwright() as started:
        if path is None and not Path(started.chromium.executable_path).exists():
            skip_loudly("NO CHROMIUM FOUND: the browser tests did not run (install chromium)")
        launched = started.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield launched
        launched.close()


@pytest.fixture
def database_url(_sqlite_template: Path, tmp_path: Path) -> str:
    """SQLite only: what the pages show does not depend on the database, and Chromium is slow."""
    path = tmp_path / "gatehouse.db"
    shutil.copy(_sqlite_template, path)
    return f"sqlite+pysqlite:///{path}"


@pytest.fixture
def gatehouse(database_url: str, broker_url: str, tmp_path: Path) -> Iterator[BrowserGatehouse]:
    gatehouse = open_gatehouse(database_url, broker_url, str(tmp_path / "data"))
    yield gatehouse
    gatehouse.close()


@pytest.fixture
def visit(browser: Any, gatehouse: BrowserGatehouse) -> Iterator[Callable[..., Watch]]:
    """Opens a page in a fresh profile; options are Playwright's for a context."""
    opened = []

    def open_page(**options: object) -> Watch:
        context = browser.new_context(**options)
        opened.append(context)
        return Watch(context.new_page(), gatehouse)

    yield open_page
    for context in opened:
        context.close()


@pytest.fixture
def article(gatehouse: BrowserGatehouse) -> Iterator[Article]:
    opened = Article(gatehouse)
    yield opened
    opened.close()


@pytest.fixture
def read(visit: Callable[..., Watch], article: Article) -> Callable[..., Watch]:
    """Opens the article. before: a script that runs in the page before all others."""

    def open_article(fragment: str = "", before: str = "", **options: object) -> Watch:
        watch = visit(**options)
        if before:
            watch.page.add_init_script(before)
        watch.page.goto(article.url + fragment)
        # The part with the form appears when the thread is there.
        watch.page.locator("gatehouse-comments section").last.wait_for()
        return watch

    return open_article


@pytest.fixture
def console(visit: Callable[..., Watch], gatehouse: BrowserGatehouse) -> Watch:
    """The queue of a moderator with four held comments."""
    for n in range(4):
        gatehouse.hand_in(f"You stupid idiot, number {n}.", f"Reader {n}", age=60 - n)
    gatehouse.judge()
    watch = visit()
    watch.log_in()
    return watch
