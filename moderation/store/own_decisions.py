"""What one person decided last, and what of that still stands."""

from collections.abc import Collection
from typing import Any

from sqlalchemy.engine import Connection

from moderation.store.sql.dialect import fetch

_LOOKED_AT = 500  # decisions of the person, those that they took back among them

# Without what was decided as a whole: a campaign, a bulk act, the replies below a comment.
_STANDING = """
    SELECT d.comment_id, d.sequence FROM (
        SELECT comment_id, sequence, created_at, takes_back, campaign_id, branch_id, reasons_json
        FROM decisions WHERE actor_id = :person AND actor_kind = 'moderator'
        ORDER BY created_at DESC LIMIT :most
    ) AS d JOIN comments c ON c.id = d.comment_id AND c.sequence = d.sequence
    WHERE c.site_id AMONG :sites AND d.takes_back IS NULL AND d.campaign_id = '' AND d.branch_id = ''
    AND d.reasons_json NOT LIKE '%"bulk_decided"%' AND c.status NOT IN ('erased', 'withdrawn')
    ORDER BY d.created_at DESC, d.comment_id DESC LIMIT :limit
"""


def standing(
    connection: Connection, person_id: str, site_ids: Collection[str], limit: int
) -> list[tuple[str, int]]:
    """Comments of these sites about which nothing happened since this person decided, the last one first; each with its sequence."""
    rows: list[Any] = fetch(
        connection, _STANDING, person=person_id, sites=list(site_ids), most=_LOOKED_AT, limit=limit
    )
    return [(str(id), int(sequence)) for id, sequence in rows]
