"""Campaigns as people see them: their counts and members, and what people ruled on them."""

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, replace

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from moderation.domain.campaign import CampaignStats, ClusterCounter
from moderation.domain.similarity import Similarity
from moderation.store import sketches
from moderation.store.sql.dialect import run_listed
from moderation.store.sql.rows import record_of
from moderation.store.sql.schema import campaigns, comment_counts, rulings


@dataclass(frozen=True, slots=True)
class CampaignRecord:
    """A campaign as it is stored. first_seen_at: of its domain, ms; None where unknown."""

    id: str
    created_at: int
    campaign_stats: CampaignStats
    first_seen_at: int | None


@dataclass(frozen=True, slots=True)
class RulingEntry:
    """A decision of a site's moderators about a campaign. outcome: an Outcome, or 'undo'.

    in_force: the outcome for new members from then on, '' none. done: whether it has reached all members.
    reopened_at: since when something new about the campaign asks for another one, ms; None: nothing does.
    held_only: whether it was about the held members alone, which wait with the ruling before it.
    """

    sequence: int
    outcome: str
    in_force: str
    moderator_id: str
    created_at: int
    done: bool
    reopened_at: int | None = None
    held_only: bool = False


_KNOWN = """
    SELECT c.*, d.first_seen_at FROM campaigns c LEFT JOIN domains d ON d.name = c.domain
    WHERE c.formed_at IS NOT NULL AND c.id AMONG :ids
"""
_HERE = """
    EXISTS (SELECT 1 FROM comments m
            WHERE m.campaign_id = c.id AND m.campaign_id <> '' AND m.site_id = :site)
"""
# Campaigns whose last ruling on the site calls them spam or rejects them, and to which nothing new has come since.
_SETTLED = """
    EXISTS (
        SELECT 1 FROM rulings r WHERE r.campaign_id = w.campaign_id AND r.site_id = :site
        AND r.in_force IN ('spam', 'reject') AND r.reopened_at IS NULL AND r.sequence = (
            SELECT max(n.sequence) FROM rulings n
            WHERE n.campaign_id = r.campaign_id AND n.site_id = r.site_id
        )
    )
"""
_HELD = """
    SELECT campaign_id, sum(comments) AS held FROM comment_counts
    WHERE site_id = :site AND status = 'held' AND campaign_id <> ''
    GROUP BY campaign_id HAVING sum(comments) > 0
"""


def _waiting(settled: bool) -> str:
    return f"FROM ({_HELD}) AS w WHERE {'' if settled else 'NOT'} {_SETTLED}"


_LONGEST_WAITING = {
    settled: sa.text(f"""
        SELECT w.campaign_id, (
            SELECT min(id) FROM comments m WHERE m.site_id = :site AND m.status = 'held'
            AND m.campaign_id <> '' AND m.campaign_id = w.campaign_id
        ) AS oldest {_waiting(settled)} ORDER BY oldest LIMIT :limit
    """)  # noqa: S608
    for settled in (False, True)
}
# One comment on a site is shown as the comment that it is.
_WAITING_COUNT = sa.text(f"""
    SELECT count(*) {_waiting(False)} AND (held > 1 OR 1 < (
        SELECT sum(comments) FROM comment_counts t
        WHERE t.site_id = :site AND t.campaign_id = w.campaign_id
    ))
""")  # noqa: S608
_SETTLED_COUNT = sa.text(f"SELECT sum(held) {_waiting(True)}")
_OF_SITE_HERE = "FROM comments WHERE campaign_id = :id AND site_id = :site AND campaign_id <> ''"
_FILED = "status IN ('spam', 'rejected') AND decided_by = 'policy'"
# By which members are asked for.
_MEMBERS = {
    only: sa.text(f"SELECT id {_OF_SITE_HERE} AND id > :after {and_} ORDER BY id LIMIT :limit")
    for only, and_ in (("", ""), ("held", "AND status = 'held'"), ("filed", f"AND {_FILED}"))
}
_FILED_COUNT = sa.text(f"SELECT count(*) {_OF_SITE_HERE} AND {_FILED}")


