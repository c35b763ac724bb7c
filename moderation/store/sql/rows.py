"""Dataclasses as rows and rows as dataclasses: a field and the column of its name hold the same."""

from dataclasses import fields
from enum import Enum
from typing import TYPE_CHECKING, Any, TypeVar

import sqlalchemy as sa

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Record = TypeVar("Record", bound="DataclassInstance")


def row_of(record: "DataclassInstance", table: sa.Table, **others: object) -> dict[str, object]:
    """The row of a table that holds a dataclass; an enum is stored by its value.

    others: the columns whose values are not fields of these names.
    """
    names = [field.name for field in fields(record)]
    values = {name: getattr(record, name) for name in names if name in table.c} | others
    return {
        name: value.value if isinstance(value, Enum) else value for name, value in values.items()
    }


def record_of(record_class: type[Record], row: sa.Row[Any], **others: object) -> Record:
    """The dataclass that a row holds. others: the fields whose values are not columns of these names."""
    names = [field.name for field in fields(record_class)]
    columns = {name: row._mapping[name] for name in names if name not in others}
    return record_class(**columns, **others)
