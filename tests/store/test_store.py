"""The store: who waits for whom, and what a database that is away looks like."""

import threading

import pytest
import sqlalchemy as sa

from harness.servers import SECRET
from moderation.domain.errors import Unavailable
from moderation.store import heartbeats
from moderation.store.sql import engine
from moderation.store.sql.engine import Store
from tests.factories import hand_in, newspaper, reply


def test_a_writer_that_never_ends_makes_others_unavailable_in_time(tmp_path, monkeypatch):
    monkeypatch.setattr(engine, "BUSY_TIMEOUT", 200)
    url = f"sqlite+pysqlite:///{tmp_path / 'one.db'}"
    first, second = Store(url, SECRET), Store(url, SECRET)
    # Without a limit the second would wait here for ever.
    with first.write(), pytest.raises(Unavailable), second.write():
        pass
    with second.write():
        pass  # and it goes on when the first has ended
    first.close()
    second.close()


def test_writers_take_turns(store):
    """Each reads and writes back one more; a lost update would show in the sum."""
    with store.write() as connection:
        heartbeats.beat(connection, "count", {"n": 0}, 1)

    def count():
        for _ in range(20):
            with store.write() as connection:
                rows = sa.text(
                    "SELECT detail_json FROM heartbeats WHERE name = 'count' {}".format(
                        "" if store.is_sqlite else "FOR UPDATE"
                    )
                )
                n = int(connection.execute(rows).scalar_one())
                connection.execute(
                    sa.text("UPDATE heartbeats SET detail_json = :n WHERE name = 'count'"),
                    {"n": str(n + 1)},
                )

    with store.write() as connection:
        connection.execute(sa.text("UPDATE heartbeats SET detail_json = '0' WHERE name = 'count'"))
    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with store.read() as connection:
        total = connection.execute(sa.text("SELECT detail_json FROM heartbeats")).scalar_one()
    assert int(total) == 80


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)  # SQLite has none to cut
def test_a_database_whose_connections_are_cut_is_unavailable_and_then_back(store):
    site = newspaper(store)
    cut = sa.text(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )

    def write_while_it_is_cut():
        with store.write() as connection:
            with store.write() as other:
                other.execute(cut)
            connection.execute(sa.text("SELECT 1"))

    with pytest.raises(Unavailable):
        write_while_it_is_cut()
    hand_in(store, reply(site))
