"""How many comments a site and its campaigns have by status and by reason: kept by triggers, read and folded here."""

from collections import Counter
from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from moderation.domain.comment import Status
from moderation.store import reach
from moderation.store.sql.dialect import fetch, run_listed
from moderation.store.sql.schema import comment_reasons, comments

_OF_SITES = """
    SELECT site_id, status, sum(comments) FROM comment_counts
    WHERE site_id AMONG :sites AND campaign_id = '' GROUP BY site_id, status
"""
_OF_CAMPAIGNS = """
    SELECT campaign_id, status, sum(comments) FROM comment_counts
    WHERE site_id = :site AND campaign_id AMONG :ids AND campaign_id <> ''
    GROUP BY campaign_id, status
"""


def of_site(connection: Connection, site_id: str) -> Counter[Status]:
    """How many comments of a site have which status."""
    return of_sites(connection, [site_id])[site_id]


def of_sites(connection: Connection, site_ids: Collection[str]) -> dict[str, Counter[Status]]:
    """How many comments of each of these sites have which status."""
    counts_by_site: dict[str, Counter[Status]] = {id: Counter() for id in site_ids}
    for id, status, count in fetch(connection, _OF_SITES, sites=list(site_ids)):
        if count:
            counts_by_site[id][Status(status)] = int(count)
    return counts_by_site


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


_HELD_IN_CAMPAIGNS = """
    SELECT site_id, sum(comments) FROM comment_counts
    WHERE site_id AMONG :sites AND campaign_id <> '' AND status = 'held' GROUP BY site_id
"""


def held_in_campaigns(connection: Connection, site_ids: Collection[str]) -> dict[str, int]:
    """How many held comments of a campaign there are on each of these sites that has some."""
    rows = fetch(connection, _HELD_IN_CAMPAIGNS, sites=list(site_ids))
    return {str(id): int(count) for id, count in rows if count}


_OF_REASONS = """
    SELECT code, sum(comments) FROM reason_counts
    WHERE site_id AMONG :sites AND status = :status GROUP BY code
"""


def of_reasons(connection: Connection, site_ids: Collection[str], status: Status) -> Counter[str]:
    """How many comments of these sites with this status have which reason code in effect."""
    rows = fetch(connection, _OF_REASONS, sites=list(site_ids), status=status.value)
    return Counter({code: int(count) for code, count in rows if count})


def in_parts(connection: Connection, site_ids: Collection[str], status: Status) -> int:
    """How many comments with this status there are in parts of sites: for what waits, which is not much."""
    query = sa.select(sa.func.count()).select_from(comments)
    return connection.scalar(query.where(*_in_parts(site_ids, status))) or 0


def of_reasons_in_parts(
    connection: Connection, site_ids: Collection[str], status: Status
) -> Counter[str]:
    """How many of them have which reason code."""
    rows = connection.execute(
        sa.select(comment_reasons.c.code, sa.func.count())
        .join(comments, comments.c.id == comment_reasons.c.comment_id)
        .where(*_in_parts(site_ids, status))
        .group_by(comment_reasons.c.code)
    )
    return Counter({code: int(number) for code, number in rows})


def _in_parts(site_ids: Collection[str], status: Status) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        comments.c.site_id.in_(reach.site_ids_of(site_ids)),
        comments.c.status == sa.literal(status.value, literal_execute=True),
        reach.within(comments.c.site_id, comments.c.page_id, site_ids),
    )


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
