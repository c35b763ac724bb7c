"""How many comments a site and its campaigns have by status and by reason: kept by triggers, read and folded here."""

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


_OF_REASONS = sa.text("""
    SELECT code, sum(comments) FROM reason_counts
    WHERE site_id = :site AND status = :status GROUP BY code
""")


def of_reasons(connection: Connection, site_id: str, status: Status) -> Counter[str]:
    """How many comments of a site with this status have which reason code in effect."""
    rows = connection.execute(_OF_REASONS, {"site": site_id, "status": status.value})
    return Counter({code: int(count) for code, count in rows if count})


_KEYS = {"comment_counts": "site_id, campaign_id, status", "reason_counts": "site_id, status, code"}


def fold(connection: Connection) -> None:
    """Makes one row of each count, and none where there is nothing left to count.

    On PostgreSQL each transaction adds rows of its own; SQLite, with its one writer, changes the counts.
    Those of transactions that have not ended cannot be seen, and are folded the next time.
    """
    for table, key in _KEYS.items():
        if connection.dialect.name == "postgresql":
            connection.execute(
                sa.text(f"""
                    WITH finished AS (
                        DELETE FROM {table} WHERE part <> 0 RETURNING {key}, comments
                    )
                    INSERT INTO {table} ({key}, part, comments)
                    SELECT {key}, 0, sum(comments) FROM finished GROUP BY {key} ORDER BY {key}
                    ON CONFLICT ({key}, part)
                    DO UPDATE SET comments = {table}.comments + excluded.comments
                """)  # noqa: S608 - the names stand here
            )
        connection.execute(sa.text(f"DELETE FROM {table} WHERE part = 0 AND comments = 0"))  # noqa: S608
