"""How many comments a site and its campaigns have in each status: kept by triggers, read and folded here."""

from collections import Counter
from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from moderation.domain.comment import Status
from moderation.store.sql.dialect import run_listed

_OF_SITE = sa.text("""
    SELECT status, sum(comments) FROM comment_counts
    WHERE site_id = :site AND campaign_id = '' GROUP BY status
""")
_OF_CAMPAIGNS = """
    SELECT campaign_id, status, sum(comments) FROM comment_counts
    WHERE site_id = :site AND campaign_id AMONG :ids AND campaign_id <> ''
    GROUP BY campaign_id, status
"""


def of_site(connection: Connection, site_id: str) -> Counter[Status]:
    """How many comments of a site have which status."""
    rows = connection.execute(_OF_SITE, {"site": site_id})
    return Counter({Status(status): int(count) for status, count in rows if count})


def of_campaigns(
    connection: Connection, site_id: str, campaign_ids: Collection[str]
) -> dict[str, Counter[Status]]:
    """How many members of each of these campaigns on a site have which status."""
    counts_by_campaign: dict[str, Counter[Status]] = {id: Counter() for id in campaign_ids}
    for id, status, count in run_listed(
        connection, _OF_CAMPAIGNS, "ids", campaign_ids, site=site_id
    ):
        if count:
            counts_by_campaign[id][Status(status)] = int(count)
    return counts_by_campaign


# The changes of finished transactions; those of others cannot be seen, and are folded the next time.
_FOLD = sa.text("""
    WITH finished AS (
        DELETE FROM comment_counts WHERE part <> 0
        RETURNING site_id, campaign_id, status, comments
    )
    INSERT INTO comment_counts (site_id, campaign_id, status, part, comments)
    SELECT site_id, campaign_id, status, 0, sum(comments) FROM finished
    GROUP BY site_id, campaign_id, status ORDER BY site_id, campaign_id, status
    ON CONFLICT (site_id, campaign_id, status, part)
    DO UPDATE SET comments = comment_counts.comments + excluded.comments
""")
_FORGET_ZEROS = sa.text("DELETE FROM comment_counts WHERE part = 0 AND comments = 0")


def fold(connection: Connection) -> None:
    """Makes one row of each count, and none where there is nothing left to count.

    On PostgreSQL each transaction adds rows of its own; SQLite, with its one writer, changes the counts.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(_FOLD)
    connection.execute(_FORGET_ZEROS)
