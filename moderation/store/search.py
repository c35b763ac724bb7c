"""Finds comments by words, sender, page, reason and so on: in the order of their ids, with a bound to the work.

A page of results comes from one of two lists, both in order and each followed for a bounded number of rows:
the comments that match the words, or the narrowest list that the other conditions have. A common word is
found soon in the one, a rare condition is all of the other.
"""

import heapq
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from moderation.domain.comment import Status
from moderation.domain.decision import ActorKind
from moderation.domain.order import NEWEST, OLDEST
from moderation.domain.queue_names import OWN, REPORTED
from moderation.domain.report import ReportState
from moderation.store import claims, comment_lists, proposals, reach
from moderation.store.search_index import Sought, has_words, match_of, numbers_of
from moderation.store.search_matches import Stretch, matching
from moderation.store.site_lists import first_of_sites
from moderation.store.sql.dialect import fetch
from moderation.store.sql.schema import (
    comment_reasons,
    comments,
    decisions,
    held_scores,
    personal,
    reports,
)

LOOKED_AT = 300  # rows of a list at once: 20,000 steps of SQLite
FEW_AT_FIRST = 8  # rows of each of many lists
ROUNDS = 2  # of a request


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What comments must meet, all of it; '' and () for what does not matter.

    senders: columns of `personal`, each with the values that are good. moderator: who decided last. since, until: ids that
    the comments' are at or after, and before. alone: only what is part of no campaign. not_of_others: a person; without what
    others have claimed. not_proposed_on: sites of which what a trainee has proposed something about is left out. score: the name of a score
    of held comments, and its smallest and largest rank. order: of domain/order.py. queue: one of domain/queue_names.py; person: whose, of what is somebody's own.
    cluster: of comments with much the same text. reach: parts of these sites, where not all of them may be found (store/reach.py).
    """

    site_ids: Collection[str]
    statuses: Collection[Status]
    sought: Sought
    comment_id: str = ""
    senders: Sequence[tuple[str, Collection[str]]] = ()
    page_ids: Collection[str] = ()
    reason: str = ""
    decided_by: str = ""
    moderator: str = ""
    since: str = ""
    until: str = ""
    alone: bool = False
    not_of_others: str = ""
    not_proposed_on: Collection[str] = ()
    score: tuple[str, int, int] | None = None
    order: str = NEWEST
    queue: str = ""
    person: str = ""
    cluster: str = ""
    reach: Collection[str] = ()

    @property
    def newest_first(self) -> bool:
        return self.order != OLDEST

    @property
    def is_bare(self) -> bool:
        """Whether all that is listed by status or by rank meets it."""
        conditions = (
            *(self.decided_by, self.since, self.until, self.not_of_others, self.score),
            self.reach,
        )
        return not self.is_narrow and not any(conditions) and not self.not_proposed_on

    @property
    def is_narrow(self) -> bool:
        """Whether a list other than that of a status has all of them."""
        parts = (self.sought, self.comment_id, self.senders, self.page_ids, self.reason)
        return any(map(bool, (*parts, self.moderator, self.queue, self.cluster)))


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
        # are as far away as the oldest.
        place = 0 if connection.dialect.name == "sqlite" else 1
        lists.insert(place, (_matching, False))
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


_BY_PERSON = decisions.c.actor_kind == sa.literal(ActorKind.MODERATOR.value, literal_execute=True)

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
            .where(decisions.c.actor_id == wanted.moderator, _BY_PERSON)
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


def meeting(
    connection: Connection, wanted: Wanted, ids: Sequence[str], *, with_words: bool
) -> Sequence[str]:
    """Those of the comments that meet every condition, in the order asked for."""
    if not ids:
        return []
    # Looked up by their ids before anything is compared: PostgreSQL might read all of a status instead.
    named = sa.select(comments).where(comments.c.id.in_(ids))
    few = named.cte("few").prefix_with("MATERIALIZED", dialect="postgresql").c
    conditions = _conditions(connection, wanted, few, one_by_one=True)
    rows = connection.execute(sa.select(few.id, few.site_id).where(*conditions))
    # Compared here: SQLite would look every comment up on every site.
    site_ids = frozenset(wanted.site_ids)
    found: Sequence[str] = [id for id, site_id in rows if site_id in site_ids]
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
    """What a comment must meet besides being on a site and having the words. c: the columns of `comments`. one_by_one: looked up for each
    of a few comments, else the lists of other tables are read as a whole.
    """

    def has(table: sa.Table, *rows: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
        if one_by_one:
            return sa.exists().where(table.c.comment_id == c.id, *rows)
        listed: sa.ColumnElement[bool] = c.id.in_(sa.select(table.c.comment_id).where(*rows))
        return listed

    statuses = [status.value for status in wanted.statuses]
    conditions = [c.status.in_(statuses)]
    for value, condition in (
        (wanted.comment_id, c.id == wanted.comment_id),
        (wanted.page_ids, c.page_id.in_(wanted.page_ids)),
        (wanted.decided_by, c.decided_by == wanted.decided_by),
        (wanted.since, c.id >= wanted.since),
        (wanted.until, c.id < wanted.until),
        (wanted.alone, c.campaign_id == sa.literal_column("''")),
    ):
        if value:
            conditions.append(condition)
    if wanted.reach:
        conditions.append(reach.within(c.site_id, c.page_id, wanted.reach))
    if wanted.reason:
        rows = comment_reasons.c
        of_sites = (rows.site_id.in_(wanted.site_ids), rows.status.in_(statuses))
        narrow = () if one_by_one else of_sites
        has_reason = has(comment_reasons, rows.code == wanted.reason, *narrow)
        if wanted.queue == REPORTED:  # for this reason, by readers
            waits = reports.c.state == ReportState.OPEN.value
            is_on_site = () if one_by_one else (reports.c.site_id.in_(wanted.site_ids),)
            is_said = has(reports, reports.c.reason == wanted.reason, waits, *is_on_site)
            has_reason = sa.or_(has_reason, is_said)
        conditions.append(has_reason)
    if wanted.moderator:
        is_last = decisions.c.sequence == c.sequence
        is_theirs = decisions.c.actor_id == wanted.moderator
        conditions.append(c.decided_by == ActorKind.MODERATOR.value)
        conditions.append(has(decisions, is_theirs, _BY_PERSON, is_last))
    conditions += [has(personal, personal.c[column].in_(keys)) for column, keys in wanted.senders]
    if wanted.score:
        name, low, high = wanted.score
        ranks = held_scores.c
        of_site = () if one_by_one else (ranks.site_id.in_(wanted.site_ids),)
        conditions.append(
            has(held_scores, ranks.label == name, ranks.rank.between(low, high), *of_site)
        )
    if wanted.queue:
        asked = (wanted.queue, wanted.person, wanted.site_ids)
        conditions.append(comment_lists.in_queue(connection, c, *asked, one_by_one=one_by_one))
    if wanted.cluster:
        conditions.append(comment_lists.is_alike(c, wanted.cluster, one_by_one=one_by_one))
    if wanted.not_of_others:
        conditions.append(~claims.of_others(connection, c.id, wanted.not_of_others))
    if wanted.not_proposed_on:
        is_there = c.site_id.in_(wanted.not_proposed_on)
        conditions.append(~sa.and_(is_there, proposals.is_about(c.id)))
    return conditions


def all_without_words(
    connection: Connection, wanted: Wanted, newest: str, limit: int
) -> list[tuple[str, int]]:
    """Up to `limit` comments, of which no words are sought, up to the id `newest` ('' for no end), the oldest first, each
    with its sequence. In one question, however many: find() finds a page of them.
    """
    conditions = _conditions(connection, wanted, comments.c, one_by_one=False)
    is_there = comments.c.site_id.in_(wanted.site_ids)
    query = sa.select(comments.c.id, comments.c.sequence).where(is_there, *conditions)
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
