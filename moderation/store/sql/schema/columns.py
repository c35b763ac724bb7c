"""What the files with tables share: the one MetaData, and how columns and indexes are written."""

from typing import Any

import sqlalchemy as sa

metadata = sa.MetaData()
Millis = sa.BigInteger


def text(name: str, **options: object) -> sa.Column[str]:
    """A column of text that is never NULL."""
    return sa.Column(name, sa.Text, nullable=False, **options)  # type: ignore[arg-type] # by name


def only(rows: sa.ColumnElement[bool]) -> dict[str, Any]:
    """Makes an index one of these rows alone, on either database."""
    return {"sqlite_where": rows, "postgresql_where": rows}


def partial_index(table: sa.Table, name: str, columns: str, rows: sa.ColumnElement[bool]) -> None:
    """An index of these rows alone. columns: their names in order, with spaces between."""
    sa.Index(name, *(table.c[column] for column in columns.split()), **only(rows))
