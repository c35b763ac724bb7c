"""Corrections of scores by people."""

from collections.abc import Collection
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from moderation.domain.correction import Correction
from moderation.store.sql.dialect import execute, fetch, upsert
from moderation.store.sql.rows import record_of, row_of
from moderation.store.sql.schema import corrections, revisions


class CorrectedText(NamedTuple):
    """A correction with the text that it is about."""

    correction: Correction
    text: str


def put(connection: Connection, correction: Correction) -> None:
    """Stores it, in the place of one about the same score of the same text."""
    new = ("moderator_id", "score", "model", "sha256", "created_at")
    row = row_of(correction, corrections)
    connection.execute(upsert(connection, corrections, *new).values(row))


def remove(connection: Connection, comment_id: str, revision: int, label: str) -> str | None:
    """Takes one back; the id of the person who had said so, None where nobody had."""
    statement = """
        DELETE FROM corrections WHERE comment_id = :id AND revision = :revision AND label = :label
        RETURNING moderator_id
    """
    rows = fetch(connection, statement, id=comment_id, revision=revision, label=label)
    return str(rows[0][0]) if rows else None


def of_comments(
    connection: Connection, comment_ids: Collection[str]
) -> dict[str, list[Correction]]:
    """The corrections about each of the comments that has some, first to last."""
    query = sa.select(corrections).where(corrections.c.comment_id.in_(comment_ids))
    found: dict[str, list[Correction]] = {}
    for row in connection.execute(query.order_by(corrections.c.created_at, corrections.c.label)):
        found.setdefault(row.comment_id, []).append(record_of(Correction, row))
    return found


def of_site(connection: Connection, site_id: str, after: str, limit: int) -> list[CorrectedText]:
    """Those about up to `limit` comments of a site past the comment `after`, oldest first."""
    ids = sa.select(corrections.c.comment_id).distinct()
    ids = ids.where(corrections.c.site_id == site_id, corrections.c.comment_id > after)
    chosen = connection.scalars(ids.order_by(corrections.c.comment_id).limit(limit)).all()
    rows = connection.execute(
        sa.select(corrections, revisions.c.text)
        .join(
            revisions,
            sa.and_(
                revisions.c.comment_id == corrections.c.comment_id,
                revisions.c.number == corrections.c.revision,
            ),
        )
        .where(corrections.c.comment_id.in_(chosen))
        .order_by(corrections.c.comment_id, corrections.c.revision, corrections.c.label)
    )
    return [CorrectedText(record_of(Correction, row), row.text) for row in rows]


def forget(connection: Connection, comment_ids: Collection[str]) -> None:
    """Forgets what was said about the scores of these comments."""
    query = "DELETE FROM corrections WHERE comment_id AMONG :ids"
    execute(connection, query, ids=list(comment_ids))
