"""What a page's thread depends on, in one row each: a client that waits for a change compares two of them."""

from collections.abc import Collection
from typing import NamedTuple

from sqlalchemy.engine import Connection

from moderation.store.sql.dialect import fetch


class SiteFacts(NamedTuple):
    """What all threads of a site depend on. closed_hours, policy_scopes: as in the row of the site. markdown, forewarn, proof_of_work,
    website: as in ReaderRules. closed_at: of the site, ms; None while it is open.
    """

    page_state: str
    close_after_days: int
    closed_hours: str
    policy_scopes: str
    markdown: int
    forewarn: int
    proof_of_work: int
    website: int
    closed_at: int | None


class PageFacts(NamedTuple):
    """What the thread of one page depends on. since: when its age begins, ms; the rest are numbers of its published comments."""

    site_id: str
    id: str
    url: str
    state: str
    close_after_days: int | None
    since: int
    comments: int
    times: int | None
    sequences: int | None
    picks: int | None


# One comment that comes or goes changes the count or the sum of times, a change or a pick of one the other sums. All of
# them are read from the index comments_of_page alone.
_OF_ADDRESSES = """
    SELECT a.id, p.site_id, p.id, p.url, p.state, p.close_after_days, coalesce(p.published_at, p.created_at),
           count(c.id), sum(c.created_at), sum(c.sequence), sum(c.picked_at)
    FROM page_addresses a
    JOIN pages p ON p.id = a.page_id
    LEFT JOIN comments c ON c.page_id = p.id AND c.status = 'approved'
    WHERE a.id AMONG :ids
    GROUP BY a.id, p.id
"""
_OF_SITES = """
    SELECT id, page_state, close_after_days, closed_hours_json, policy_scopes_json, markdown, forewarn,
        proof_of_work, website, closed_at
    FROM sites
"""


def of_addresses(connection: Connection, addresses: Collection[str]) -> dict[str, PageFacts]:
    """Of the page at each of these addresses (pages.url_address) that leads to one."""
    rows = fetch(connection, _OF_ADDRESSES, ids=list(addresses))
    return {address: PageFacts(*facts) for address, *facts in rows}


def of_sites(connection: Connection) -> dict[str, SiteFacts]:
    """Of every site."""
    return {id: SiteFacts(*facts) for id, *facts in fetch(connection, _OF_SITES)}
