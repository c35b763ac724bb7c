"""Campaigns as judging needs them: loaded as clusters, and joined by the comments of a batch."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.engine import Connection

from moderation.domain.campaign import COUNTED_FIELDS, CampaignStats
from moderation.domain.clustering import Cluster
from moderation.store import sketches
from moderation.store.sql.dialect import execute, fetch, run_listed, upsert_rows
from moderation.store.sql.schema import campaigns

_CLUSTERS = f"""
    SELECT id, formed_at, kept_apart, first_at, {", ".join(COUNTED_FIELDS)}
    FROM campaigns WHERE id AMONG :ids
"""  # noqa: S608 - the names stand in the domain


def clusters_of(
    connection: Connection, campaign_ids: Collection[str], rulings: Mapping[str, Mapping[str, str]]
) -> dict[str, Cluster]:
    """Campaigns with their members, by id. rulings: as rulings_of has them."""
    clusters: dict[str, Cluster] = {}
    if not campaign_ids:
        return clusters
    for id, formed_at, kept_apart, first_at, *counts in fetch(
        connection, _CLUSTERS, ids=sorted(campaign_ids)
    ):
        fixed = bool(kept_apart or any(rulings.get(id, {}).values()))
        cluster = Cluster(campaign_id=id, formed=formed_at is not None, fixed=fixed)
        members = sketches.of_campaign(connection, id)
        cluster.counter.add(members)
        if len(members) == sketches.MEMBERS:
            cluster.counter.add_earlier_counts(dict(zip(COUNTED_FIELDS, counts, strict=True)))
        cluster.counter.first_at = min(cluster.counter.first_at, first_at)
        clusters[id] = cluster
    return clusters


def rulings_of(connection: Connection, campaign_ids: Collection[str]) -> dict[str, dict[str, str]]:
    """The outcome in force by campaign and site, of those that were ruled on; '' for none."""
    outcomes: dict[str, dict[str, str]] = {}
    if not campaign_ids:
        return outcomes
    query = """
        SELECT campaign_id, site_id, in_force FROM rulings
        WHERE campaign_id AMONG :ids ORDER BY campaign_id, site_id, sequence
    """
    for campaign_id, site_id, in_force in fetch(connection, query, ids=sorted(campaign_ids)):
        outcomes.setdefault(campaign_id, {})[site_id] = in_force
    return outcomes


_OF_CAMPAIGNS = """
    SELECT DISTINCT campaign_id, site_id, status FROM comments
    WHERE campaign_id AMONG :ids AND campaign_id <> '' AND decided_by = 'moderator'
"""
_OF_SKETCHES = """
    FROM sketches s JOIN comments c ON c.id = s.comment_id WHERE c.decided_by = 'moderator'
"""
_OF_UNNAMED_MEMBERS = f"""
    SELECT DISTINCT s.campaign_id, c.site_id, c.status {_OF_SKETCHES}
    AND s.campaign_id AMONG :ids AND s.campaign_id <> ''
"""
_OF_SINGLES = f"SELECT s.number, c.site_id, c.status {_OF_SKETCHES} AND s.number AMONG :numbers"


def member_decisions(
    connection: Connection, clusters: Collection[Cluster]
) -> list[set[tuple[str, str]]]:
    """What people decided about single members of each cluster: sites, with the status they gave one."""
    campaign_ids = [{cluster.campaign_id, *cluster.absorbed} - {""} for cluster in clusters]
    ids = sorted(set().union(*campaign_ids))
    # Members of what becomes a campaign only now do not bear its id yet.
    unnamed = [
        id
        for ids_of_cluster, cluster in zip(campaign_ids, clusters, strict=True)
        if cluster.absorbed or not cluster.formed
        for id in ids_of_cluster
    ]
    singles = sorted({number for cluster in clusters for number in cluster.adopted})
    rows = fetch(connection, _OF_CAMPAIGNS, ids=ids) if ids else []
    if unnamed:
        rows += fetch(connection, _OF_UNNAMED_MEMBERS, ids=unnamed)
    if singles:
        rows += fetch(connection, _OF_SINGLES, numbers=singles)
    # By campaign id, or by the number of a comment that was in no campaign.
    decided: dict[object, set[tuple[str, str]]] = defaultdict(set)
    for id_or_number, site_id, status in rows:
        decided[id_or_number].add((site_id, status))
    return [
        set().union(*(decided.get(key, ()) for key in (*ids_of_cluster, *cluster.adopted)))
        for ids_of_cluster, cluster in zip(campaign_ids, clusters, strict=True)
    ]


@dataclass(frozen=True, slots=True)
class MemberJoin:
    """What a batch changes about one campaign.

    campaign_stats: its counts from now on. forms: whether it is a campaign that people see. formed_before: whether
    it was one already. numbers: of its new members. absorbed: ids of campaigns that are part of it now.
    """

    campaign_id: str
    campaign_stats: CampaignStats
    forms: bool
    formed_before: bool
    numbers: tuple[int, ...]
    absorbed: tuple[str, ...]


_CHANGED = (*COUNTED_FIELDS, "domain", "letters", "share", "first_at", "last_at")


def join(connection: Connection, joins: Sequence[MemberJoin], now: int) -> None:
    """Records which comments belong to which campaigns; adds those that are new. joins: by campaign id."""
    sketches.assign(
        connection,
        {
            number: member_join.campaign_id
            for member_join in joins
            for number in member_join.numbers
        },
    )
    for member_join in joins:
        if member_join.absorbed:
            _absorb(connection, member_join)
    rows = [
        {"id": member_join.campaign_id, "created_at": now, "formed_at": None, "kept_apart": False}
        | {name: getattr(member_join.campaign_stats, name) for name in _CHANGED}
        for member_join in joins
    ]
    upsert_rows(connection, campaigns, rows, *_CHANGED)
    for member_join in joins:
        if member_join.forms and member_join.formed_before and not member_join.absorbed:
            query = """
                UPDATE comments SET campaign_id = :campaign
                WHERE id IN (SELECT comment_id FROM sketches WHERE number AMONG :numbers)
            """
            execute(
                connection,
                query,
                numbers=list(member_join.numbers),
                campaign=member_join.campaign_id,
            )
        elif member_join.forms:
            _show(connection, member_join.campaign_id, now)


def _absorb(connection: Connection, member_join: MemberJoin) -> None:
    """The members of campaigns that turned out to be this one become its own."""
    ids = sorted(member_join.absorbed)
    for table in ("sketches", "comments"):
        query = f"UPDATE {table} SET campaign_id = :into WHERE campaign_id AMONG :ids"  # noqa: S608 - two tables of ours
        run_listed(connection, query, "ids", ids, into=member_join.campaign_id)
    run_listed(connection, "DELETE FROM campaigns WHERE id AMONG :ids", "ids", ids)


_FORMED = "UPDATE campaigns SET formed_at = :now WHERE id = :id AND formed_at IS NULL"
_SHOWN = """
    UPDATE comments SET campaign_id = :id WHERE id IN (
        SELECT comment_id FROM sketches WHERE campaign_id = :id AND campaign_id <> ''
    )
"""


def _show(connection: Connection, campaign_id: str, now: int) -> None:
    """People see the campaign from now on, with all its members."""
    execute(connection, _FORMED, id=campaign_id, now=now)
    execute(connection, _SHOWN, id=campaign_id)
