"""What a page's thread depends on, in one row each: whoever waits for a change compares two of them."""

from collections.abc import Collection

from sqlalchemy.engine import Connection

from moderation.store.sql.dialect import fetch

# The numbers of its published comments: one that comes or goes changes the count or the sum of times, a change or a
# pick of one the other sums. All of them stand in one range of comments_of_page.
_OF_ADDRESSES = """
    SELECT a.id, p.id, p.state, p.close_after_days, s.page_state, s.close_after_days,
           count(c.id), sum(c.created_at), sum(c.sequence), sum(c.picked_at)
    FROM page_addresses a
    JOIN pages p ON p.id = a.page_id
    JOIN sites s ON s.id = p.site_id
    LEFT JOIN comments c ON c.page_id = p.id AND c.status = 'approved'
    WHERE a.id AMONG :ids
    GROUP BY a.id, p.id, s.id
"""


def of_addresses(connection: Connection, addresses: Collection[str]) -> dict[str, tuple[str, ...]]:
    """The row of the page at each of these addresses (pages.url_address) that leads to one."""
    rows = fetch(connection, _OF_ADDRESSES, ids=list(addresses))
    return {str(address): tuple(map(str, facts)) for address, *facts in rows}
