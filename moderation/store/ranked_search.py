"""Finds held comments in the order of their urgency or of a score, with a bound to the work.

Like search.py, from one of two lists: where the conditions leave few comments these are all put in order, else the
ranks are followed, in which what is common is found soon.
"""

from collections.abc import Sequence
from dataclasses import replace

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from moderation.domain.errors import Invalid
from moderation.domain.order import NEWEST, URGENCY
from moderation.store.search import LOOKED_AT, ROUNDS, Found, Wanted, find, meeting
from moderation.store.sql.schema import comments, held_scores

FEW = 600  # as many as find() looks at

_Ranked = tuple[int, str]  # a comment and its rank, smaller before larger


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
    conditions = (
        *(wanted.decided_by, wanted.since, wanted.until),
        *(wanted.not_of_others, wanted.not_proposed),
    )
    listed_apart = not wanted.alone or wanted.order == URGENCY
    return listed_apart and not wanted.is_narrow and not any(conditions)


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
    query = _ranks(wanted)
    if wanted.order == URGENCY and wanted.alone:
        query = query.where(comments.c.campaign_id == sa.literal_column("''"))
    rank, id = query.selected_columns
    if place:
        query = query.where(rank >= place[0], sa.or_(rank > place[0], id > place[1]))
    return [
        (int(rank), str(id))
        for rank, id in connection.execute(query.order_by(rank, id).limit(size))
    ]


def _ranks(wanted: Wanted) -> sa.Select[tuple[int, str]]:
    """The rank and the id of every held comment of the site that has one."""
    if wanted.order == URGENCY:
        held = sa.literal("held", literal_execute=True)
        return sa.select(comments.c.urgent_at, comments.c.id).where(
            comments.c.site_id == wanted.site_id, comments.c.status == held
        )
    return sa.select(held_scores.c.rank, held_scores.c.comment_id).where(
        held_scores.c.site_id == wanted.site_id, held_scores.c.label == wanted.order
    )


def _spelled(place: _Ranked) -> str:
    return f"{place[0]}.{place[1]}"


def _place(after: str) -> _Ranked | None:
    if not after:
        return None
    rank, _, id = after.partition(".")
    try:
        return int(rank), id
    except ValueError:
        raise Invalid("/after: This is no place in this list.", "/after") from None
