"""Finds comments by words, sender, page, reason and so on: in the order of their ids, with a bound to the work.

A page of results comes from one of two lists, both in order and each followed for a bounded number of rows:
the comments that match the words, or the narrowest list that the other conditions have. A common word is
found soon in the one, a rare condition is all of the other.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from moderation.domain.comment import Status
from moderation.domain.decision import ActorKind
from moderation.domain.order import NEWEST, OLDEST
from moderation.store import claims, proposals
from moderation.store.search_index import Sought, has_words, match_of, numbers_of
from moderation.store.search_matches import Stretch, matching
from moderation.store.sql.dialect import fetch
from moderation.store.sql.schema import comment_reasons, comments, decisions, personal

LOOKED_AT = 300  # rows of a list at once: 20,000 steps of SQLite
ROUNDS = 2  # of a request


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What comments must meet, all of it; '' and () for what does not matter.

    senders: columns of `personal` and their values. moderator: who decided last. since, until: ids that the comments'
    are at or after, and before. alone: only what is part of no campaign. not_of_others: a person; without what others
    have claimed. not_proposed: without what a trainee has proposed something about. order: of domain/order.py.
    """

    site_id: str
    statuses: Collection[Status]
    sought: Sought
    comment_id: str = ""
    senders: Sequence[tuple[str, str]] = ()
    page_id: str = ""
    reason: str = ""
    decided_by: str = ""
    moderator: str = ""
    since: str = ""
    until: str = ""
    alone: bool = False
    not_of_others: str = ""
    not_proposed: bool = False
    order: str = NEWEST

    @property
    def newest_first(self) -> bool:
        return self.order != OLDEST

    @property
    def is_narrow(self) -> bool:
        """Whether a list other than that of a status has all of them."""
        parts = (self.sought, self.comment_id, self.senders, self.page_id, self.reason)
        return any(map(bool, (*parts, self.moderator)))


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
        good = meeting(connection, wanted, seen, with_words=with_words)
        if len(good) > limit:
            return Found(good[:limit], good[limit - 1])
        if reached == "":
            return Found(good, "")
        if reached and (best.after == after or (reached < best.after) == wanted.newest_first):
            best = Found(good, reached)
    return best


_BY_PERSON = decisions.c.actor_kind == sa.literal(ActorKind.MODERATOR.value, literal_execute=True)

# The next ids of a list, and how far it was followed: '' to its end, None not at all.
_Piece = tuple[Sequence[str], str | None]
_List = Callable[[Connection, Wanted, str], _Piece]


def _listed(connection: Connection, wanted: Wanted, after: str) -> _Piece:
    """The next ids of the narrowest list there is: one comment, a sender, a reason, a page, or statuses."""
    if wanted.comment_id:
        return [] if after else [wanted.comment_id], ""
    lists: list[sa.Select[tuple[str]]] = []
    if wanted.senders:
        column, key = wanted.senders[0]
        lists.append(sa.select(personal.c.comment_id).where(personal.c[column] == key))
    elif wanted.moderator and not wanted.reason:
        lists.append(
            sa.select(decisions.c.comment_id)
            .distinct()
            .where(decisions.c.actor_id == wanted.moderator, _BY_PERSON)
        )
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
            if wanted.alone:
                query = query.where(comments.c.campaign_id == sa.literal_column("''"))
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


def meeting(
    connection: Connection, wanted: Wanted, ids: Sequence[str], *, with_words: bool
) -> Sequence[str]:
    """Those of the comments that meet every condition, in the order asked for."""
    if not ids:
        return []
    # Looked up by their ids before anything is compared: PostgreSQL might read all of a status instead.
    listed = sa.select(comments).where(comments.c.id.in_(ids))
    few = listed.cte("few").prefix_with("MATERIALIZED", dialect="postgresql").c
    query = sa.select(few.id).where(*_conditions(connection, wanted, few, one_by_one=True))
    found: Sequence[str] = connection.scalars(query).all()
    if with_words and wanted.sought:
        found = _with_words(connection, wanted.sought, found)
    return sorted(found, reverse=wanted.newest_first)


def _conditions(
    connection: Connection,
    wanted: Wanted,
    c: sa.sql.base.ReadOnlyColumnCollection[str, Any],
    *,
    one_by_one: bool,
) -> list[sa.ColumnElement[bool]]:
    """What a comment must meet besides having the words. c: the columns of `comments`. one_by_one: looked up for each
    of a few comments, else the lists of other tables are read as a whole.
    """

    def has(table: sa.Table, *rows: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
        if one_by_one:
            return sa.exists().where(table.c.comment_id == c.id, *rows)
        listed: sa.ColumnElement[bool] = c.id.in_(sa.select(table.c.comment_id).where(*rows))
        return listed

    statuses = [status.value for status in wanted.statuses]
    conditions = [c.site_id == wanted.site_id, c.status.in_(statuses)]
    for value, condition in (
        (wanted.comment_id, c.id == wanted.comment_id),
        (wanted.page_id, c.page_id == wanted.page_id),
        (wanted.decided_by, c.decided_by == wanted.decided_by),
        (wanted.since, c.id >= wanted.since),
        (wanted.until, c.id < wanted.until),
        (wanted.alone, c.campaign_id == sa.literal_column("''")),
    ):
        if value:
            conditions.append(condition)
    if wanted.reason:
        rows = comment_reasons.c
        of_site = (rows.site_id == wanted.site_id, rows.status.in_(statuses))
        narrow = () if one_by_one else of_site
        conditions.append(has(comment_reasons, rows.code == wanted.reason, *narrow))
    if wanted.moderator:
        is_last = decisions.c.sequence == c.sequence
        is_theirs = decisions.c.actor_id == wanted.moderator
        conditions.append(c.decided_by == ActorKind.MODERATOR.value)
        conditions.append(has(decisions, is_theirs, _BY_PERSON, is_last))
    conditions += [has(personal, personal.c[column] == key) for column, key in wanted.senders]
    if wanted.not_of_others:
        conditions.append(~claims.of_others(connection, c.id, wanted.not_of_others))
    if wanted.not_proposed:
        conditions.append(~proposals.is_about(c.id))
    return conditions


def all_without_words(
    connection: Connection, wanted: Wanted, newest: str, limit: int
) -> list[tuple[str, int]]:
    """Up to `limit` comments, of which no words are sought, up to the id `newest` ('' for no end), the oldest first, each
    with its sequence. In one question, however many: find() finds a page of them.
    """
    conditions = _conditions(connection, wanted, comments.c, one_by_one=False)
    query = sa.select(comments.c.id, comments.c.sequence).where(*conditions)
    if newest:
        query = query.where(comments.c.id <= newest)
    rows = connection.execute(query.order_by(comments.c.id).limit(limit))
    return [(row.id, row.sequence) for row in rows]


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
