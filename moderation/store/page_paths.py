"""The paths of pages that were stored without one."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from moderation.domain.policy_scopes import path_of
from moderation.store.sql.schema import pages


def without_path(
    connection: Connection, after: str, limit: int
) -> tuple[list[tuple[str, str]], str]:
    """Of the next pages past an id those without a path, each with its URL; and the last id that was looked at, '' at the end."""
    query = sa.select(pages.c.id, pages.c.url, pages.c.path).where(pages.c.id > after)
    rows = connection.execute(query.order_by(pages.c.id).limit(limit)).all()
    found = [(row.id, row.url) for row in rows if not row.path]
    return found, rows[-1].id if len(rows) == limit else ""


def fill(connection: Connection, found: Sequence[tuple[str, str]]) -> None:
    """Gives pages the paths of these URLs, unless they have moved meanwhile."""
    for id, url in found:
        is_as_found = (pages.c.id == id, pages.c.url == url, pages.c.path == "")
        connection.execute(sa.update(pages).where(*is_as_found).values(path=path_of(url)))
