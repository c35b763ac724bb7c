"""The statements that differ between SQLite and PostgreSQL, side by side.

SQLite has one writer at a time, so what PostgreSQL must lock it simply takes.
"""

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
