"""Finds comments in the order of a queue that is no status: what is reported or proposed, the longest waiting first; of what is
somebody's own what they have claimed, then the latest decision. With a bound to the work, as search.py.
"""

import heapq
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from itertools import islice
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from moderation.domain.queue_names import OWN, REPORTED
from moderation.store import claims, own_comments
from moderation.store.comment_lists import IS_PROPOSED, IS_REPORTED
from moderation.store.search import LOOKED_AT, ROUNDS, Found, listed, rows_past, share_of
from moderation.store.search_conditions import Wanted, meeting
from moderation.store.site_lists import first_of_sites
from moderation.store.sql.dialect import fetch
from moderation.store.sql.schema import comments, proposals

COUNTED = 500  # comments of a queue of which the reasons are counted

_Placed = tuple[str, str]  # a report or a proposal, and its comment


def find_in_queue(connection: Connection, wanted: Wanted, after: str, limit: int) -> Found:
    """Up to `limit` comments past a place, '' from the beginning; what is claimed stands before them, on the first page."""
    if wanted.queue == OWN:
        return _find_own(connection, wanted, after, limit)
    place, found = after, list[_Placed]()
    for _ in range(ROUNDS):
        rows = _next_placed(connection, wanted, place)
        good = set(meeting(connection, wanted, [id for _, id in rows], with_words=True))
        found += [row for row in rows if row[1] in good]
        place = rows[-1][0] if len(rows) == LOOKED_AT else ""
        if not place or len(found) > limit:
            break
    if len(found) > limit:
        place = found[limit - 1][0]
    return Found([id for _, id in found[:limit]], place)


def _next_placed(connection: Connection, wanted: Wanted, after: str) -> list[_Placed]:
    """The next ones of all sites: merged, as each site's are one index in order."""
    query: sa.Select[Any]
    if wanted.queue == REPORTED:
        query = sa.select(comments.c.first_report, comments.c.id).where(IS_REPORTED)
        site = comments.c.site_id
    else:
        query = sa.select(proposals.c.id, proposals.c.comment_id).where(IS_PROPOSED)
        site = proposals.c.site_id
    column = query.selected_columns[0]

    def past(place: str, size: int) -> sa.Select[Any]:
        return query.where(column > place).order_by(column).limit(size)

    def placed_on(site_id: str, first: Sequence[Any]) -> Iterator[_Placed]:
        def read(place: _Placed | None, size: int) -> Sequence[_Placed]:
            rows = connection.execute(past(place[0] if place else after, size).where(site == site_id))  # fmt: skip
            return [(str(place), str(id)) for place, id in rows]

        return rows_past(read, None, share, [(str(place), str(id)) for place, id in first])

    share = share_of(LOOKED_AT, len(wanted.site_ids))
    firsts = first_of_sites(connection, past(after, share), site, wanted.site_ids)
    lists = (placed_on(site_id, rows) for site_id, rows in firsts.items())
    return list(islice(heapq.merge(*lists), LOOKED_AT))


def _find_own(connection: Connection, wanted: Wanted, after: str, limit: int) -> Found:
    def meet(ids: Sequence[str]) -> Collection[str]:
        return meeting(connection, wanted, ids, with_words=True)

    decided, further = own_comments.decided_by(
        connection, wanted.person, wanted.site_ids, after, limit, meet
    )
    claimed = [] if after else claims.of_person(connection, wanted.person)
    good = set(meet(claimed))
    in_order = dict.fromkeys([*(id for id in claimed if id in good), *decided])
    return Found(list(in_order), further)


_REASONS = "SELECT comment_id, code FROM comment_reasons WHERE comment_id AMONG :ids"
_REPORTS = """
    SELECT comment_id, reason FROM reports WHERE comment_id AMONG :ids AND state = 'open'
"""


def count_reasons(connection: Connection, wanted: Wanted) -> Counter[str]:
    """How many comments of a queue have which reason in effect, or of what is reported were reported for it: of its newest COUNTED
    comments.
    """
    seen, _ = listed(connection, wanted, "", COUNTED)
    ids: list[str] = []
    for start in range(0, len(seen), LOOKED_AT):
        ids += meeting(connection, wanted, seen[start : start + LOOKED_AT], with_words=False)
    pairs = {tuple(row) for row in fetch(connection, _REASONS, ids=ids)}
    if wanted.queue == REPORTED:
        pairs |= {tuple(row) for row in fetch(connection, _REPORTS, ids=ids)}
    return Counter(str(code) for _, code in pairs)
