"""What members of campaigns link to and come from, with what was decided about them."""

from collections import defaultdict
from collections.abc import Collection
from typing import NamedTuple

from sqlalchemy.engine import Connection

from moderation.domain.clustering import Cluster
from moderation.domain.comment import Status
from moderation.store.sql.dialect import fetch

_READ = 10_000  # members of one campaign; the newest


class MemberSource(NamedTuple):
    """A member of a campaign, as it stands.

    targets: link targets and contacts. address, network: hashes, 0 unknown. author_key: '' for an
    author who is not proved. decided_at: ms; decided_with: the campaign whose ruling decided it, '' none;
    ruling: the ruling's sequence, 0 none.
    """

    comment_id: str
    targets: frozenset[str]
    address: int
    network: int
    author_key: str
    status: Status
    decided_by: str
    decided_at: int
    decided_with: str
    ruling: int


_MEMBERS = """
    SELECT s.comment_id, s.domains, s.address, s.network, coalesce(p.author_key, ''),
        c.status, c.decided_by, coalesce(d.created_at, 0), coalesce(d.campaign_id, ''), coalesce(d.ruling, 0)
    FROM sketches s JOIN comments c ON c.id = s.comment_id
    LEFT JOIN decisions d ON d.comment_id = c.id AND d.sequence = c.sequence
    LEFT JOIN personal p ON p.comment_id = c.id
    WHERE s.campaign_id = :campaign AND s.campaign_id <> '' AND c.site_id = :site
    ORDER BY s.number DESC LIMIT :limit
"""


def members_of(connection: Connection, campaign_id: str, site_id: str) -> list[MemberSource]:
    """The members of a campaign on a site that are still remembered, newest first."""
    rows = fetch(connection, _MEMBERS, campaign=campaign_id, site=site_id, limit=_READ)
    return [
        MemberSource(
            comment_id,
            frozenset(domains.split()),
            address,
            network,
            author,
            Status(status),
            *decided,
        )
        for comment_id, domains, address, network, author, status, *decided in rows
    ]


class DecidedTargets(NamedTuple):
    """The link targets of a member of a cluster that is published, or that people called spam."""

    site_id: str
    status: Status
    targets: tuple[str, ...]


# What people decided, and what anybody published.
_DECIDED = """
    FROM sketches s JOIN comments c ON c.id = s.comment_id WHERE s.domains <> ''
    AND (c.status = 'approved' OR (c.decided_by = 'moderator' AND c.status IN ('spam', 'rejected')))
"""
_OF_CAMPAIGNS = f"""
    SELECT DISTINCT s.campaign_id, c.site_id, c.status, s.domains {_DECIDED}
    AND s.campaign_id AMONG :ids AND s.campaign_id <> ''
"""
_OF_SINGLES = f"""
    SELECT s.number, c.site_id, c.status, s.domains {_DECIDED} AND s.number AMONG :numbers
"""


def decided_targets(
    connection: Connection, clusters: Collection[Cluster]
) -> list[list[DecidedTargets]]:
    """What the decided members of each cluster link to, in the order of the clusters."""
    ids_by_cluster = [{cluster.campaign_id, *cluster.absorbed} - {""} for cluster in clusters]
    ids = sorted(set().union(*ids_by_cluster))
    numbers = sorted({number for cluster in clusters for number in cluster.adopted})
    rows = fetch(connection, _OF_CAMPAIGNS, ids=ids) if ids else []
    if numbers:
        rows += fetch(connection, _OF_SINGLES, numbers=numbers)
    # By campaign id, or by the number of a comment that was in no campaign.
    decided: dict[object, list[DecidedTargets]] = defaultdict(list)
    for id_or_number, site_id, status, domains in rows:
        decided[id_or_number].append(
            DecidedTargets(site_id, Status(status), tuple(domains.split()))
        )
    return [
        [each for key in (*ids_of_cluster, *cluster.adopted) for each in decided.get(key, ())]
        for ids_of_cluster, cluster in zip(ids_by_cluster, clusters, strict=True)
    ]


_LED_TO = """
    SELECT DISTINCT campaign_id, site, domains FROM sketches
    WHERE campaign_id AMONG :ids AND campaign_id <> '' AND domains <> ''
"""


def targets_by_site(
    connection: Connection, campaign_ids: Collection[str]
) -> dict[tuple[str, int], set[str]]:
    """What the members of campaigns link to, by campaign and by the short hash of the site."""
    targets: dict[tuple[str, int], set[str]] = defaultdict(set)
    if campaign_ids:
        for campaign_id, site, domains in fetch(connection, _LED_TO, ids=sorted(campaign_ids)):
            targets[campaign_id, site].update(domains.split())
    return targets


_PUBLISHED = """
    SELECT s.number FROM sketches s JOIN comments c ON c.id = s.comment_id
    WHERE s.number AMONG :numbers AND c.status = 'approved' AND c.decided_by = 'policy'
"""


def published_by_policy(connection: Connection, numbers: Collection[int]) -> set[int]:
    """Those of the comments with these numbers in the index that no person decided, and that stand."""
    if not numbers:
        return set()
    return {number for (number,) in fetch(connection, _PUBLISHED, numbers=sorted(numbers))}


_STATUSES = """
    SELECT s.number, c.status FROM sketches s JOIN comments c ON c.id = s.comment_id
    WHERE s.number AMONG :numbers
"""


def statuses_of(connection: Connection, numbers: Collection[int]) -> dict[int, Status]:
    """How the comments with these numbers in the index stand."""
    if not numbers:
        return {}
    rows = fetch(connection, _STATUSES, numbers=sorted(numbers))
    return {number: Status(status) for number, status in rows}
