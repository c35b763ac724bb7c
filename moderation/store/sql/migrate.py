"""Bringing a database to the newest schema, with Alembic."""

from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

from moderation.domain.errors import GatehouseError
from moderation.store.sql.engine import Connection, Store

if TYPE_CHECKING:  # only who migrates pays for its import; every API asks whether that was done
    from alembic.config import Config

_MIGRATIONS = Path(__file__).parent / "migrations"

# Any number will do as long as everyone takes the same; it spells 'gate'.
_ADVISORY_LOCK = 0x67617465

_MAY_NOT = "42501"  # PostgreSQL's insufficient_privilege; its driver is not loaded for SQLite

_PATIENCE = 3_600_000  # ms; a million comments take minutes


class DatabaseUnfit(GatehouseError):
    """The database cannot be brought to this version before an operator has acted."""

    code = "unfit"


def configured(connection: Connection) -> "Config":
    """Alembic's settings for running its commands on an open connection."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.attributes["connection"] = connection
    return config


def migrate(store: Store) -> None:
    """Upgrades to the newest revision; several processes may call it at once.

    Raises Unavailable, and DatabaseUnfit.
    """
    from alembic.script.revision import ResolutionError
    from alembic.util import CommandError

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
        if getattr(error.orig, "sqlstate", "") != _MAY_NOT:
            raise
        raise DatabaseUnfit(
            "The user in GATEHOUSE_DATABASE_URL may not make or change the tables: make it the "
            "database's owner."
        ) from error


def _upgrade(store: Store) -> None:
    from alembic import command

    # A process that comes second waits as long as the first one's migration takes.
    with store.write(patience=_PATIENCE) as connection:
        if not store.is_sqlite:  # SQLite's BEGIN IMMEDIATE is lock enough
            connection.execute(
                sa.text("SET LOCAL lock_timeout = 0; SET LOCAL statement_timeout = 0")
            )
            connection.execute(sa.text("SELECT pg_advisory_xact_lock(:n)"), {"n": _ADVISORY_LOCK})
        command.upgrade(configured(connection), "head")


def newest_revision() -> str:
    """The newest revision: the number in the name of its file."""
    return max(path.name for path in (_MIGRATIONS / "versions").glob("[0-9]*.py")).split("_")[0]


def is_current(store: Store) -> bool:
    """Whether the database stands at the newest revision."""
    with store.read() as connection:
        if not sa.inspect(connection).has_table("alembic_version"):
            return False
        revision = connection.scalar(sa.text("SELECT version_num FROM alembic_version"))
    return bool(revision == newest_revision())
