"""What the counts of a site's queues depend on, in one row each: whoever waits for a change compares two of them."""

from collections import defaultdict
from collections.abc import Collection

from sqlalchemy.engine import Connection

from moderation.store.sql.dialect import fetch

_COUNTS = """
    SELECT site_id, status, sum(comments) FROM comment_counts
    WHERE site_id AMONG :ids AND campaign_id = '' GROUP BY site_id, status ORDER BY site_id, status
"""
# The newest held one as well: as many may have come as have gone.
_OTHERS = """
    SELECT s.id,
        (SELECT max(c.id) FROM comments c WHERE c.site_id = s.id AND c.status = 'held'),
        (SELECT count(*) FROM comments c WHERE c.site_id = s.id AND c.first_report <> ''),
        (SELECT count(*) FROM appeals a WHERE a.site_id = s.id AND a.state = 'open'),
        (SELECT count(*) FROM legal_notices n WHERE n.site_id = s.id AND n.state = 'open'),
        (SELECT count(*) FROM proposals p WHERE p.site_id = s.id AND p.state = 'open'),
        (SELECT count(*) FROM samples t WHERE t.site_id = s.id AND t.verdict = '')
    FROM sites s WHERE s.id AMONG :ids
"""
Marks = tuple[object, ...]


def of_sites(connection: Connection, site_ids: Collection[str]) -> dict[str, Marks]:
    """The row of each of these sites that is here."""
    counts: dict[str, list[object]] = defaultdict(list)
    for site_id, status, count in fetch(connection, _COUNTS, ids=list(site_ids)):
        counts[str(site_id)].append((status, int(count)))
    others = fetch(connection, _OTHERS, ids=list(site_ids))
    return {str(site_id): (*facts, *counts[str(site_id)]) for site_id, *facts in others}
