"""Campaigns: kept as counts, joined by their members, ruled on by people."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from moderation.domain.campaign import (
    COUNTED_FIELDS,
    CampaignStats,
    ClusterCounter,
    Similarity,
)
from moderation.domain.clustering import Cluster
from moderation.domain.comment import Status
from moderation.store import sketches
from moderation.store.sql.dialect import execute, fetch, run_listed, upsert_rows
from moderation.store.sql.schema import campaigns, rulings

_LOTS = f"""
    SELECT id, formed_at, kept_apart, first_at, {", ".join(COUNTED_FIELDS)}
    FROM campaigns WHERE id AMONG :ids
"""  # noqa: S608 - the names stand in the domain


def lots(
    connection: Connection,
    campaign_ids: Collection[str],
    ruled: Mapping[str, Mapping[str, str]],
) -> dict[str, Cluster]:
    """Campaigns with their members, as grouping wants them. ruled: their rulings."""
    found: dict[str, Cluster] = {}
    if not campaign_ids:
        return found
    for id, formed_at, kept_apart, first_at, *counts in fetch(
        connection, _LOTS, ids=sorted(campaign_ids)
    ):
        fixed = bool(kept_apart or any(ruled.get(id, {}).values()))
        lot = Cluster(campaign_id=id, formed=formed_at is not None, fixed=fixed)
        members = sketches.of_campaign(connection, id)
        lot.gathering.add(members)
        if len(members) == sketches.MEMBERS:
            lot.gathering.know(dict(zip(COUNTED_FIELDS, counts, strict=True)))
        lot.gathering.first_at = min(lot.gathering.first_at, first_at)
        found[id] = lot
    return found


def rulings_of(connection: Connection, campaign_ids: Collection[str]) -> dict[str, dict[str, str]]:
    """By campaign and site, of those that were ruled on: the outcome in force, '' for none."""
    found: dict[str, dict[str, str]] = {}
    if not campaign_ids:
        return found
    query = """
        SELECT campaign_id, site_id, in_force FROM rulings
        WHERE campaign_id AMONG :ids ORDER BY campaign_id, site_id, sequence
    """
    for campaign_id, site_id, in_force in fetch(connection, query, ids=sorted(campaign_ids)):
        found.setdefault(campaign_id, {})[site_id] = in_force
    return found


_TOLD = """
    SELECT DISTINCT campaign_id, site_id, status FROM comments
    WHERE campaign_id AMONG :ids AND campaign_id <> '' AND decided_by = 'moderator'
"""
_REMEMBERED = """
    FROM sketches s JOIN comments c ON c.id = s.comment_id WHERE c.decided_by = 'moderator'
"""
_TOLD_BEFORE = f"""
    SELECT DISTINCT s.campaign_id, c.site_id, c.status {_REMEMBERED}
    AND s.campaign_id AMONG :ids AND s.campaign_id <> ''
"""
_TOLD_OF_SINGLES = f"SELECT s.number, c.site_id, c.status {_REMEMBERED} AND s.number AMONG :numbers"


def told(connection: Connection, some: Collection[Cluster]) -> list[set[tuple[str, str]]]:
    """What people said of single members of each lot: sites, with the status they gave one."""
    names = [{lot.campaign_id, *lot.absorbed} - {""} for lot in some]
    ids = sorted(set().union(*names))
    # Members of what becomes a campaign only now do not bear its name yet.
    nameless = [
        one
        for own, lot in zip(names, some, strict=True)
        if lot.absorbed or not lot.formed
        for one in own
    ]
    singles = sorted({number for lot in some for number in lot.adopted})
    found: dict[object, set[tuple[str, str]]] = defaultdict(set)
    rows = fetch(connection, _TOLD, ids=ids) if ids else []
    if nameless:
        rows += fetch(connection, _TOLD_BEFORE, ids=nameless)
    if singles:
        rows += fetch(connection, _TOLD_OF_SINGLES, numbers=singles)
    for whose, site_id, status in rows:
        found[whose].add((site_id, status))
    return [
        {word for one in (*own, *lot.adopted) for word in found.get(one, ())}
        for own, lot in zip(names, some, strict=True)
    ]


@dataclass(frozen=True, slots=True)
class MemberJoin:
    """What a batch changes about one campaign. numbers: of those who are new in it."""

    campaign_id: str
    crowd: CampaignStats
    forms: bool
    formed_before: bool
    numbers: tuple[int, ...]
    absorbed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CampaignRecord:
    """A campaign as it is stored. first_seen_at: of its place, None unknown."""

    id: str
    created_at: int
    crowd: CampaignStats
    first_seen_at: int | None


@dataclass(frozen=True, slots=True)
class RulingEntry:
    """One line of what a site's people said of a campaign. outcome: an Outcome, or 'undo'.

    in_force: what its new members meet from then on, '' nothing. done: whether it reached them all.
    """

    sequence: int
    outcome: str
    in_force: str
    moderator_id: str
    created_at: int
    done: bool


_KNOWN = """
    SELECT c.*, d.first_seen_at FROM campaigns c LEFT JOIN domains d ON d.name = c.domain
    WHERE c.formed_at IS NOT NULL
