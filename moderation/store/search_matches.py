"""The comments that have words, in the order of their ids: FTS5 gives them so, and what GIN gives is put in order."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy.engine import Connection

from moderation.domain.ids import id_of, number_of, value_of
from moderation.store.search_index import (
    NEXT_NUMBERS,
    PERIOD_BITS,
    Sought,
    loose_match_of,
    match_of,
    period_word,
)
from moderation.store.sql.dialect import fetch

FEW = 1_200  # comments that GIN may give at once
_STEPS = 8  # periods without a match that are passed over in one go


@dataclass(frozen=True, slots=True)
class Stretch:
    """Ids at or after `low` and before `high`, without `after`; '' without an end."""

    low: str
    high: str
    after: str
    newest_first: bool

    def has(self, id: str) -> bool:
        return id >= self.low and (not self.high or id < self.high) and id != self.after


def matching(
    connection: Connection, sought: Sought, stretch: Stretch, limit: int
) -> tuple[Sequence[str], str | None]:
    """The next ids, up to `limit`, and how far the comments were looked through.

    '' to the end of the stretch; None not at all, as the words are too common.
    """
    if connection.dialect.name == "sqlite":
        return _of_fts(connection, sought, stretch, limit)
    return _of_gin(connection, sought, stretch, limit)


_FTS = """
    SELECT comment_id FROM search_index
    WHERE search_index MATCH :match AND rowid BETWEEN :low AND :high
    ORDER BY rowid {} LIMIT :limit
"""


def _of_fts(
    connection: Connection, sought: Sought, stretch: Stretch, limit: int
) -> tuple[Sequence[str], str | None]:
    low = number_of(stretch.low) if stretch.low else 0
    high = number_of(stretch.high) + NEXT_NUMBERS if stretch.high else (1 << 63) - 1
    query = _FTS.format("DESC" if stretch.newest_first else "")
    match = match_of("sqlite", sought)
    rows = fetch(connection, query, match=match, low=low, high=high, limit=limit)
    # Numbers are not quite ids: a few more come along at the ends.
    ids = sorted((id for (id,) in rows if stretch.has(id)), reverse=stretch.newest_first)
    return ids, ids[-1] if ids and len(rows) == limit else ""


# GIN finds all that have the words, in no order, and only then whether they stand in a row: so of the first
# it gives a bounded number, and if that is not all, those of a shorter period are asked for.
_GIN = """
    WITH some AS MATERIALIZED (
        SELECT comment_id, words FROM search_index WHERE words @@ CAST(:loose AS tsquery) LIMIT :most
    )
    SELECT comment_id, words @@ CAST(:match AS tsquery) FROM some
"""
_ENDS = {
    True: "SELECT max(comment_id) FROM search_index",
    False: "SELECT min(comment_id) FROM search_index",
}


def _of_gin(
    connection: Connection, sought: Sought, stretch: Stretch, limit: int
) -> tuple[Sequence[str], str | None]:
    where = _start(connection, stretch)
    if where is None:
        return [], ""
    reached = None
    for _ in range(_STEPS):
        for period, edge in _periods(where, newest_first=stretch.newest_first):
            found = _few(connection, sought, period)
            if found is not None:
                where = edge
                break
        else:
            break  # any other list comes soon to words so common
        ids = sorted(filter(stretch.has, found), reverse=stretch.newest_first)
        if len(ids) > limit:
            return ids[:limit], ids[limit - 1]
        reached = id_of("cmt", where) if period and _goes_on(stretch, where) else ""
        if ids or not reached:
            return ids, reached
    return [], reached


def _start(connection: Connection, stretch: Stretch) -> int | None:
    """The value past which ids are to be looked for; None where there are none."""
    if stretch.newest_first and stretch.high:
        return value_of(stretch.high)
    if not stretch.newest_first and (stretch.after or stretch.low):
        return value_of(stretch.after) if stretch.after else value_of(stretch.low) - 1
    [(end,)] = fetch(connection, _ENDS[stretch.newest_first])
    return None if end is None else value_of(end) + (1 if stretch.newest_first else -1)


def _goes_on(stretch: Stretch, edge: int) -> bool:
    if stretch.newest_first:
        return edge > (value_of(stretch.low) if stretch.low else 0)
    return edge < (value_of(stretch.high) if stretch.high else (1 << 128) - 1)


def _few(connection: Connection, sought: Sought, period: str) -> list[str] | None:
    """The comments of a period that match, '' of all; None where they may be many."""
    loose, match = loose_match_of(sought, period), match_of("postgresql", sought)
    rows = fetch(connection, _GIN, loose=loose, match=match, most=FEW + 1)
    return None if len(rows) > FEW else [id for id, is_match in rows if is_match]


def _periods(where: int, *, newest_first: bool) -> Iterator[tuple[str, int]]:
    """All time, '', and then shorter and shorter periods that begin, or end, at a value; each with its far edge."""
    yield "", 0
    for bits in PERIOD_BITS:
        if newest_first:
            period = max(where - 1, 0) >> bits
            yield period_word(bits, period), period << bits
        else:
            period = where + 1 >> bits
            yield period_word(bits, period), (period + 1 << bits) - 1
