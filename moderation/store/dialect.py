"""The statements that differ between SQLite and PostgreSQL, side by side.

SQLite has one writer at a time, so what PostgreSQL must lock it simply takes.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import TextClause, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection
from sqlalchemy.sql.schema import Table

_CLAIM_PENDING = """
    UPDATE pending SET lease = :lease, due_at = :until, attempts = attempts + 1
    WHERE comment_id IN (
        SELECT comment_id FROM pending WHERE due_at <= :now ORDER BY due_at LIMIT :limit {lock}
    )
    RETURNING comment_id, revision, site_id, attempts
"""

CLAIM_PENDING = {
    "sqlite": text(_CLAIM_PENDING.format(lock="")),
    "postgresql": text(_CLAIM_PENDING.format(lock="FOR UPDATE SKIP LOCKED")),
}


def claim_pending(connection: Connection) -> TextClause:
    """Takes due rows under a lease; binds: lease, until, now, limit."""
    return CLAIM_PENDING[connection.dialect.name]


_OLDEST_OF_ONE = """
    SELECT x.id, x.due_at FROM deliveries x
    WHERE x.endpoint_id = e.id AND x.state = 'due' AND x.due_at <= :now
    ORDER BY x.due_at, x.id LIMIT :share
"""

OLDEST_DUE = {
    # No LATERAL here; the inner search is one look into deliveries_waiting for each endpoint.
    "sqlite": text(
        f"""
        SELECT id, endpoint_id, due_at,
               row_number() OVER (PARTITION BY endpoint_id ORDER BY due_at, id) AS place
        FROM deliveries WHERE id IN (
            SELECT d.id FROM endpoints e JOIN deliveries d
            ON d.id IN (SELECT id FROM ({_OLDEST_OF_ONE}))
        )
        """  # noqa: S608 - both parts stand in this file
    ),
    "postgresql": text(
        f"""
        SELECT oldest.id, e.id AS endpoint_id, oldest.due_at,
               row_number() OVER (PARTITION BY e.id ORDER BY oldest.due_at, oldest.id) AS place
        FROM endpoints e CROSS JOIN LATERAL ({_OLDEST_OF_ONE}) AS oldest
        """  # noqa: S608
    ),
}


def oldest_due(connection: Connection) -> TextClause:
    """The oldest due deliveries of each endpoint, numbered; binds: now, share (of each)."""
    return OLDEST_DUE[connection.dialect.name]


def insert_rows(
    connection: Connection,
    table: Table,
    rows: Sequence[Mapping[str, object]],
    *,
    new_only: bool = False,
) -> int:
    """Inserts rows that all have the same columns, as one statement; returns how many went in.

    One statement of the driver's, not one execution a row: each execution gives up the interpreter
    lock, and a writer thread that must win it back for every row from a busy event loop is slow.
    new_only: leaves alone a row whose key is there already.
    """
    if not rows:
        return 0
    columns = tuple(rows[0])
    mark = "?" if connection.dialect.name == "sqlite" else "%s"
    values = f"({', '.join([mark] * len(columns))})"
    tail = " ON CONFLICT DO NOTHING" if new_only else ""
    statement = (
        f"INSERT INTO {table.name} ({', '.join(columns)}) VALUES "  # noqa: S608 - names of ours
        f"{', '.join([values] * len(rows))}{tail}"
    )
    flat = tuple(value for row in rows for value in row.values())
    return connection.exec_driver_sql(statement, flat).rowcount


def update_rows(
    connection: Connection, table: Table, key: str, rows: Sequence[Mapping[str, object]]
) -> int:
    """Updates many rows, each to its own values, as one statement; returns how many were there.

    key: the column they are found by. rows: all with the same columns, the key among them.
    """
    if not rows:
        return 0
    columns = tuple(rows[0])
    mark = "?" if connection.dialect.name == "sqlite" else "%s"
    values = f"({', '.join([mark] * len(columns))})"
    changes = ", ".join(f"{name} = new.{name}" for name in columns if name != key)
    statement = (
        f"WITH new ({', '.join(columns)}) AS (VALUES {', '.join([values] * len(rows))}) "  # noqa: S608
        f"UPDATE {table.name} SET {changes} FROM new WHERE {table.name}.{key} = new.{key}"
    )
    flat = tuple(value for row in rows for value in row.values())
    return connection.exec_driver_sql(statement, flat).rowcount


def insert_new(connection: Connection, table: Table) -> Any:
    """An insert that leaves alone a row whose key is there already."""
    insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    return insert(table).on_conflict_do_nothing()


def upsert(connection: Connection, table: Table, *changed: str) -> Any:
    """An insert that updates the `changed` columns of a row whose key is there already."""
    insert: Any = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    statement = insert(table)
    return statement.on_conflict_do_update(
        index_elements=list(table.primary_key.columns),
        set_={name: statement.excluded[name] for name in changed},
    )