"""
_HERE = "EXISTS (SELECT 1 FROM comments m WHERE m.campaign_id = c.id AND m.site_id = :site)"
_NEWEST = sa.text(
    f"{_KNOWN} AND {_HERE} AND (:after = '' OR c.id < :after) ORDER BY c.id DESC LIMIT :limit"
)
_WAITING = sa.text("""
    SELECT campaign_id, count(*) AS held FROM comments
    WHERE site_id = :site AND status = 'held' AND campaign_id <> ''
    GROUP BY campaign_id ORDER BY min(id) LIMIT :limit
""")
_WAITING_COUNT = sa.text("""
    SELECT count(DISTINCT campaign_id) FROM comments
    WHERE site_id = :site AND status = 'held' AND campaign_id <> ''
""")
_COUNTED = sa.text("""
    SELECT status, count(*) FROM comments
    WHERE campaign_id = :id AND site_id = :site AND campaign_id <> '' GROUP BY status
""")
_MEMBERS = sa.text("""
    SELECT id FROM comments
    WHERE campaign_id = :id AND site_id = :site AND campaign_id <> '' AND id > :after
    ORDER BY id LIMIT :limit
""")


def newest(connection: Connection, site_id: str, after: str, limit: int) -> list[CampaignRecord]:
    """Campaigns with members on a site, the newest first, past the campaign `after`."""
    rows = connection.execute(_NEWEST, {"site": site_id, "after": after, "limit": limit})
    return [_known(row) for row in rows]


def waiting(connection: Connection, site_id: str, limit: int) -> list[CampaignRecord]:
    """Campaigns of which something is held on a site, what waits longest first."""
    rows = connection.execute(_WAITING, {"site": site_id, "limit": limit})
    ids = [row.campaign_id for row in rows]
    if not ids:
        return []
    found = run_listed(connection, f"{_KNOWN} AND c.id AMONG :ids", "ids", ids)
    return sorted((_known(row) for row in found), key=lambda one: ids.index(one.id))


def count_waiting(connection: Connection, site_id: str) -> int:
    """Of how many campaigns something is held on a site."""
    return connection.scalar(_WAITING_COUNT, {"site": site_id}) or 0


def one(connection: Connection, campaign_id: str, site_id: str) -> CampaignRecord | None:
    """The campaign, if it has members on the site."""
    rows = run_listed(
        connection, f"{_KNOWN} AND {_HERE} AND c.id AMONG :ids", "ids", [campaign_id], site=site_id
    )
    row = rows.one_or_none()
    return _known(row) if row else None


def counts(connection: Connection, campaign_id: str, site_id: str) -> dict[Status, int]:
    """How many of its members on a site have which status."""
    rows = connection.execute(_COUNTED, {"id": campaign_id, "site": site_id})
    return {Status(status): count for status, count in rows}


def member_ids(
    connection: Connection, campaign_id: str, site_id: str, after: str, limit: int
) -> list[str]:
    """Members on a site past the comment `after`, oldest first."""
    given = {"id": campaign_id, "site": site_id, "after": after, "limit": limit}
    return list(connection.scalars(_MEMBERS, given))


def _known(row: sa.Row[tuple[object, ...]]) -> CampaignRecord:
    crowd = CampaignStats(
        **{name: getattr(row, name) for name in COUNTED_FIELDS},
        domain=row.domain,
        letters=row.letters,
        share=row.share,
        first_at=row.first_at,
        last_at=row.last_at,
    )
    return CampaignRecord(row.id, row.created_at, crowd, row.first_seen_at)


_OF_SITE = (
    sa.select(rulings)
    .where(
        rulings.c.campaign_id == sa.bindparam("campaign"), rulings.c.site_id == sa.bindparam("site")
    )
    .order_by(rulings.c.sequence)
)


def rulings_here(connection: Connection, campaign_id: str, site_id: str) -> list[RulingEntry]:
    """What a site's people said of a campaign, first to last."""
    rows = connection.execute(_OF_SITE, {"campaign": campaign_id, "site": site_id})
    return [
        RulingEntry(
            row.sequence, row.outcome, row.in_force, row.moderator_id, row.created_at, row.done
        )
        for row in rows
    ]


