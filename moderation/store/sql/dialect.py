"""The statements that differ between SQLite and PostgreSQL, side by side.

SQLite has one writer at a time, so what PostgreSQL must lock it simply takes.
"""

import hashlib
import json
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import TextClause, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection, CursorResult
from sqlalchemy.sql.schema import Table

# Oldest first, whatever became of them meanwhile: ids sort by the time of the comment. Rows that are not
# due yet are passed over, which is cheap as long as they are thousands.
_DUE_PENDING = (
    "SELECT comment_id FROM pending WHERE due_at <= :now ORDER BY comment_id LIMIT :limit"
)
_LEASE = "UPDATE pending SET lease = :lease, due_at = :until, attempts = attempts + 1"
_CLAIMED = "RETURNING pending.comment_id, revision, site_id, attempts"

CLAIM_PENDING = {
    "sqlite": f"{_LEASE} WHERE comment_id IN ({_DUE_PENDING}) {_CLAIMED}",
    # As a list of its own: inside IN (...) it may be run again for each row of the table, by some plans,
    # and with SKIP LOCKED finds others each time: one claim took all there was.
    "postgresql": (
        f"WITH due AS MATERIALIZED ({_DUE_PENDING} FOR UPDATE SKIP LOCKED)"
        f" {_LEASE} FROM due WHERE pending.comment_id = due.comment_id {_CLAIMED}"
    ),
}


def claim_pending(connection: Connection) -> str:
    """Takes the oldest due rows under a lease; binds: lease, until, now, limit. For fetch()."""
    return CLAIM_PENDING[connection.dialect.name]


_TIME = {
    # The days since 4714 BC: versions before 3.42 tell no milliseconds since 1970.
    "sqlite": "SELECT CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)",
    "postgresql": "SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000 AS bigint)",
}


def time_query(connection: Connection) -> str:
    """What tells the time inside a statement: milliseconds since 1970 UTC by the database's clock."""
    return _TIME[connection.dialect.name]


