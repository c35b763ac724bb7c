"""What answers a comment, near or far."""

from collections import Counter
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from moderation.store.sql.dialect import fetch
from moderation.store.sql.schema import decisions

_BELOW = """
    WITH RECURSIVE below (root, id, status) AS (
        SELECT c.parent_id, c.id, c.status FROM comments c
        WHERE c.parent_id AMONG :ids AND c.parent_id <> ''
        UNION ALL
        SELECT b.root, c.id, c.status FROM below b JOIN comments c ON c.parent_id = b.id AND c.parent_id <> ''
    )
    SELECT root, id FROM below WHERE status IN ('approved', 'held', 'pending')
"""
COUNT_LIMIT = 1_000  # all of a queue's page together: then "many" says as much


def below(connection: Connection, comment_id: str) -> list[str]:
    """The replies below a comment, and theirs, that are not removed."""
    return sorted(id for _, id in fetch(connection, _BELOW, ids=[comment_id]))


def counts_below(connection: Connection, comment_ids: Sequence[str]) -> Counter[str]:
    """How many replies each of the comments has, near or far, counted no further than COUNT_LIMIT."""
    if not comment_ids:
        return Counter()
    rows = fetch(connection, f"{_BELOW} LIMIT {COUNT_LIMIT}", ids=list(comment_ids))
    return Counter(root for root, _ in rows)


def decided_along(connection: Connection, comment_id: str, sequence: int) -> list[str]:
    """The replies about which was decided along with the decision of this sequence about a comment."""
    query = sa.select(decisions.c.comment_id).where(
        decisions.c.branch_id == comment_id,
        decisions.c.branch_id != "",
        decisions.c.branch_sequence == sequence,
    )
    return sorted(connection.scalars(query))