def lock(connection: Connection, campaign_id: str) -> bool:
    """Lets nobody else rule on it until the commit; False where there is none."""
    query = sa.select(campaigns.c.id).where(campaigns.c.id == campaign_id).with_for_update()
    return connection.execute(query).first() is not None


def rule(connection: Connection, campaign_id: str, site_id: str, entry: RulingEntry) -> None:
    connection.execute(
        sa.insert(rulings).values(campaign_id=campaign_id, site_id=site_id, **asdict(entry))
    )


def ruled(connection: Connection, campaign_id: str, site_id: str, sequence: int) -> None:
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


def unfinished(connection: Connection, before: int) -> list[tuple[str, str]]:
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
    """Counts a campaign anew after people took members out of it; one without any is no more."""
    gathering = ClusterCounter()
    gathering.add(sketches.of_campaign(connection, campaign_id, _RECOUNTED))
    if not gathering.comments:
        connection.execute(sa.delete(campaigns).where(campaigns.c.id == campaign_id))
        return
    counted = asdict(gathering.crowd(Similarity(1.0, 0)))
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


def join(connection: Connection, joined: Sequence[MemberJoin], now: int) -> None:
    """Writes down which comments belong to which campaigns; makes those that are new. joined: by their ids."""
    sketches.assign(
        connection, {number: one.campaign_id for one in joined for number in one.numbers}
    )
    for one in joined:
        if one.absorbed:
            _absorb(connection, one)
    rows = [
        {"id": one.campaign_id, "created_at": now, "formed_at": None, "kept_apart": False}
        | {name: getattr(one.crowd, name) for name in _CHANGED}
        for one in joined
    ]
    upsert_rows(connection, campaigns, rows, *_CHANGED)
    for one in joined:
        if one.forms and one.formed_before and not one.absorbed:
            query = """
                UPDATE comments SET campaign_id = :campaign
                WHERE id IN (SELECT comment_id FROM sketches WHERE number AMONG :numbers)
            """
            execute(connection, query, numbers=list(one.numbers), campaign=one.campaign_id)
        elif one.forms:
            _show(connection, one.campaign_id, now)


_CHANGED = (*COUNTED_FIELDS, "domain", "letters", "share", "first_at", "last_at")


def _absorb(connection: Connection, joined: MemberJoin) -> None:
    """The members of campaigns that turned out to be this one are its own."""
    ids = sorted(joined.absorbed)
    for table in ("sketches", "comments"):
        query = f"UPDATE {table} SET campaign_id = :into WHERE campaign_id AMONG :ids"  # noqa: S608
        run_listed(connection, query, "ids", ids, into=joined.campaign_id)
    run_listed(connection, "DELETE FROM campaigns WHERE id AMONG :ids", "ids", ids)


_FORMED = sa.text("UPDATE campaigns SET formed_at = :now WHERE id = :id AND formed_at IS NULL")
_SHOWN = sa.text("""
    UPDATE comments SET campaign_id = :id WHERE id IN (
        SELECT comment_id FROM sketches WHERE campaign_id = :id AND campaign_id <> ''
    )
""")


def _show(connection: Connection, campaign_id: str, now: int) -> None:
    """People see it from now on, with all its members."""
    connection.execute(_FORMED, {"id": campaign_id, "now": now})
    connection.execute(_SHOWN, {"id": campaign_id})
