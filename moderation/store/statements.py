"""The decisions against a site's comments, by time; statements of reasons are made from them."""

from sqlalchemy.engine import Connection

from moderation.store.sql.dialect import fetch

Position = tuple[int, str, int]  # time in ms, comment, sequence

_AGAINST = """
    SELECT d.created_at, d.comment_id, d.sequence FROM decisions d
    JOIN comments c ON c.id = d.comment_id AND c.site_id = :site
    WHERE d.outcome != 'approve'
    AND (d.created_at, d.comment_id, d.sequence) > (:time, :comment, :sequence)
    ORDER BY d.created_at, d.comment_id, d.sequence LIMIT :limit
"""


def against(connection: Connection, site_id: str, after: Position, limit: int) -> list[Position]:
    """Where the decisions against comments of a site are, past the position `after`, first to last."""
    time, comment_id, sequence = after
    rows = fetch(
        connection,
        _AGAINST,
        site=site_id,
        time=time,
        comment=comment_id,
        sequence=sequence,
        limit=limit,
    )
    return [tuple(row) for row in rows]
