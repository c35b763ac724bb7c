"""Comments that the policy filed as spam or rejected, and that no person has looked at."""

from typing import NamedTuple

from sqlalchemy.engine import Connection

from moderation.store.sql.dialect import fetch

FILED_READ = 5_000  # the newest


class Filing(NamedTuple):
    """A comment that was filed. campaign_id: '' for none that people see."""

    comment_id: str
    campaign_id: str


# By the index decisions_against. CROSS JOIN: SQLite keeps this order, and else reads all that was ever filed.
_FILED = """
    SELECT c.id, c.campaign_id FROM decisions d CROSS JOIN comments c
    WHERE d.created_at >= :since AND d.outcome != 'approve'
    AND c.id = d.comment_id AND c.sequence = d.sequence
    AND c.site_id = :site AND c.status IN ('spam', 'rejected') AND c.decided_by = 'policy'
    ORDER BY d.created_at DESC, d.comment_id DESC LIMIT :limit
"""


def filed_since(connection: Connection, site_id: str, since: int) -> list[Filing]:
    """What the policy filed on a site from `since` (ms) on, the newest first, at most FILED_READ."""
    rows = fetch(connection, _FILED, site=site_id, since=since, limit=FILED_READ)
    return [Filing(*row) for row in rows]


_FILED_FOR_DOMAIN = """
    SELECT c.id, c.campaign_id FROM comments c
    JOIN decisions d ON d.comment_id = c.id AND d.sequence = c.sequence
    WHERE c.site_id = :site AND c.status IN ('spam', 'rejected') AND c.decided_by = 'policy'
    AND d.reasons_json LIKE :label ORDER BY c.id DESC LIMIT :limit
"""


def filed_for_domains(connection: Connection, site_id: str, limit: int) -> list[Filing]:
    """What the policy filed for a link to a domain with a bad name, the newest first."""
    rows = fetch(connection, _FILED_FOR_DOMAIN, site=site_id, label='%"ill_domain"%', limit=limit)
    return [Filing(*row) for row in rows]


_CALLED_SPAM = """
    SELECT count(*) FROM comments WHERE campaign_id = :campaign AND campaign_id <> ''
    AND site_id = :site AND decided_by = 'moderator' AND status = 'spam'
"""


def called_spam(connection: Connection, site_id: str, campaign_id: str) -> int:
    """How many members of a campaign the site's moderators call spam."""
    [(count,)] = fetch(connection, _CALLED_SPAM, campaign=campaign_id, site=site_id)
    return int(count)
