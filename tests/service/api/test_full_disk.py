"""No room on the database's disk: the answer, the log and the operator's command say just that, and all is well once there is some."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import sqlalchemy as sa

from moderation.domain.errors import StorageFull, Unavailable
from moderation.store import heartbeats
from moderation.store.room import require_room
from moderation.store.sql.engine import Store
from tests.service.api.conftest import a_comment
from workers.outage import Outage

LONG = "A long comment. " * 3_000  # more than what pages that are there already hold
_REFUSE = """
    CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = '53100'; END $$
"""


@contextmanager
def full_disk(store: Store) -> Iterator[None]:
    """Until the end the database refuses to grow, as where its disk is full."""
    if not store.is_sqlite:
        tables = ("revisions", "heartbeats")
        with store.write() as connection:
            connection.execute(sa.text(_REFUSE))
            for table in tables:
                trigger = f"CREATE TRIGGER refuse_{table} BEFORE INSERT ON {table} EXECUTE FUNCTION refuse()"
                connection.execute(sa.text(trigger))
        try:
            yield
        finally:
            with store.write() as connection:
                connection.execute(sa.text("DROP FUNCTION refuse CASCADE"))
        return
    is_full = True

    def limit(connection, *_) -> None:
        pages = connection.execute("PRAGMA page_count").fetchone()[0] if is_full else 1 << 30
        connection.execute(f"PRAGMA max_page_count = {pages}")

    sa.event.listen(store.engine, "checkout", limit)
    yield
    is_full = False


def test_a_full_disk_is_called_that(api, caplog) -> None:
    store = api.client.app.state.store
    with full_disk(store):
        with caplog.at_level(logging.WARNING, "gatehouse.store"):
            refused = [
                api.post("/api/v1/comments", a_comment(text=f"{LONG}{number}"))
                for number in range(3)
            ]
        for answer in refused:
            assert answer.status_code == 503 and answer.headers["Retry-After"] == "30"
            assert answer.headers["Content-Type"] == "application/problem+json"
            problem = answer.json()
            assert problem["code"] == "storage_full" and problem["title"] == "The storage is full"
            assert "no room left on its disk" in problem["detail"]
            assert "away" not in answer.text
        told = [
            record.getMessage() for record in caplog.records if record.name == "gatehouse.store"
        ]
        # Once a minute; not once for each comment.
        assert told == ["the disk of the database is full: nothing is stored until there is room"]
        with pytest.raises(StorageFull):
            require_room(store)
    assert api.post("/api/v1/comments", a_comment(text=LONG)).status_code == 202


def test_whether_there_is_room_is_found_out_without_a_trace(store) -> None:
    require_room(store)
    with store.read() as connection:
        assert heartbeats.alive(connection, 0) == []


def test_workers_say_what_is_missing(caplog) -> None:
    with caplog.at_level(logging.WARNING, "gatehouse.worker"):
        outage = Outage()
        for error in (StorageFull(), Unavailable("The database is away.")):
            outage.begin(error)
            outage.begin(error)
            outage.end()
    assert [record.getMessage() for record in caplog.records] == [
        "the disk of the database is full; work waits for room",
        "the database is back",
        "the database is away; work waits for it",
        "the database is back",
    ]
