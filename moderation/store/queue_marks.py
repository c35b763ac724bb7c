"""What waits in a site's queues and lists, in one row each: a tab shows it, and a client that waits for a change compares two of them."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from sqlalchemy.engine import Connection

from moderation.domain.comment import Status
from moderation.store import counts
from moderation.store.sql.dialect import fetch

# The newest held one as well: as many may have come as have gone.
_MARKS = """
    SELECT s.id,
        coalesce((SELECT max(c.id) FROM comments c WHERE c.site_id = s.id AND c.status = 'held'), ''),
        (SELECT count(*) FROM comments c WHERE c.site_id = s.id AND c.first_report <> ''),
        (SELECT count(*) FROM proposals p WHERE p.site_id = s.id AND p.state = 'open'),
        (SELECT count(*) FROM appeals a WHERE a.site_id = s.id AND a.state = 'open'),
        (SELECT count(*) FROM legal_notices n WHERE n.site_id = s.id AND n.state = 'open'),
        (SELECT count(*) FROM samples t WHERE t.site_id = s.id AND t.verdict = '')
    FROM sites s WHERE s.id AMONG :ids
"""


@dataclass(frozen=True, slots=True)
class Marks:
    """Of one site. comments: how many have which status. newest_held: an id, '' for none. reported: comments; proposals, appeals, notices:
    that are open; sampled: of the weekly sample, without a verdict.
    """

    comments: Mapping[Status, int] = field(default_factory=Counter)
    newest_held: str = ""
    reported: int = 0
    proposals: int = 0
    appeals: int = 0
    notices: int = 0
    sampled: int = 0


def of_sites(connection: Connection, site_ids: Collection[str]) -> dict[str, Marks]:
    """The row of each of these sites that is here."""
    by_status = counts.of_sites(connection, site_ids)
    rows = fetch(connection, _MARKS, ids=list(site_ids))
    return {str(row[0]): Marks(by_status[row[0]], *row[1:]) for row in rows}
