"""Idempotency keys: which comment each made, and who sent that comment."""

from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from moderation.domain.comment import Status, Submission
from moderation.store.comment_fields import or_empty
from moderation.store.sql.dialect import insert_rows
from moderation.store.sql.schema import comments, idempotency, personal


@dataclass(frozen=True, slots=True)
class Stored:
    """An idempotency record: which comment a key made, and from what."""

    comment_id: str
    fingerprint: str
    created_at: int


def claim(
    connection: Connection, submissions: Iterable[Submission]
) -> dict[tuple[str, str], Stored]:
    """Records the idempotency keys of a batch; returns who holds each key, {} where all were new.

    Where the holder is another comment than the submission's, the submission is a repetition.
    """
    keyed = [submission for submission in submissions if submission.idempotency_key]
    if not keyed:
        return {}
    stored = insert_rows(
        connection,
        idempotency,
        [_row(submission, submission.idempotency_key) for submission in keyed],
        new_only=True,
    )
    return {} if stored == len(keyed) else holders_of(connection, keyed)


def holders_of(
    connection: Connection, keyed: Iterable[Submission]
) -> dict[tuple[str, str], Stored]:
    """Who holds the keys of submissions."""
    keys = {(submission.site_id, submission.idempotency_key) for submission in keyed}
    wanted = sa.select(idempotency).where(
        # By each column first: SQLite follows no index for several at once, and would read all keys.
        idempotency.c.site_id.in_({site_id for site_id, _ in keys}),
        idempotency.c.key.in_({key for _, key in keys}),
        sa.tuple_(idempotency.c.site_id, idempotency.c.key).in_(keys),
    )
    return {
        (row.site_id, row.key): Stored(row.comment_id, row.fingerprint, row.created_at)
        for row in connection.execute(wanted)
    }


def take(connection: Connection, submission: Submission, holder: Stored) -> bool:
    """Gives a submission the key that another comment holds; False where it changed hands meanwhile."""
    taken = connection.execute(
        sa.update(idempotency)
        .where(
            idempotency.c.site_id == submission.site_id,
            idempotency.c.key == submission.idempotency_key,
            idempotency.c.comment_id == holder.comment_id,
        )
        .values(comment_id=submission.id, created_at=submission.created_at)
    )
    return taken.rowcount == 1


def add_later(connection: Connection, stored: Iterable[Submission]) -> None:
    """Records the other keys under which stored submissions are found later."""
    rows = [_row(submission, submission.later_key) for submission in stored if submission.later_key]
    if rows:
        insert_rows(connection, idempotency, rows, new_only=True)


def _row(submission: Submission, key: str) -> dict[str, object]:
    return {
        "site_id": submission.site_id,
        "key": key,
        "fingerprint": submission.fingerprint,
        "comment_id": submission.id,
        "created_at": submission.created_at,
    }


@dataclass(frozen=True, slots=True)
class CommentSender:
    """Who sent a stored comment, as far as that is still known. The keys are keyed hashes, '' for none."""

    is_erased: bool
    author_key: str
    address_key: str
    user_agent: str


def senders_of(connection: Connection, comment_ids: Iterable[str]) -> dict[str, CommentSender]:
    """The senders of those comments that are stored."""
    wanted = set(comment_ids)
    if not wanted:
        return {}
    query = (
        sa.select(
            comments.c.id,
            comments.c.status,
            or_empty(personal.c.author_key).label("author_key"),
            or_empty(personal.c.address_key).label("address_key"),
            or_empty(personal.c.user_agent).label("user_agent"),
        )
        .outerjoin(personal, personal.c.comment_id == comments.c.id)
        .where(comments.c.id.in_(wanted))
    )
    return {
        row.id: CommentSender(
            row.status == Status.ERASED.value, row.author_key, row.address_key, row.user_agent
        )
        for row in connection.execute(query)
    }


def release(connection: Connection, refused: Iterable[Submission]) -> None:
    """Forgets the keys of submissions that were refused: nothing was stored, so nothing to replay."""
    for submission in refused:
        if submission.idempotency_key:
            connection.execute(
                sa.delete(idempotency).where(
                    idempotency.c.site_id == submission.site_id,
                    idempotency.c.key == submission.idempotency_key,
                    idempotency.c.comment_id == submission.id,
                )
            )
