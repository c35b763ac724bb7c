"""Opening the database that a command works on, with one sentence when there is none."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from moderation.domain.errors import GatehouseError
from moderation.settings import Settings
from moderation.startup import checked_settings

if TYPE_CHECKING:
    from moderation.store.sql.engine import Store


class DatabaseNotReady(GatehouseError):
    """The database is not there, or not as this version wants it."""

    code = "unfit"


entropy = os.urandom


@contextmanager
def open_store(settings: Settings | None = None) -> Iterator["Store"]:
    """The store that the settings name, migrated. Raises Unfit or Unavailable."""
    from moderation.store.sql.engine import Store
    from moderation.store.sql.migrate import is_current

    settings = settings or checked_settings()
    # SQLite would make the file, and a command run in the wrong folder would seem to work.
    if not settings.database_url and not (settings.data / "gatehouse.db").exists():
        raise DatabaseNotReady(
            f"There is no database in {settings.data.absolute()}: run `gatehouse up` or "
            "`gatehouse migrate`, or set GATEHOUSE_DATA to the folder of the one that runs."
        )
    store = Store(settings.database, settings.master_secret())
    try:
        if not is_current(store):
            raise DatabaseNotReady("The database is of another version: run `gatehouse migrate`.")
        yield store
    finally:
        store.close()
