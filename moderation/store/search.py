"""Finds comments by words, sender, page, reason and so on: in the order of their ids, with a bound to the work.

A page of results comes from one of two lists, both in order and each followed for a bounded number of rows:
the comments that match the words, or the narrowest list that the other conditions have. A common word is
found soon in the one, a rare condition is all of the other.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from moderation.domain.comment import Status
from moderation.store.search_index import Sought, has_words, match_of, numbers_of
from moderation.store.search_matches import Stretch, matching
from moderation.store.sql.dialect import fetch
from moderation.store.sql.schema import comment_reasons, comments, personal

LOOKED_AT = 300  # rows of a list at once: 20,000 steps of SQLite
ROUNDS = 2  # of a request


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What comments must meet, all of it; '' and () for what does not matter.

    senders: columns of `personal` and their values. since, until: ids that the comments' are at or after, and
    before.
    """

    site_id: str
    statuses: Collection[Status]
    sought: Sought
    comment_id: str = ""
    senders: Sequence[tuple[str, str]] = ()
    page_id: str = ""
    reason: str = ""
    decided_by: str = ""
    since: str = ""
    until: str = ""
    newest_first: bool = True


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
    lists: list[tuple[_List, bool]] = [(_listed, True)]
    if wanted.sought and not wanted.comment_id:
        # FTS5 gives the matches in order, one by one. To GIN the newest comments that have common words
        # are as far away as the oldest.
        place = 0 if connection.dialect.name == "sqlite" else 1
        lists.insert(place, (_matching, False))
    best = Found((), after)
    for candidates, with_words in lists:
        seen, reached = candidates(connection, wanted, after)
        good = _meeting(connection, wanted, seen, with_words=with_words)
        if len(good) > limit:
            return Found(good[:limit], good[limit - 1])
        if reached == "":
            return Found(good, "")
        if reached and (best.after == after or (reached < best.after) == wanted.newest_first):
            best = Found(good, reached)
    return best


# The next ids of a list, and how far it was followed: '' to its end, None not at all.
_Piece = tuple[Sequence[str], str | None]
_List = Callable[[Connection, Wanted, str], _Piece]


def _listed(connection: Connection, wanted: Wanted, after: str) -> _Piece:
    """The next ids of the narrowest list there is: one comment, a sender, a reason, a page, or statuses."""
    if wanted.comment_id:
        return [] if after else [wanted.comment_id], ""
    lists: list[sa.Select[tuple[str]]] = []
    for column, key in wanted.senders[:1]:
        lists.append(sa.select(personal.c.comment_id).where(personal.c[column] == key))
    for status in wanted.statuses if not lists else ():
        # Literals, so that an index of some comments alone answers.
        is_status = sa.literal(status.value, literal_execute=True)
        if wanted.reason:
            query = sa.select(comment_reasons.c.comment_id).where(
                comment_reasons.c.site_id == wanted.site_id,
                comment_reasons.c.status == is_status,
                comment_reasons.c.code == wanted.reason,
            )
        elif wanted.page_id:
            query = sa.select(comments.c.id).where(
                comments.c.page_id == wanted.page_id, comments.c.status == is_status
            )
        else:
            query = sa.select(comments.c.id).where(
                comments.c.site_id == wanted.site_id, comments.c.status == is_status
            )
        lists.append(query)
    # Merged here: of a UNION PostgreSQL would rather read and sort all.
    parts = (_next_of(query, wanted, after) for query in lists)
    ids = (id for part in parts for id in connection.scalars(part))
    found = sorted(ids, reverse=wanted.newest_first)[:LOOKED_AT]
    return found, found[-1] if len(found) == LOOKED_AT else ""


def _matching(connection: Connection, wanted: Wanted, after: str) -> _Piece:
    """The next ids of comments that have the words."""
    low, high = _range(wanted, after)
    stretch = Stretch(low, high, after, wanted.newest_first)
    return matching(connection, wanted.sought, stretch, LOOKED_AT)


def _next_of(query: sa.Select[tuple[str]], wanted: Wanted, after: str) -> sa.Select[tuple[str]]:
    id = query.selected_columns[0]
    in_order = query.order_by(id.desc() if wanted.newest_first else id)
    return in_order.where(*_bounds(id, wanted, after)).limit(LOOKED_AT)


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


def _meeting(
    connection: Connection, wanted: Wanted, ids: Sequence[str], *, with_words: bool
) -> Sequence[str]:
    """Those of the comments that meet every condition, in the order asked for."""
    if not ids:
        return []
    # Looked up by their ids before anything is compared: PostgreSQL might read all of a status instead.
    listed = sa.select(comments).where(comments.c.id.in_(ids))
    few = listed.cte("few").prefix_with("MATERIALIZED", dialect="postgresql").c
    query = sa.select(few.id).where(
        few.site_id == wanted.site_id,
        few.status.in_([status.value for status in wanted.statuses]),
    )
    if wanted.page_id:
        query = query.where(few.page_id == wanted.page_id)
    if wanted.decided_by:
        query = query.where(few.decided_by == wanted.decided_by)
    if wanted.since:
        query = query.where(few.id >= wanted.since)
    if wanted.until:
        query = query.where(few.id < wanted.until)
    if wanted.reason:
        query = query.where(
            sa.exists().where(
                comment_reasons.c.comment_id == few.id,
                comment_reasons.c.code == wanted.reason,
            )
        )
    for column, key in wanted.senders:
        query = query.where(
            sa.exists().where(personal.c.comment_id == few.id, personal.c[column] == key)
        )
    found: Sequence[str] = connection.scalars(query).all()
    if with_words and wanted.sought:
        found = _with_words(connection, wanted.sought, found)
    return sorted(found, reverse=wanted.newest_first)


def _with_words(connection: Connection, sought: Sought, ids: Sequence[str]) -> Sequence[str]:
    """Those of a few hundred comments that have the words: looked up by their ids, and then compared."""
    if connection.dialect.name == "sqlite":
        rows = fetch(connection, _DOCUMENTS, numbers=numbers_of(ids))
        having = {id for id, *document in rows if has_words(sought, *document)}
    else:
        match = match_of("postgresql", sought)
        having = {id for (id,) in fetch(connection, _HAVING, ids=list(ids), match=match)}
    return [id for id in ids if id in having]


_DOCUMENTS = "SELECT comment_id, facts, name, words FROM search_index WHERE rowid AMONG :numbers"
_HAVING = """
    WITH few AS MATERIALIZED (SELECT comment_id, words FROM search_index WHERE comment_id AMONG :ids)
    SELECT comment_id FROM few WHERE words @@ CAST(:match AS tsquery)
"""