def newest(connection: Connection, site_id: str, after: str, limit: int) -> list[CampaignRecord]:
    """Campaigns with members on a site, the newest first, past the campaign `after`."""
    id, members = comment_counts.c.campaign_id, sa.func.sum(comment_counts.c.comments)
    query = sa.select(id).where(comment_counts.c.site_id == site_id, id > "")
    if after:
        query = query.where(id < after)
    query = query.group_by(id).having(members > 0).order_by(id.desc()).limit(limit)
    return _known(connection, connection.scalars(query).all())


def with_held_comments(
    connection: Connection, site_id: str, limit: int, *, settled: bool = False
) -> list[CampaignRecord]:
    """Campaigns with comments held on a site, the longest waiting first.

    settled: those whose comments wait with a ruling, and not for one.
    """
    values = {"site": site_id, "limit": limit}
    return _known(connection, connection.scalars(_LONGEST_WAITING[settled], values).all())


def _known(connection: Connection, ids: Sequence[str]) -> list[CampaignRecord]:
    """The campaigns in this order."""
    if not ids:
        return []
    rows = run_listed(connection, _KNOWN, "ids", ids)
    records_by_id = {row.id: _campaign(row) for row in rows}
    return [records_by_id[id] for id in ids if id in records_by_id]


def count_with_held_comments(connection: Connection, site_id: str) -> int:
    """How many campaigns have a comment held on a site that waits for a ruling, and more than that one there."""
    return connection.scalar(_WAITING_COUNT, {"site": site_id}) or 0


def count_settled_comments(connection: Connection, site_id: str) -> int:
    """How many comments are held on a site with a campaign that was ruled on."""
    return int(connection.scalar(_SETTLED_COUNT, {"site": site_id}) or 0)


def get(connection: Connection, campaign_id: str, site_id: str) -> CampaignRecord | None:
    """The campaign, if it has members on the site."""
    query = f"{_KNOWN} AND {_HERE}"
    row = run_listed(connection, query, "ids", [campaign_id], site=site_id).one_or_none()
    return _campaign(row) if row else None


_TOLD_OF = 1_000  # members; a page must be quick
_ON_SITE = sa.text("""
    SELECT count(*) AS comments, count(DISTINCT author_name) AS names, count(DISTINCT page_id) AS pages,
           min(created_at) AS first_at, max(created_at) AS last_at
    FROM (
        SELECT author_name, page_id, created_at FROM comments
        WHERE campaign_id = :id AND site_id = :site AND campaign_id <> '' ORDER BY id DESC LIMIT :limit
    ) AS newest
""")


def stats_on_site(connection: Connection, record: CampaignRecord, site_id: str) -> CampaignStats:
    """What a site's people may know of a campaign: its newest _TOLD_OF members there. Of
    networks and addresses it is not kept whose they were.
    """
    values = {"id": record.id, "site": site_id, "limit": _TOLD_OF}
    here = connection.execute(_ON_SITE, values).one()._mapping
    return replace(record.campaign_stats, addresses=0, networks=0, sites=1, **here)


def member_ids(
    connection: Connection, campaign_id: str, site_id: str, after: str, limit: int, only: str = ""
) -> list[str]:
    """Members on a site past the comment `after`, oldest first.

    only: 'held' for those that are; 'filed' for those that the policy filed, and no person; '' for all.
    """
    values = {"id": campaign_id, "site": site_id, "after": after, "limit": limit}
    return list(connection.scalars(_MEMBERS[only], values))


def count_filed(connection: Connection, campaign_id: str, site_id: str) -> int:
    """How many members on a site the policy filed, and no person."""
    return connection.scalar(_FILED_COUNT, {"id": campaign_id, "site": site_id}) or 0


def _campaign(row: sa.Row[tuple[object, ...]]) -> CampaignRecord:
    return record_of(CampaignRecord, row, campaign_stats=record_of(CampaignStats, row))


_OF_SITE = """
    SELECT * FROM rulings WHERE campaign_id AMONG :ids AND site_id = :site
    ORDER BY campaign_id, sequence
"""


def rulings_on_site(connection: Connection, campaign_id: str, site_id: str) -> list[RulingEntry]:
    """The rulings of a site's moderators on a campaign, first to last."""
    return rulings_by_campaign(connection, [campaign_id], site_id)[campaign_id]


