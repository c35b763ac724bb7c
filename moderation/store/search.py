"""Finds comments by words, sender, page, reason and so on: in the order of their ids, with a bound to the work.

A page of results comes from one of two lists, both in order and each followed for a bounded number of rows:
the comments that match the words, or the narrowest list that the other conditions have. A common word is
found soon in the one, a rare condition is all of the other.
"""

import heapq
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from moderation.domain.queue_names import OWN
from moderation.store import comment_lists
from moderation.store.search_conditions import BY_PERSON, Wanted, meeting
from moderation.store.search_matches import Stretch, expected_share, matching
from moderation.store.site_lists import first_of_sites
from moderation.store.sql.schema import (
    comment_reasons,
    comments,
    decisions,
    personal,
)

LOOKED_AT = 300  # rows of a list at once: 20,000 steps of SQLite
FEW_AT_FIRST = 8  # rows of each of many lists
ROUNDS = 2  # of a request


@dataclass(frozen=True, slots=True)
class Found:
    """Ids of comments in order. after: where the search goes on, '' at its end; there may be none in between."""

    ids: Sequence[str]
    after: str


def find(connection: Connection, wanted: Wanted, after: str, limit: int) -> Found:
    """Up to `limit` comments past the id `after`, '' from the beginning."""
    ids: list[str] = []
    for _ in range(ROUNDS):
        found = _round(connection, wanted, after, limit - len(ids))
        ids += found.ids
        after = found.after
        if not after or len(ids) == limit:
            break
    return Found(ids, after)


def _round(connection: Connection, wanted: Wanted, after: str, limit: int) -> Found:
    """The list that answers, or of two that do not yet, what the one gives that has come farther."""
    lists: list[tuple[_List, bool]] = [(listed, True)]
    if wanted.sought and not wanted.comment_id:
        # FTS5 gives the matches in order, one by one. To GIN the newest comments that have common words
        # are as far away as the oldest; of those a page is soon found among the newest of all.
        is_first = connection.dialect.name == "sqlite" or (
            expected_share(connection, wanted.sought) < limit / LOOKED_AT
        )
        lists.insert(0 if is_first else 1, (_matching, False))
    # Of a list as it is, no more than is shown.
    looked_at = min(LOOKED_AT, limit + 1) if wanted.is_bare else LOOKED_AT
    best = Found((), after)
    for candidates, with_words in lists:
        seen, reached = candidates(connection, wanted, after, looked_at)
        good = meeting(connection, wanted, seen, with_words=with_words)
        if len(good) > limit:
            return Found(good[:limit], good[limit - 1])
        if reached == "":
            return Found(good, "")
        if reached and (best.after == after or (reached < best.after) == wanted.newest_first):
            best = Found(good, reached)
    return best


_Query = sa.Select[tuple[str]]
# The next ids of a list, and how far it was followed: '' to its end, None not at all.
_Piece = tuple[Sequence[str], str | None]
_List = Callable[[Connection, Wanted, str, int], _Piece]


def listed(connection: Connection, wanted: Wanted, after: str, looked_at: int) -> _Piece:
    """The next ids of the narrowest lists there are: one comment, a sender, a text, a queue, reasons, pages, or statuses of sites."""
    if wanted.comment_id:
        return [] if after else [wanted.comment_id], ""
    lists: list[_Query] = []
    if wanted.senders:
        column, keys = wanted.senders[0]
        lists += [sa.select(personal.c.comment_id).where(personal.c[column] == key) for key in keys]
    elif wanted.cluster:
        lists.append(comment_lists.alike(wanted.cluster))
    elif wanted.queue == OWN:
        lists += comment_lists.own(connection, wanted.person)
    elif wanted.queue:
        return _listed_by_site(connection, wanted, after, looked_at)
    elif wanted.moderator and not wanted.reason:
        lists.append(
            sa.select(decisions.c.comment_id)
            .distinct()
            .where(decisions.c.actor_id == wanted.moderator, BY_PERSON)
        )
    elif wanted.page_ids and not wanted.reason:
        lists += [
            query.where(comments.c.page_id == page_id)
            for query, _ in _by_status(wanted)
            for page_id in wanted.page_ids
        ]
    else:
        return _listed_by_site(connection, wanted, after, looked_at)
    share = share_of(looked_at, len(lists))
    return _merged(
        (rows_past(_reader(connection, query, wanted), after, share) for query in lists),
        wanted,
        looked_at,
    )


