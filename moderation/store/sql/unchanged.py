"""What was read on a connection and still holds, because nothing was committed in the database since."""

from typing import Any

from sqlalchemy.engine import Connection

from moderation.store.sql.dialect import fetch

_MOST = 500  # entries of a connection, some 3 kB at most each; whoever asks for ever new things must not fill the memory
_NAME = "gatehouse_unchanged"


def unchanged(connection: Connection) -> dict[Any, Any]:
    """What was put into it on this connection, and has been true ever since; empty after any commit, whoever made it.

    Ask for it before reading: what is read afterwards may be newer than it says, never older. Small things alone belong in it.
    """
    state = _state(connection)
    kept = connection.info.get(_NAME)
    if kept is None or kept[0] != state or len(kept[1]) >= _MOST:
        kept = connection.info[_NAME] = (state, {})
    known: dict[Any, Any] = kept[1]
    return known


def _state(connection: Connection) -> tuple[Any, ...]:
    """Another one after each commit. On SQLite it says nothing to other connections.

    SQLite counts the commits of others (data_version), and the rows that this connection changed. To PostgreSQL, what can be
    seen follows from which transactions have ended: the same snapshot shows the same rows.
    """
    if connection.dialect.name == "sqlite":
        driver: Any = connection.connection.dbapi_connection
        return (*fetch(connection, "PRAGMA data_version"), driver.total_changes)
    return tuple(fetch(connection, "SELECT pg_current_snapshot()::text"))
