"""Pages that a service of the version before has stored are in their sections soon after, and no page is moved by that."""

import math

import sqlalchemy as sa

from moderation.domain.comment import PageRef
from moderation.doorbell import Doorbell
from moderation.settings import Settings
from moderation.store import page_paths
from moderation.store.sql.schema import pages
from moderation.upkeep.page_paths import fill_paths
from tests.factories import hand_in, newspaper, reply
from workers.app import process
from workers.tasks import run_due_work
from workers.worker import WorkerContext

URLS = [f"https://herald.test/sport/{number}" for number in range(5)]


def paths_by_url(store):
    with store.read() as connection:
        rows = connection.execute(sa.select(pages.c.url, pages.c.path))
        return {row.url: row.path for row in rows}


def without_paths(store):
    """Pages as the version before stores them; one of them has a URL without a path."""
    site = newspaper(store)
    hand_in(store, *(reply(site, page=PageRef(url)) for url in URLS))
    with store.write() as connection:
        connection.execute(sa.update(pages).values(path=""))
        connection.execute(sa.update(pages).where(pages.c.url == URLS[4]).values(url="about:blank"))


def test_pages_without_a_path_get_theirs_part_by_part(store):
    without_paths(store)
    with store.write() as connection:
        kept = sa.update(pages).where(pages.c.url == URLS[0]).values(path="/kept")
        connection.execute(kept)
    assert len(list(fill_paths(store, 2))) == 2
    assert paths_by_url(store) == {
        URLS[0]: "/kept",
        **{url: url.removeprefix("https://herald.test") for url in URLS[1:4]},
        "about:blank": "",
    }


def test_a_page_that_moves_meanwhile_keeps_its_new_path(store):
    without_paths(store)
    with store.write() as connection:
        found, _ = page_paths.without_path(connection, "", 10)
        moved = {"url": "https://herald.test/culture/1", "path": ""}
        connection.execute(sa.update(pages).where(pages.c.url == URLS[0]).values(moved))
        page_paths.fill(connection, found)
    assert paths_by_url(store)[moved["url"]] == ""


def test_the_sweep_looks_through_them_and_again_later(store, tmp_path, monkeypatch):
    without_paths(store)
    settings = Settings(data=tmp_path)
    worker = WorkerContext(settings, "courier", store, Doorbell("redis://127.0.0.1:1"), "w")
    monkeypatch.setattr(process, "_context", worker)
    worker.bell.ring = lambda name: None
    run_due_work()
    assert paths_by_url(store)[URLS[0]] == "/sport/0"
    with store.write() as connection:
        connection.execute(sa.update(pages).values(path=""))
    run_due_work()
    assert paths_by_url(store)[URLS[0]] == ""  # it has looked just now
    worker.filled_at = -math.inf
    run_due_work()
    assert paths_by_url(store)[URLS[0]] == "/sport/0"
