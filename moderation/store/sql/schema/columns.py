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
