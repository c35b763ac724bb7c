"""The approved comments of a page in the orders that readers choose, a keyset page at a time."""

from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from moderation.store.sql.dialect import fetch
from moderation.store.sql.schema import comments

# The counts are read from the index `comments_replied` alone.
_MOST_REPLIED = """
    SELECT id, replies FROM (
        SELECT c.id AS id, coalesce(r.replies, 0) AS replies FROM comments c
        LEFT JOIN (
            SELECT parent_id, count(*) AS replies FROM comments
            WHERE page_id = :page AND status = 'approved' AND parent_id <> '' GROUP BY parent_id
        ) r ON r.parent_id = c.id
        WHERE c.page_id = :page AND c.status = 'approved'
    ) ranked
    WHERE replies < :replies OR (replies = :replies AND id > :after)
    ORDER BY replies DESC, id LIMIT :limit
"""
_REPLIES = """
    SELECT parent_id, count(*) FROM comments
    WHERE page_id = :page AND status = 'approved' AND parent_id AMONG :ids AND parent_id <> '' GROUP BY parent_id
"""
_PICKED = """
    SELECT id FROM comments
    WHERE page_id = :page AND status = 'approved' AND picked_at IS NOT NULL AND id > :after ORDER BY id LIMIT :limit
"""
_NOT_PICKED = _PICKED.replace("IS NOT NULL", "IS NULL")
MOST = 2**31 - 1  # more replies than any comment has


def most_replied(
    connection: Connection, page_id: str, replies: int, after: str, limit: int
) -> list[tuple[str, int]]:
    """Ids with their numbers of approved replies, the highest first, those of one number oldest first; past the
    comment `after` with so many replies. MOST and '' for the first ones.
    """
    values = {"page": page_id, "replies": replies, "after": after, "limit": limit}
    return [(id, count) for id, count in fetch(connection, _MOST_REPLIED, **values)]


def replies_of(connection: Connection, page_id: str, ids: Iterable[str]) -> dict[str, int]:
    """How many approved replies these comments of a page have, where there are any."""
    wanted = sorted(ids)
    return dict(fetch(connection, _REPLIES, page=page_id, ids=wanted)) if wanted else {}


def picked_first(
    connection: Connection, page_id: str, is_picked: bool, after: str, limit: int
) -> list[str]:
    """Ids of the picked comments, oldest first, then of the others; past the comment `after`, which is_picked
    or not. True and '' for the first ones.
    """
    found: list[str] = []
    for query in (_PICKED, _NOT_PICKED)[not is_picked :]:
        values = {"page": page_id, "after": after, "limit": limit - len(found)}
        found += [id for (id,) in fetch(connection, query, **values)]
        after = ""
        if len(found) == limit:
            break
    return found


def set_picked(connection: Connection, comment_id: str, picked_at: int | None) -> bool:
    """picked_at: ms, None takes the pick back. Whether that was a change: what is picked stays so since when it was."""
    is_picked = comments.c.picked_at.is_not(None)
    is_otherwise = is_picked if picked_at is None else ~is_picked
    query = sa.update(comments).where(comments.c.id == comment_id, is_otherwise)
    return connection.execute(query.values(picked_at=picked_at)).rowcount == 1
