"""What comments must meet to be found, and which of some do."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from moderation.domain.comment import Status
from moderation.domain.decision import ActorKind
from moderation.domain.order import NEWEST, OLDEST
from moderation.domain.queue_names import REPORTED
from moderation.domain.report import ReportState
from moderation.store import claims, comment_lists, proposals, reach
from moderation.store.search_index import Sought, has_words, match_of, numbers_of
from moderation.store.sql.dialect import fetch
from moderation.store.sql.schema import (
    comment_reasons,
    comments,
    decisions,
    held_scores,
    personal,
    reports,
)


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
            self.decided_by,
            self.since,
            self.until,
            self.not_of_others,
            self.score,
            self.reach,
        )
        return not self.is_narrow and not any(conditions) and not self.not_proposed_on

    @property
    def is_narrow(self) -> bool:
        """Whether a list other than that of a status has all of them."""
        parts = (self.sought, self.comment_id, self.senders, self.page_ids, self.reason)
        return any(map(bool, (*parts, self.moderator, self.queue, self.cluster)))


BY_PERSON = decisions.c.actor_kind == sa.literal(ActorKind.MODERATOR.value, literal_execute=True)


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
        conditions.append(has(decisions, is_theirs, BY_PERSON, is_last))
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
