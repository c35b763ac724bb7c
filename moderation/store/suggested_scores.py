"""Scores that clients suggested, each with the score that we gave."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from moderation.store.sql.dialect import upsert
from moderation.store.sql.rows import record_of, row_of
from moderation.store.sql.schema import suggestions


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One attribute of one comment. value: what it should be, 0..1. score: ours then, of `model`;
    None where there was none. community, token: the client's own words for where and which comment.
    """

    site_id: str
    text: str
    attribute: str
    value: float
    score: float | None = None
    model: str = ""
    language: str = ""
    community: str = ""
    token: str = ""
    id: str = ""
    created_at: int = 0


def put(connection: Connection, new: Sequence[Suggestion]) -> None:
    """Stores suggestions; one with an id that is there replaces it."""
    rows = [row_of(suggestion, suggestions) for suggestion in new]
    changed = [column.name for column in suggestions.c if column.name != "id"]
    connection.execute(upsert(connection, suggestions, *changed), rows)


def page(connection: Connection, site_id: str, after: str, limit: int) -> list[Suggestion]:
    """A site's suggestions with ids past `after`, by id."""
    rows = connection.execute(
        sa.select(suggestions)
        .where(suggestions.c.site_id == site_id, suggestions.c.id > after)
        .order_by(suggestions.c.id)
        .limit(limit)
    )
    return [record_of(Suggestion, row) for row in rows]
