"""The terms for which sites keep comments, and which comments have been kept so long."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from moderation.domain.comment import Status
from moderation.domain.expiry import Terms
from moderation.domain.ids import timed_id
from moderation.store.sql.dialect import insert_rows
from moderation.store.sql.schema import (
    appeals,
    comments,
    decisions,
    legal_notices,
    retention_terms,
    revisions,
)


@dataclass(frozen=True, slots=True)
class Term:
    """days: 0 for ever."""

    site_id: str
    status: Status
    days: int


def all_terms(connection: Connection) -> list[Term]:
    """Those that sites have of their own."""
    rows = connection.execute(
        sa.select(retention_terms).order_by(retention_terms.c.site_id, retention_terms.c.status)
    )
    return [Term(row.site_id, Status(row.status), row.days) for row in rows]


def terms_of(connection: Connection, site_id: str) -> dict[Status, int]:
    """Those of one site."""
    query = sa.select(retention_terms).where(retention_terms.c.site_id == site_id)
    return {Status(row.status): row.days for row in connection.execute(query)}


def set_terms(connection: Connection, site_id: str, terms: Terms) -> None:
    """In place of all that the site had."""
    connection.execute(sa.delete(retention_terms).where(retention_terms.c.site_id == site_id))
    rows = [
        {"site_id": site_id, "status": status.value, "days": days} for status, days in terms.items()
    ]
    insert_rows(connection, retention_terms, rows)


def has_own_term(status: Status) -> sa.Exists:
    """The condition that the site of a query's comment has a term of its own for the status."""
    return sa.exists().where(
        retention_terms.c.site_id == comments.c.site_id, retention_terms.c.status == status.value
    )


_since = sa.func.coalesce(
    comments.c.withdrawn_at, decisions.c.created_at, revisions.c.created_at
).label("since")
# Somebody waits for an answer about it.
_waits = sa.or_(
    comments.c.reports > 0,
    sa.exists().where(appeals.c.comment_id == comments.c.id, appeals.c.state == "open"),
    sa.exists().where(legal_notices.c.comment_id == comments.c.id, legal_notices.c.state == "open"),
)


def _expired(site_id: str, status: Status, before: int) -> sa.Select[tuple[str, int]]:
    return (
        sa.select(comments.c.id, _since)
        .join(
            revisions,
            sa.and_(
                revisions.c.comment_id == comments.c.id, revisions.c.number == comments.c.revision
            ),
        )
        .outerjoin(
            decisions,
            sa.and_(
                decisions.c.comment_id == comments.c.id,
                decisions.c.sequence == comments.c.sequence,
            ),
        )
        .where(
            comments.c.site_id == site_id,
            comments.c.status == status.value,
            comments.c.id < timed_id("cmt", max(0, before), bytes(10)),  # so that it ends early
            _since < before,
            ~_waits,
        )
    )


def expired(
    connection: Connection, site_id: str, status: Status, before: int, limit: int
) -> list[str]:
    """Ids of a site's comments that have had this status since before `before` (ms), and about which nobody waits for an answer."""
    query = _expired(site_id, status, before).order_by(comments.c.id).limit(limit)
    return list(connection.scalars(query))


def count_expired(
    connection: Connection, site_id: str, status: Status, before: int
) -> tuple[int, int | None]:
    """How many expired() would find without a limit, and since when the first of them has its status."""
    found = _expired(site_id, status, before).subquery()
    row = connection.execute(sa.select(sa.func.count(), sa.func.min(found.c.since))).one()
    return row[0], row[1]
