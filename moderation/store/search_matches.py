"""The comments that have words, in the order of their ids: FTS5 gives them so, and what GIN gives is put in order."""

from collections.abc import Sequence
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
_STEPS = 8  # periods asked for in one go


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


# GIN finds all that have the words, in no order, and only then whether they stand in a row. So each comment has
# words for the periods that it was handed in in: those of a period are asked for, and of a longer one next,
# unless that has too many.
_GIN = """
    WITH few AS MATERIALIZED (
        SELECT comment_id, words FROM search_index WHERE words @@ CAST(:loose AS tsquery) LIMIT :most
    )
    SELECT comment_id, words @@ CAST(:match AS tsquery) FROM few
"""
# What PostgreSQL expects to find, by its statistics of words: nothing is read.
_EXPECTED = (
    "EXPLAIN (FORMAT JSON) SELECT 1 FROM search_index WHERE words @@ CAST(:loose AS tsquery)"
)
_ALL = "SELECT reltuples FROM pg_class WHERE oid = CAST('search_index' AS regclass)"
_FIRST_AND_LAST = "SELECT min(comment_id), max(comment_id) FROM search_index"
_ALL_TIME = 128  # bits of an id


def expected_share(connection: Connection, sought: Sought) -> float:
    """The share of all comments that PostgreSQL expects to have the words, 0 to 1; 1 where it has no statistics yet."""
    [(plan,)] = fetch(connection, _EXPECTED, loose=loose_match_of(sought, ""))
    [(count,)] = fetch(connection, _ALL)
    return min(1.0, plan[0]["Plan"]["Plan Rows"] / count) if count > 0 else 1.0


def _of_gin(
    connection: Connection, sought: Sought, stretch: Stretch, limit: int
) -> tuple[Sequence[str], str | None]:
    [(first, last)] = fetch(connection, _FIRST_AND_LAST)
    if not first:
        return [], ""
    lengths = [*sorted(PERIOD_BITS), _ALL_TIME]
    length = 0
    ids: list[str] = []
    reached = None
    edge = _start(stretch, first, last)
    for _ in range(_STEPS):
        bits = lengths[length]
        number = (value_of(edge) - 1 if stretch.newest_first else value_of(edge) + 1) >> bits
        found = _few(connection, sought, "" if bits == _ALL_TIME else period_word(bits, number))
        if found is None:
            if not length:
                break  # any other list comes soon to words so common
            lengths = lengths[:length]
            length -= 1
            continue
        beyond = (id for id in found if stretch.has(id) and id != edge)
        new = [id for id in beyond if (id < edge) == stretch.newest_first]
        ids += sorted(new, reverse=stretch.newest_first)
        if len(ids) > limit:
            return ids[:limit], ids[limit - 1]
        reached = _end(stretch, bits, number)
        if bits == _ALL_TIME or not _goes_on(stretch, reached, first, last):
            return ids, ""
        edge = reached
        length = min(length + 1, len(lengths) - 1)
    return ids, reached


def _start(stretch: Stretch, first: str, last: str) -> str:
    """The id before or after which others are to be looked for."""
    if stretch.newest_first:
        return stretch.high or _moved(last, 1)
    return stretch.after or _moved(stretch.low or first, -1)


def _end(stretch: Stretch, bits: int, number: int) -> str:
    """The id at the far end of a period."""
    return id_of("cmt", number << bits if stretch.newest_first else (number + 1 << bits) - 1)


def _goes_on(stretch: Stretch, edge: str, first: str, last: str) -> bool:
    if stretch.newest_first:
        return edge > max(stretch.low, first)
    return edge < last and (not stretch.high or edge < stretch.high)


def _moved(id: str, by: int) -> str:
    return id_of("cmt", value_of(id) + by)


def _few(connection: Connection, sought: Sought, period: str) -> list[str] | None:
    """The comments of a period that match, '' of all; None where they may be many."""
    loose, match = loose_match_of(sought, period), match_of("postgresql", sought)
    rows = fetch(connection, _GIN, loose=loose, match=match, most=FEW + 1)
    return None if len(rows) > FEW else [id for id, is_match in rows if is_match]
