"""Which comment each of another system's became, and replies whose parent is not there yet."""

from collections.abc import Collection, Sequence

from sqlalchemy.engine import Connection

from moderation.domain.ids import derived_id
from moderation.store.sql.dialect import fetch, insert_rows, update_rows
from moderation.store.sql.schema import comments, imported_comments


def row_id(site_id: str, source: str, id: str) -> str:
    """The row of a comment. source: the system it comes from. id: its own there."""
    return derived_id("imp", site_id, source, id)


def find(connection: Connection, row_ids: Collection[str]) -> dict[str, str]:
    """The comments that those of the rows that exist became, by row."""
    query = "SELECT id, comment_id FROM imported_comments WHERE id AMONG :ids"
    return dict(fetch(connection, query, ids=list(row_ids)))


def add(connection: Connection, site_id: str, rows: Sequence[tuple[str, str, str]]) -> bool:
    """Records rows: id, comment, and the row of its parent where that is missing. False where one was there."""
    added = insert_rows(
        connection,
        imported_comments,
        [
            {"id": id, "site_id": site_id, "comment_id": comment_id, "parent": parent}
            for id, comment_id, parent in rows
        ],
        new_only=True,
    )
    return added == len(rows)


# Ids rise with time: a reply to what is newer could be a circle of replies.
_FOUND = """
    SELECT i.id, c.id, p.comment_id FROM imported_comments i
    JOIN imported_comments p ON p.id = i.parent
    JOIN comments c ON c.id = i.comment_id
    JOIN comments above ON above.id = p.comment_id
    WHERE i.site_id = :site AND i.parent != '' AND i.id > :after
    AND above.page_id = c.page_id AND above.id < c.id
    ORDER BY i.id LIMIT :limit
"""


def link_replies(connection: Connection, site_id: str, after: str, limit: int) -> str:
    """Makes replies of up to `limit` comments whose parents have come, past the row `after`; the last such row,
    '' where there was none.
    """
    found = fetch(connection, _FOUND, site=site_id, after=after, limit=limit)
    update_rows(
        connection, comments, "id", [{"id": id, "parent_id": parent} for _, id, parent in found]
    )
    update_rows(
        connection, imported_comments, "id", [{"id": row, "parent": ""} for row, _, _ in found]
    )
    return found[-1][0] if found else ""


def count_waiting(connection: Connection, site_id: str) -> int:
    """How many comments of a site answer one that has not come, or that they cannot stand below."""
    query = "SELECT count(*) FROM imported_comments WHERE site_id = :site AND parent != ''"
    return int(fetch(connection, query, site=site_id)[0][0])
