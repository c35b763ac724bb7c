"""Campaigns: kept as counts, joined by their members, ruled on by people."""

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from moderation.domain.campaign import Crowd, Ruling
from moderation.domain.decision import Outcome
from moderation.domain.grouping import Lot
from moderation.store import sketches
from moderation.store.dialect import run_listed, upsert
from moderation.store.schema import campaigns


def lots(connection: Connection, campaign_ids: Collection[str]) -> dict[str, Lot]:
    """Campaigns with their members, as grouping wants them."""
    if not campaign_ids:
        return {}
    query = "SELECT * FROM campaigns WHERE id AMONG :ids"
    rows = run_listed(connection, query, "ids", sorted(campaign_ids)).all()
    ruled = rulings_of(connection, campaign_ids)
    found = {}
    for row in rows:
        fixed = bool(row.kept_apart or row.id in ruled)
        lot = Lot(campaign_id=row.id, formed=row.formed_at is not None, fixed=fixed)
        members = sketches.of_campaign(connection, row.id)
        for one in members:
            lot.gathering.add(one.member)
        if len(members) == sketches.MEMBERS:
            lot.gathering.uncounted = max(0, row.comments - len(members))
        lot.gathering.first_at = min(lot.gathering.first_at, row.first_at)
        found[row.id] = lot
    return found


def rulings_of(
    connection: Connection, campaign_ids: Collection[str]
) -> dict[str, dict[str, Outcome]]:
    """By campaign and site: the outcome in force, of those where one is."""
    found: dict[str, dict[str, Outcome]] = {}
    if not campaign_ids:
        return found
    query = """
        SELECT campaign_id, site_id, in_force FROM rulings
        WHERE campaign_id AMONG :ids ORDER BY campaign_id, site_id, sequence
    """
    for row in run_listed(connection, query, "ids", sorted(campaign_ids)):
        of_campaign = found.setdefault(row.campaign_id, {})
        if row.in_force:
            of_campaign[row.site_id] = Outcome(row.in_force)
        else:
            of_campaign.pop(row.site_id, None)
    return {id: by_site for id, by_site in found.items() if by_site}


def ruling(by_site: Mapping[str, Outcome], site_id: str) -> Ruling:
    """What a site's comment meets."""
    others = (outcome for site, outcome in by_site.items() if site != site_id)
    bad = (Outcome.SPAM, Outcome.REJECT)
    return Ruling(by_site.get(site_id, ""), any(outcome in bad for outcome in others))


@dataclass(frozen=True, slots=True)
class Joined:
    """What a batch changes about one campaign. numbers: of those who are new in it."""

    campaign_id: str
    crowd: Crowd
    forms: bool
    formed_before: bool
    numbers: tuple[int, ...]
    absorbed: tuple[str, ...]


_COUNTS = ("comments", "addresses", "names", "networks", "pages", "sites")


def join(connection: Connection, joined: Joined, now: int) -> None:
    """Writes down that comments belong to a campaign; makes it where it is new."""
    sketches.assign(connection, joined.numbers, joined.campaign_id)
    if joined.absorbed:
        ids = sorted(joined.absorbed)
        for table in ("sketches", "comments"):
            query = f"UPDATE {table} SET campaign_id = :into WHERE campaign_id AMONG :ids"  # noqa: S608
            run_listed(connection, query, "ids", ids, into=joined.campaign_id)
        run_listed(connection, "DELETE FROM campaigns WHERE id AMONG :ids", "ids", ids)
    counts = asdict(joined.crowd)
    statement = upsert(
        connection, campaigns, *_COUNTS, "domain", "letters", "share", "first_at", "last_at"
    )
    connection.execute(
        statement.values(
            id=joined.campaign_id, created_at=now, formed_at=None, kept_apart=False, **counts
        )
    )
    if not joined.forms:
        return
    if joined.formed_before and not joined.absorbed:
        query = """
            UPDATE comments SET campaign_id = :campaign
            WHERE id IN (SELECT comment_id FROM sketches WHERE number AMONG :numbers)
        """
        run_listed(connection, query, "numbers", joined.numbers, campaign=joined.campaign_id)
    else:
        _show(connection, joined.campaign_id, now)


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