def rulings_by_campaign(
    connection: Connection, campaign_ids: Collection[str], site_id: str
) -> dict[str, list[RulingEntry]]:
    """The rulings of a site's moderators on each campaign, first to last."""
    rulings_of_each: dict[str, list[RulingEntry]] = {id: [] for id in campaign_ids}
    for row in run_listed(connection, _OF_SITE, "ids", campaign_ids, site=site_id):
        rulings_of_each[row.campaign_id].append(record_of(RulingEntry, row))
    return rulings_of_each


def lock(connection: Connection, campaign_id: str) -> bool:
    """Lets nobody else rule on it until the commit; False where there is none."""
    query = sa.select(campaigns.c.id).where(campaigns.c.id == campaign_id).with_for_update()
    return connection.execute(query).first() is not None


def add_ruling(connection: Connection, campaign_id: str, site_id: str, entry: RulingEntry) -> None:
    connection.execute(
        sa.insert(rulings).values(campaign_id=campaign_id, site_id=site_id, **asdict(entry))
    )


def finish_ruling(connection: Connection, campaign_id: str, site_id: str, sequence: int) -> None:
    """The ruling has reached every member."""
    connection.execute(
        sa.update(rulings)
        .where(
            rulings.c.campaign_id == campaign_id,
            rulings.c.site_id == site_id,
            rulings.c.sequence == sequence,
        )
        .values(done=True)
    )


_REOPEN = """
    UPDATE rulings SET reopened_at = :now
    WHERE campaign_id = :campaign AND site_id = :site AND reopened_at IS NULL
"""


def reopen(connection: Connection, campaign_id: str, site_id: str, now: int) -> None:
    """Offers a campaign again that was ruled on: something new about it is held. now: ms.

    Only the last ruling is ever read for it; the next one begins anew.
    """
    connection.execute(sa.text(_REOPEN), {"now": now, "campaign": campaign_id, "site": site_id})


def unfinished_rulings(connection: Connection, before: int) -> list[tuple[str, str]]:
    """Campaign and site of rulings from before `before` (ms) that have not reached every member."""
    query = sa.select(rulings.c.campaign_id, rulings.c.site_id).distinct()
    query = query.where(rulings.c.done.is_(False), rulings.c.created_at < before)
    return [(row.campaign_id, row.site_id) for row in connection.execute(query)]


def split_off(
    connection: Connection, campaign_id: str, new_id: str, comment_ids: Collection[str], now: int
) -> None:
    """Makes a campaign of some of another's members; neither is merged with anything again."""
    row = connection.execute(sa.select(campaigns).where(campaigns.c.id == campaign_id)).one()
    values = {**row._mapping, "id": new_id, "created_at": now, "formed_at": now}
    connection.execute(sa.insert(campaigns).values({**values, "kept_apart": True}))
    for table, column in (("comments", "id"), ("sketches", "comment_id")):
        query = (
            f"UPDATE {table} SET campaign_id = :new"  # noqa: S608 - both names stand here
            f" WHERE campaign_id = :old AND {column} AMONG :ids"
        )
        run_listed(connection, query, "ids", sorted(comment_ids), new=new_id, old=campaign_id)
    connection.execute(
        sa.update(campaigns).where(campaigns.c.id == campaign_id).values(kept_apart=True)
    )
    for id in (campaign_id, new_id):
        recount(connection, id)


_RECOUNTED = 10_000  # members; half a second


def recount(connection: Connection, campaign_id: str) -> None:
    """Counts a campaign again after people took members out of it; deletes one that has none left."""
    counter = ClusterCounter()
    counter.add(sketches.of_campaign(connection, campaign_id, _RECOUNTED))
    if not counter.comments:
        connection.execute(sa.delete(campaigns).where(campaigns.c.id == campaign_id))
        return
    counted = asdict(counter.stats(Similarity(1.0, 0)))
    del counted["letters"], counted["share"]
    connection.execute(sa.update(campaigns).where(campaigns.c.id == campaign_id).values(**counted))


def purge(connection: Connection, before: int, limit: int) -> int:
    """Forgets pairs that never became a campaign and whose last comment is older than `before` (ms)."""
    old = sa.select(campaigns.c.id).where(
        campaigns.c.last_at < before, campaigns.c.formed_at.is_(None)
    )
    ids = connection.scalars(old.limit(limit)).all()
    if not ids:
        return 0
    return run_listed(connection, "DELETE FROM campaigns WHERE id AMONG :ids", "ids", ids).rowcount
