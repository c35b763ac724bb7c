"""Migrations: from nothing to the tables as the code knows them, and back, on both databases."""

import threading

import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from moderation.store.engine import Store
from moderation.store.migrate import configured, is_current, migrate
from moderation.store.schema import metadata
from tests.servers import SECRET


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