def _listed_by_site(connection: Connection, wanted: Wanted, after: str, looked_at: int) -> _Piece:
    """The next ids of the lists that each site has of each status, of the reason with it, or of a queue that is no status."""
    share = share_of(looked_at, len(wanted.statuses) * len(wanted.site_ids))
    lists = []
    for query, site in (
        [comment_lists.by_site(wanted.queue)] if wanted.queue else _by_status(wanted)
    ):
        first = _next_of(query, wanted, after).limit(share)
        firsts = first_of_sites(connection, first, site, wanted.site_ids)
        for site_id, rows in firsts.items():
            read = _reader(connection, query.where(site == site_id), wanted)
            lists.append(rows_past(read, after, share, [id for (id,) in rows]))
    return _merged(lists, wanted, looked_at)


def _merged(lists: Iterable[Iterator[str]], wanted: Wanted, looked_at: int) -> _Piece:
    # Merged here: of a UNION PostgreSQL would rather read and sort all.
    found = list(islice(heapq.merge(*lists, reverse=wanted.newest_first), looked_at))
    return found, found[-1] if len(found) == looked_at else ""


def _reader(
    connection: Connection, query: _Query, wanted: Wanted
) -> Callable[[str | None, int], Sequence[str]]:
    def read(place: str | None, size: int) -> Sequence[str]:
        return connection.scalars(_next_of(query, wanted, place or "").limit(size)).all()

    return read


Row = TypeVar("Row")


def share_of(size: int, lists: int) -> int:
    """How many rows are read first of each of so many lists that are merged, for `size` in all."""
    return max(size // lists, FEW_AT_FIRST) if lists else size


def rows_past(
    read: Callable[[Row | None, int], Sequence[Row]],
    place: Row | None,
    size: int,
    first: Sequence[Row] | None = None,
) -> Iterator[Row]:
    """The rows of one of several lists that are merged, in order, past a place, read as they are taken: of most lists only
    the first few are. read: up to so many past a place. size: how many at first; first: these, where they have been read.
    """
    rows = read(place, size) if first is None else first
    while True:
        yield from rows
        if len(rows) < size:
            return
        place, size = rows[-1], 4 * size
        rows = read(place, size)


def _by_status(wanted: Wanted) -> Iterator[tuple[_Query, sa.ColumnElement[str]]]:
    """The lists of comments with a status of any site, each with its column of the site."""
    for status in wanted.statuses:
        # Literals, so that an index of some comments alone answers.
        is_status = sa.literal(status.value, literal_execute=True)
        if wanted.reason:
            reasons = comment_reasons.c
            is_reason = (reasons.status == is_status, reasons.code == wanted.reason)
            yield sa.select(reasons.comment_id).where(*is_reason), reasons.site_id
        else:
            query = sa.select(comments.c.id).where(comments.c.status == is_status)
            if wanted.alone and not wanted.page_ids:
                query = query.where(comments.c.campaign_id == sa.literal_column("''"))
            yield query, comments.c.site_id


def _matching(connection: Connection, wanted: Wanted, after: str, looked_at: int) -> _Piece:
    """The next ids of comments that have the words."""
    low, high = _range(wanted, after)
    stretch = Stretch(low, high, after, wanted.newest_first)
    return matching(connection, wanted.sought, stretch, looked_at)


def _next_of(query: sa.Select[tuple[str]], wanted: Wanted, after: str) -> sa.Select[tuple[str]]:
    id = query.selected_columns[0]
    in_order = query.order_by(id.desc() if wanted.newest_first else id)
    return in_order.where(*_bounds(id, wanted, after))


def _range(wanted: Wanted, after: str) -> tuple[str, str]:
    """Ids: at or after the first, before the second; '' without an end."""
    if not after:
        return wanted.since, wanted.until
    if wanted.newest_first:
        return wanted.since, min(after, wanted.until or after)
    return max(after, wanted.since), wanted.until


def _bounds(id: sa.ColumnElement[str], wanted: Wanted, after: str) -> list[sa.ColumnElement[bool]]:
    low, high = _range(wanted, after)
    bounds = [id >= low] if low and low != after else []
    if after and not wanted.newest_first and low == after:
        bounds.append(id > after)
    return [*bounds, id < high] if high else bounds
