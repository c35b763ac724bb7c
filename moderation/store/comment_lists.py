"""Lists of comments besides those by status: reported, proposed, somebody's own, with much the same text. Each as queries that an
index has in order of the comments' ids, and as a condition.
"""

from collections.abc import Collection, Iterator
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from moderation.domain.decision import ActorKind
from moderation.domain.proposal import ProposalState
from moderation.domain.queue_names import OWN, PROPOSED, REPORTED
from moderation.store.sql.dialect import database_time, fetch
from moderation.store.sql.schema import claims, comments, decisions, proposals, sketches

# Literals, so that an index of some comments alone answers.
IS_REPORTED = comments.c.first_report != sa.literal_column("''")
IS_PROPOSED = proposals.c.state == sa.literal(ProposalState.OPEN.value, literal_execute=True)
_BY_PERSON = decisions.c.actor_kind == sa.literal(ActorKind.MODERATOR.value, literal_execute=True)

_Query = sa.Select[tuple[str]]
_Columns = sa.sql.base.ReadOnlyColumnCollection[str, Any]


def by_site(queue: str) -> tuple[_Query, sa.ColumnElement[str]]:
    """What is reported or proposed on any site, and the column of the site."""
    if queue == REPORTED:
        return sa.select(comments.c.id).where(IS_REPORTED), comments.c.site_id
    return sa.select(proposals.c.comment_id).where(IS_PROPOSED), proposals.c.site_id


def own(connection: Connection, person_id: str) -> Iterator[_Query]:
    """What somebody has decided about, on whatever site, and what they have claimed."""
    is_theirs = (decisions.c.actor_id == person_id, _BY_PERSON)
    yield sa.select(decisions.c.comment_id).distinct().where(*is_theirs)
    yield sa.select(claims.c.comment_id).where(*_claimed(connection, person_id))


def alike(cluster_id: str) -> _Query:
    """The comments of the last 30 days, on whatever site, that were found to have much the same text."""
    return sa.select(sketches.c.comment_id).where(*_is_alike(cluster_id))


def in_queue(
    connection: Connection,
    c: _Columns,
    queue: str,
    person_id: str,
    site_ids: Collection[str],
    *,
    one_by_one: bool,
) -> sa.ColumnElement[bool]:
    """The condition that a comment stands in one of these queues. c: the columns of `comments`. one_by_one: looked up for each of a
    few comments, else the other tables are read as a whole.
    """
    if queue == REPORTED:
        reported: sa.ColumnElement[bool] = c.first_report != sa.literal_column("''")
        return reported
    if queue == PROPOSED:
        of_sites = () if one_by_one else (proposals.c.site_id.in_(site_ids),)
        return _has(c, proposals, one_by_one, IS_PROPOSED, *of_sites)
    if queue != OWN:
        raise ValueError(queue)
    decided = _has(c, decisions, one_by_one, decisions.c.actor_id == person_id, _BY_PERSON)
    return sa.or_(decided, _has(c, claims, one_by_one, *_claimed(connection, person_id)))


def is_alike(c: _Columns, cluster_id: str, *, one_by_one: bool) -> sa.ColumnElement[bool]:
    """The condition that a comment is one of alike()."""
    return _has(c, sketches, one_by_one, *_is_alike(cluster_id))


_CLUSTER = """
    SELECT campaign_id FROM sketches WHERE number = :number AND comment_id = :id
"""


def cluster_of(connection: Connection, comment_id: str, number: int) -> str:
    """By what alike() finds those with much the same text; '' for none, or where that is forgotten. number: in the index of copies."""
    rows = fetch(connection, _CLUSTER, id=comment_id, number=number)
    return str(rows[0][0]) if rows else ""


def _claimed(connection: Connection, person_id: str) -> tuple[sa.ColumnElement[bool], ...]:
    """Claimed in so many words, as claims.of_person() has it; not what is only open."""
    is_said = (claims.c.moderator_id == person_id, claims.c.while_open.is_(sa.false()))
    return *is_said, claims.c.until > database_time(connection)


def _is_alike(cluster_id: str) -> tuple[sa.ColumnElement[bool], ...]:
    campaign = sketches.c.campaign_id
    return campaign == cluster_id, campaign != sa.literal_column("''")


def _has(
    c: _Columns, table: sa.Table, one_by_one: bool, *rows: sa.ColumnElement[bool]
) -> sa.ColumnElement[bool]:
    if one_by_one:
        return sa.exists().where(table.c.comment_id == c.id, *rows)
    listed: sa.ColumnElement[bool] = c.id.in_(sa.select(table.c.comment_id).where(*rows))
    return listed
