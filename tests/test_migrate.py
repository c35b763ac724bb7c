"""Migrations: from nothing to the tables as the code knows them, and back, on both databases."""

import threading

import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from harness.servers import SECRET
from moderation.store.engine import Store
from moderation.store.migrate import configured, is_current, migrate
from moderation.store.schema import metadata, sketches
from tests.cast import hand_in, newspaper
from tests.test_campaigns import PITCH, post, run


def test_the_migrated_schema_is_the_schema(empty_database_url):
    store = Store(empty_database_url, SECRET)
    assert not is_current(store)
    migrate(store)
    assert is_current(store)
    with store.read() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
    store.close()


def test_several_may_migrate_at_once(empty_database_url):
    stores = [Store(empty_database_url, SECRET) for _ in range(4)]
    threads = [threading.Thread(target=migrate, args=(store,)) for store in stores]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(is_current(store) for store in stores)
    for store in stores:
        store.close()


def test_there_is_a_way_back(empty_database_url):
    store = Store(empty_database_url, SECRET)
    migrate(store)
    with store.write() as connection:
        command.downgrade(configured(connection), "base")
    with store.read() as connection:
        assert sa.inspect(connection).get_table_names() == ["alembic_version"]
    migrate(store)
    assert is_current(store)
    store.close()


def test_comments_of_before_get_their_marks(empty_database_url):
    """So that a campaign that had begun goes on counting the same people."""
    store = Store(empty_database_url, SECRET)
    migrate(store)
    site = newspaper(store)
    hand_in(store, *(post(site, PITCH, n % 2, page=n, address=f"198.51.{n}.1") for n in range(3)))
    run(store)
    marks = ("number", "site", "page", "name", "address", "network")
    all_marks = sa.select(*(sketches.c[name] for name in marks)).order_by(sketches.c.number)
    with store.write() as connection:
        before = connection.execute(all_marks).all()
        command.downgrade(configured(connection), "0011")
        command.upgrade(configured(connection), "head")
        assert connection.execute(all_marks).all() == before
    assert [len(set(column)) for column in zip(*before, strict=True)] == [3, 1, 3, 2, 3, 3]
    assert all(all(one) for one in before)
    store.close()
