"""Finds held comments in the order of their urgency or of a score, with a bound to the work.

Like search.py, from one of two lists: where the conditions leave few comments these are all put in order, else the
ranks are followed, in which what is common is found soon.
"""

import heapq
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from moderation.domain.errors import Invalid
from moderation.domain.order import NEWEST, URGENCY
from moderation.store.search import LOOKED_AT, ROUNDS, Found, find, rows_past, share_of
from moderation.store.search_conditions import Wanted, meeting
from moderation.store.site_lists import first_of_sites
from moderation.store.sql.schema import comments, held_scores

FEW = 600  # as many as find() looks at

_Ranked = tuple[int, str]  # a comment and its rank, smaller before larger
_PLACE = re.compile(
    r"(-?[0-9]{1,18})(?:\.(.*))?"
)  # of _spelled(); the largest rank has 18 digits at most


def find_ranked(connection: Connection, wanted: Wanted, after: str, limit: int) -> Found:
    """Up to `limit` comments past a place, '' from the beginning. Raises Invalid for a place that cannot be."""
    place = _place(after)
    few = _few(connection, wanted, place) if wanted.is_narrow else None
    if few is not None:
        return _page(few, limit, "")
    found: list[_Ranked] = []
    is_bare = _is_bare(wanted)
    size = limit + 1 if is_bare else LOOKED_AT
    for _ in range(1 if is_bare else ROUNDS):
        ranked = _next_ranked(connection, wanted, place, size)
        good = set(meeting(connection, wanted, [id for _, id in ranked], with_words=True))
        found += [each for each in ranked if each[1] in good]
        if len(ranked) < size:
            return _page(found, limit, "")
        place = ranked[-1]
        if len(found) > limit:
            break
    return _page(found, limit, _spelled(place) if place else "")


def _is_bare(wanted: Wanted) -> bool:
    """Whether all that the ranks list meets it."""
    return wanted.is_bare and (not wanted.alone or wanted.order == URGENCY)


def _page(found: Sequence[_Ranked], limit: int, after: str) -> Found:
    """after: where the search goes on past all of them, '' nowhere."""
    if len(found) > limit:
        after = _spelled(found[limit - 1])
    return Found([id for _, id in found[:limit]], after)


def _few(connection: Connection, wanted: Wanted, place: _Ranked | None) -> list[_Ranked] | None:
    """All that are past the place, in order; None where they may be many."""
    found = find(connection, replace(wanted, order=NEWEST), "", FEW)
    if found.after:
        return None
    query = _ranks(wanted)
    id = query.selected_columns[1]
    rows = connection.execute(query.where(id.in_(found.ids)))
    ranked = sorted((int(rank), str(id)) for rank, id in rows)
    return [each for each in ranked if place is None or each > place]


def _next_ranked(
    connection: Connection, wanted: Wanted, place: _Ranked | None, size: int
) -> list[_Ranked]:
    """The next ones of all sites: merged, as each site's ranks are one index in order."""
    query, site = _ranks(wanted), _site_of(wanted)
    rank, id = query.selected_columns
    if wanted.order == URGENCY and wanted.alone:
        query = query.where(comments.c.campaign_id == sa.literal_column("''"))

    def past(place: _Ranked | None, size: int) -> sa.Select[_Ranked]:
        is_past = (rank >= place[0], sa.or_(rank > place[0], id > place[1])) if place else ()
        return query.where(*is_past).order_by(rank, id).limit(size)

    def ranked_on(site_id: str, first: Sequence[_Ranked]) -> Iterator[_Ranked]:
        def read(place: _Ranked | None, size: int) -> Sequence[_Ranked]:
            return _ranked(connection.execute(past(place, size).where(site == site_id)))

        return rows_past(read, place, share, first)

    share = share_of(size, len(wanted.site_ids))
    firsts = first_of_sites(connection, past(place, share), site, wanted.site_ids)
    lists = (ranked_on(site_id, _ranked(rows)) for site_id, rows in firsts.items())
    return list(islice(heapq.merge(*lists), size))


def _ranked(rows: Iterable[Any]) -> list[_Ranked]:
    return [(int(rank), str(id)) for rank, id in rows]


def _site_of(wanted: Wanted) -> sa.ColumnElement[str]:
    return (comments if wanted.order == URGENCY else held_scores).c.site_id


def _ranks(wanted: Wanted) -> sa.Select[tuple[int, str]]:
    """The rank and the id of every held comment that has one."""
    if wanted.order == URGENCY:
        held = sa.literal("held", literal_execute=True)
        return sa.select(comments.c.urgent_at, comments.c.id).where(comments.c.status == held)
    ranks = sa.select(held_scores.c.rank, held_scores.c.comment_id).where(
        held_scores.c.label == wanted.order
    )
    if wanted.score and wanted.score[0] == wanted.order:
        ranks = ranks.where(held_scores.c.rank.between(*wanted.score[1:]))
    return ranks


def _spelled(place: _Ranked) -> str:
    return f"{place[0]}.{place[1]}"


def _place(after: str) -> _Ranked | None:
    if not after:
        return None
    if found := _PLACE.fullmatch(after):
        return int(found[1]), found[2] or ""
    raise Invalid("/after: This is no place in this list.", "/after")
