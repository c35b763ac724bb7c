"""Whether the database has room on its disk."""

import os

from moderation.store import heartbeats
from moderation.store.sql.engine import Connection, Store

ROOM = 4 << 20  # bytes; a minute of busy hours


class _Enough(Exception):
    """Takes back what was written to find out."""


def require_room(store: Store) -> None:
    """Writes so much that no page which is there already holds it, and takes it back. Raises StorageFull."""
    try:
        with store.write() as connection:
            _write(connection)
            raise _Enough
    except _Enough:
        pass


def _write(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        # It keeps what it writes in memory until the commit, or until there is too much of it.
        connection.exec_driver_sql("PRAGMA cache_size = 16")
    # Of random letters: PostgreSQL would compress others.
    heartbeats.beat(connection, "doctor", {"room": os.urandom(ROOM // 2).hex()}, 0)