def database_time(connection: Connection) -> int:
    """Milliseconds since 1970 UTC by the database's clock; SQLite has that of this process."""
    return int(fetch(connection, time_query(connection))[0][0])


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
            WHERE e.resume_at <= :now
        )
        """  # noqa: S608 - both parts stand in this file
    ),
    "postgresql": text(
        f"""
        SELECT oldest.id, e.id AS endpoint_id, oldest.due_at,
               row_number() OVER (PARTITION BY e.id ORDER BY oldest.due_at, oldest.id) AS place
        FROM endpoints e CROSS JOIN LATERAL ({_OLDEST_OF_ONE}) AS oldest
        WHERE e.resume_at <= :now
        """  # noqa: S608 - both parts stand in this file
    ),
}


def oldest_due(connection: Connection) -> TextClause:
    """The oldest due deliveries of each endpoint, numbered; binds: now, share (of each)."""
    return OLDEST_DUE[connection.dialect.name]


# A list as one parameter: the text of the statement stays the same, however long the list. An empty one
# is of no kind: PostgreSQL takes it for one of the column's.
_AMONG_SQLITE = "IN (SELECT value FROM json_each(:{name}))"
_AMONG_POSTGRESQL = {
    "bigint": "= ANY(CAST(:{name} AS bigint[]))",
    "text": "= ANY(CAST(:{name} AS text[]))",
    "": "= ANY(:{name})",
}

_LISTS = re.compile(r"\bAMONG :([A-Za-z_]\w*)")
# A parameter; no cast (x::bigint), and nothing inside a literal. SQLite's driver reads :name by itself.
_BINDS = re.compile(r"'[^']*'|(?<![:\w]):([A-Za-z_]\w*)")
_LOCK = re.compile(
    r"\bFOR (?:UPDATE|KEY SHARE)(?: OF \w+)?(?: SKIP LOCKED)?"
)  # SQLite's one writer has everything locked

_Kinds = tuple[tuple[str, str], ...]


def _spelled(dialect: str, statement: str, kinds: _Kinds) -> str:
    kind_of_list = dict(kinds)

    def among(match: re.Match[str]) -> str:
        name = match[1]
        if name not in kind_of_list:
            raise TypeError(f"'{name}' is not a list")
        shape = _AMONG_SQLITE if dialect == "sqlite" else _AMONG_POSTGRESQL[kind_of_list[name]]
        return shape.format(name=name)

    statement = _LISTS.sub(among, statement)
    return _LOCK.sub("", statement) if dialect == "sqlite" else statement


@lru_cache(maxsize=256)
def _listed(dialect: str, statement: str, kinds: _Kinds) -> TextClause:
    return text(_spelled(dialect, statement, kinds))


@lru_cache(maxsize=256)
def _for_driver(dialect: str, statement: str, kinds: _Kinds) -> str:
    statement = _spelled(dialect, statement, kinds)
    if dialect == "sqlite":
        return statement
    statement = statement.replace("%", "%%")  # to psycopg a lone % begins a parameter
    return _BINDS.sub(lambda match: f"%({match[1]})s" if match[1] else match[0], statement)


def run_listed(
    connection: Connection,
    statement: str,
    name: str,
    items: Collection[int] | Collection[str],
    **values: object,
) -> CursorResult[Any]:
    """Runs a statement in which `AMONG :name` stands for a list of numbers or of texts; so it may for
    those of `values` that are lists.
    """
    dialect = connection.dialect.name
    kinds, parameters = _lists(dialect, {name: list(items), **values})
    return connection.execute(_listed(dialect, statement, kinds), parameters)


def fetch(connection: Connection, query: str, **parameters: object) -> list[Any]:
    """The rows of a query as plain tuples; `AMONG :name` as in run_listed, `FOR UPDATE` where there is such.

    For what is asked of every comment: on the driver's own cursor, SQLAlchemy's way costs twice as much.
    """
    cursor = _on_driver(connection, query, parameters)
    try:
        return list(cursor.fetchall())
    finally:
        cursor.close()


def execute(connection: Connection, statement: str, **parameters: object) -> int:
    """Runs a statement that changes rows in the same way; returns how many it changed."""
    cursor = _on_driver(connection, statement, parameters)
    try:
        return int(cursor.rowcount)
    finally:
        cursor.close()


def _on_driver(connection: Connection, statement: str, parameters: Mapping[str, object]) -> Any:
    dialect = connection.dialect.name
    kinds, bound = _lists(dialect, parameters)
    cursor = connection.connection.cursor()
    try:
        return cursor.execute(_for_driver(dialect, statement, kinds), bound)
    except BaseException:
        cursor.close()
        raise


def _lists(dialect: str, parameters: Mapping[str, object]) -> tuple[_Kinds, dict[str, object]]:
    """Which of the parameters are lists, and of what; all of them as the driver takes them."""
    lists = {name: values for name, values in parameters.items() if isinstance(values, list)}
    kinds = tuple(
        (name, ("bigint" if isinstance(values[0], int) else "text") if values else "")
        for name, values in lists.items()
    )
    if dialect == "sqlite":
        return kinds, {**parameters, **{name: json.dumps(values) for name, values in lists.items()}}
    return kinds, dict(parameters)


# PostgreSQL takes a batch as one array a column: the text of the statement stays the same whatever
# the number of rows, so it is planned once. SQLite has no arrays, and takes rows of values.
_ARRAY_OF = {
    "TEXT": "text",
    "BIGINT": "bigint",
    "INTEGER": "integer",
    "BOOLEAN": "boolean",
    "FLOAT": "double precision",
}


def _batch(dialect: str, table: Table, columns: Sequence[str], rows: int) -> str:
    """Where the rows of a batch come from. rows: how many; PostgreSQL need not know."""
    if dialect == "sqlite":
        row = f"({', '.join('?' * len(columns))})"
        return f"VALUES {', '.join([row] * rows)}"
    kinds = (_ARRAY_OF.get(table.c[name].type.compile(), "bytea") for name in columns)
    return f"SELECT * FROM unnest({', '.join(f'%s::{kind}[]' for kind in kinds)})"  # noqa: S608 - the kinds stand above


@lru_cache(maxsize=4096)
def _insert_text(dialect: str, table: Table, columns: tuple[str, ...], rows: int) -> str:
    batch = _batch(dialect, table, columns, rows)
    return f"INSERT INTO {table.name} ({', '.join(columns)}) {batch}"


@lru_cache(maxsize=4096)
def _update_text(dialect: str, table: Table, key: str, columns: tuple[str, ...], rows: int) -> str:
    batch = _batch(dialect, table, columns, rows)
    changes = ", ".join(f"{name} = new.{name}" for name in columns if name != key)
    return (
        f"WITH new ({', '.join(columns)}) AS ({batch}) "  # noqa: S608 - all names are of ours
        f"UPDATE {table.name} SET {changes} FROM new WHERE {table.name}.{key} = new.{key}"
    )


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
    return _insert(connection, table, rows, " ON CONFLICT DO NOTHING" if new_only else "")


def increment_or_insert(
    connection: Connection, table: Table, rows: Sequence[Mapping[str, object]], *summed: str
) -> None:
    """Inserts rows, or adds their `summed` columns to those of the rows that have their keys.

    rows: all with the same columns, no key twice.
    """
    sums = (f"{name} = {table.name}.{name} + excluded.{name}" for name in summed)
    _insert(connection, table, rows, _conflict_clause(table, sums))


def upsert_rows(
    connection: Connection, table: Table, rows: Sequence[Mapping[str, object]], *changed: str
) -> None:
    """Inserts rows, or gives their `changed` columns to the rows that have their keys; rows: as in increment_or_insert()."""
    changes = (f"{name} = excluded.{name}" for name in changed)
    _insert(connection, table, rows, _conflict_clause(table, changes))


def _conflict_clause(table: Table, changes: Iterable[str]) -> str:
    keys = ", ".join(column.name for column in table.primary_key.columns)
    return f" ON CONFLICT ({keys}) DO UPDATE SET {', '.join(changes)}"


def _insert(
    connection: Connection, table: Table, rows: Sequence[Mapping[str, object]], tail: str
) -> int:
    if not rows:
        return 0
    dialect, columns = connection.dialect.name, tuple(rows[0])
    count = len(rows) if dialect == "sqlite" else 0
    statement = _insert_text(dialect, table, columns, count) + tail
    return _run(connection, statement, _parameters(dialect, columns, rows))


_TAKE_LOCKS = text(
    "SELECT pg_advisory_xact_lock(one) FROM (SELECT unnest(CAST(:locks AS bigint[])) AS one) AS all_of_them"
)


def advisory_lock(connection: Connection, names: Collection[str]) -> None:
    """Waits for every other transaction that has called this with one of the names; until the commit.

    One call a transaction, after the locks on rows, so that no two wait for each other; or one before all other locks,
    with names of its own.
    """
    if connection.dialect.name == "postgresql" and names:
        digests = {hashlib.blake2b(name.encode(), digest_size=8).digest() for name in names}
        locks = sorted(int.from_bytes(digest, "big", signed=True) for digest in digests)
        connection.execute(_TAKE_LOCKS, {"locks": locks})


def update_rows(
    connection: Connection, table: Table, key: str, rows: Sequence[Mapping[str, object]]
) -> int:
    """Updates many rows, each to its own values, as one statement; returns how many were there.

    key: the column they are found by. rows: all with the same columns, the key among them.
    """
    if not rows:
        return 0
    dialect, columns = connection.dialect.name, tuple(rows[0])
    count = len(rows) if dialect == "sqlite" else 0
    statement = _update_text(dialect, table, key, columns, count)
    return _run(connection, statement, _parameters(dialect, columns, rows))


def _run(connection: Connection, statement: str, parameters: tuple[object, ...]) -> int:
    """Runs a statement on the driver's own cursor, for SQLAlchemy's way there costs as much as it."""
    cursor = connection.connection.cursor()
    try:
        cursor.execute(statement, parameters)
        return cursor.rowcount
    finally:
        cursor.close()


def _parameters(
    dialect: str, columns: Sequence[str], rows: Sequence[Mapping[str, object]]
) -> tuple[object, ...]:
    if dialect == "sqlite":
        return tuple(value for row in rows for value in row.values())
    return tuple([row[name] for row in rows] for name in columns)


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
