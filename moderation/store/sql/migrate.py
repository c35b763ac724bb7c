"""Bringing a database to the newest schema, with Alembic."""

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.script.revision import ResolutionError
from alembic.util import CommandError
from psycopg.errors import InsufficientPrivilege

from moderation.domain.errors import GatehouseError
from moderation.store.sql.engine import Connection, Store

# Any number will do as long as everyone takes the same; it spells 'gate'.
_ADVISORY_LOCK = 0x67617465


class DatabaseUnfit(GatehouseError):
    """The database cannot be brought to this version before an operator has acted."""

    code = "unfit"


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config


def configured(connection: Connection) -> Config:
    """Alembic's settings for running its commands on an open connection."""
    config = _config()
    config.attributes["connection"] = connection
    return config


def migrate(store: Store) -> None:
    """Upgrades to the newest revision; several processes may call it at once.

    Raises Unavailable, and DatabaseUnfit.
    """
    try:
        _upgrade(store)
    except CommandError as error:
        if not isinstance(error.__cause__, ResolutionError):
            raise
        raise DatabaseUnfit(
            "The database is of a newer version, which this one does not know: run that version, "
            "or restore the backup of before the upgrade."
        ) from error
    except sa.exc.ProgrammingError as error:
        if not isinstance(error.orig, InsufficientPrivilege):
            raise
        raise DatabaseUnfit(
            "The user in GATEHOUSE_DATABASE_URL may not make or change the tables: make it the "
            "database's owner."
        ) from error


def _upgrade(store: Store) -> None:
    with store.write() as connection:
        if not store.is_sqlite:  # SQLite's BEGIN IMMEDIATE is lock enough
            # Whoever comes second waits as long as the first one's migration takes.
            connection.execute(
                sa.text("SET LOCAL lock_timeout = 0; SET LOCAL statement_timeout = 0")
            )
            connection.execute(sa.text("SELECT pg_advisory_xact_lock(:n)"), {"n": _ADVISORY_LOCK})
        command.upgrade(configured(connection), "head")


def is_current(store: Store) -> bool:
    """Whether the database stands at the newest revision."""
    head = ScriptDirectory.from_config(_config()).get_current_head()
    with store.read() as connection:
        return MigrationContext.configure(connection).get_current_revision() == head
