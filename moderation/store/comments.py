"""Comments, their pages and revisions: written in batches, read for people and pages."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from moderation.domain.comment import Status, Submission
from moderation.domain.decision import Outcome
from moderation.store.comment_fields import (
    ERASED_COMMENT,
    ERASED_REVISION,
    NEWEST_REVISION,
    comment_row,
    personal_row,
    revision_row,
)
from moderation.store.expiry import has_own_term
from moderation.store.judging_queue import AT_ONCE
from moderation.store.sql.crypto import Crypto
from moderation.store.sql.dialect import fetch, insert_rows
from moderation.store.sql.rows import record_of, row_of
from moderation.store.sql.schema import (
    addresses,
    appeals,
    comment_reasons,
    comments,
    decisions,
    feedback,
    findings,
    held_scores,
    pending,
    personal,
    proposals,
    reports,
    revisions,
    shadow_outcomes,
)


@dataclass(frozen=True, slots=True)
class Parent:
    """What an answer must know of the comment it answers."""

    page_id: str
    status: Status
    site_id: str


def parents_of(connection: Connection, comment_ids: Iterable[str]) -> dict[str, Parent]:
    """Page and status of each comment that exists."""
    wanted = set(comment_ids)
    if not wanted:
        return {}
    rows = connection.execute(
        sa.select(comments.c.id, comments.c.page_id, comments.c.status, comments.c.site_id).where(
            comments.c.id.in_(wanted)
        )
    )
    return {row.id: Parent(row.page_id, Status(row.status), row.site_id) for row in rows}


def insert(
    connection: Connection,
    submissions: Sequence[Submission],
    page_ids: Mapping[str, str],
    crypto: Crypto,
    personal_days: int,
) -> None:
    """Stores new comments and queues them for judging. page_ids: by submission."""
    insert_unjudged(connection, submissions, page_ids, crypto, personal_days)
    insert_rows(
        connection,
        pending,
        [
            {
                "comment_id": submission.id,
                "revision": 1,
                "site_id": submission.site_id,
                "due_at": AT_ONCE,
                "attempts": 0,
                "lease": "",
                "created_at": submission.created_at,
            }
            for submission in submissions
        ],
    )


def insert_unjudged(
    connection: Connection,
    submissions: Sequence[Submission],
    page_ids: Mapping[str, str],
    crypto: Crypto,
    personal_days: int,
) -> None:
    """Stores new comments, each with its first revision. page_ids: by submission."""
    insert_rows(
        connection,
        comments,
        [comment_row(submission, page_ids[submission.id]) for submission in submissions],
    )
    insert_rows(connection, revisions, [revision_row(submission) for submission in submissions])
    personal_rows = [personal_row(submission, crypto, personal_days) for submission in submissions]
    insert_rows(connection, personal, [row for row in personal_rows if row])


def status_of(connection: Connection, comment_id: str) -> sa.Row[tuple[object, ...]] | None:
    """id, site_id, status, sequence, revision, created_at of a comment."""
    columns = (
        comments.c.id,
        comments.c.site_id,
        comments.c.status,
        comments.c.sequence,
        comments.c.revision,
        comments.c.created_at,
    )
    return connection.execute(sa.select(*columns).where(comments.c.id == comment_id)).one_or_none()


@dataclass(frozen=True, slots=True)
class Revision:
    """A text of a comment. created_at: when it was handed in, ms. form_json: as in the table."""

    number: int
    text: str
    created_at: int
    form_json: str = ""


def revisions_of(connection: Connection, comment_ids: Iterable[str]) -> dict[str, list[Revision]]:
    """All texts of each comment, first to last."""
    by_comment: dict[str, list[Revision]] = {id: [] for id in comment_ids}
    query = sa.select(revisions).where(revisions.c.comment_id.in_(by_comment))
    for row in connection.execute(query.order_by(revisions.c.comment_id, revisions.c.number)):
        by_comment[row.comment_id].append(record_of(Revision, row))
    return by_comment


def page_of(connection: Connection, comment_id: str) -> str:
    """The id of the page that a comment stands on."""
    query = sa.select(comments.c.page_id).where(comments.c.id == comment_id)
    return str(connection.execute(query).scalar_one())


def revise(
    connection: Connection,
    comment_id: str,
    revision: Revision,
    *,
    status: Status,
    sequence: int,
    decided_by: str,
) -> None:
    """Adds a text, which is the comment's from now on. status, sequence, decided_by: after that."""
    insert_rows(connection, revisions, [row_of(revision, revisions, comment_id=comment_id)])
    connection.execute(
        sa.update(comments)
        .where(comments.c.id == comment_id)
        .values(
            revision=revision.number,
            status=status.value,
            sequence=sequence,
            decided_by=decided_by,
            picked_at=None,  # it was another text that was picked
        )
    )


def withdraw(connection: Connection, comment_id: str, sequence: int, now: int) -> None:
    """Takes a comment away from readers, at its writer's wish. sequence: the next of its history. now: ms."""
    connection.execute(
        sa.update(comments)
        .where(comments.c.id == comment_id)
        .values(status=Status.WITHDRAWN.value, sequence=sequence, withdrawn_at=now)
    )


def withdrawn_before(connection: Connection, before: int, limit: int) -> list[str]:
    """Ids of comments, of any site without a term of its own, that were withdrawn before `before` (ms), and not erased since."""
    query = sa.select(comments.c.id).where(
        comments.c.withdrawn_at < before, ~has_own_term(Status.WITHDRAWN)
    )
    return list(connection.scalars(query.order_by(comments.c.withdrawn_at).limit(limit)))


def _approved_on(page_id: str) -> sa.ColumnElement[bool]:
    """Whether a comment is on a page and all readers may see it."""
    return sa.and_(comments.c.page_id == page_id, comments.c.status == Status.APPROVED.value)


_WAS_PUBLISHED = sa.exists().where(
    decisions.c.comment_id == comments.c.id,
    decisions.c.outcome == Outcome.APPROVE.value,
    decisions.c.revision < comments.c.revision,
)
_PUBLIC = sa.select(
    comments.c.id,
    comments.c.parent_id,
    comments.c.author_name,
    comments.c.author_url,
    comments.c.author_badge,
    comments.c.created_at,
    revisions.c.text,
    sa.case((sa.and_(comments.c.revision > 1, _WAS_PUBLISHED), revisions.c.created_at)).label(
        "edited_at"
    ),
    comments.c.picked_at.is_not(None).label("is_picked"),
).join(revisions, NEWEST_REVISION)


def approved(
    connection: Connection,
    page_id: str,
    after: str,
    limit: int,
    *,
    newest_first: bool = False,
    ids: Collection[str] = (),
) -> list[sa.Row[tuple[object, ...]]]:
    """The approved comments of a page past the id `after`, oldest first: all readers may ever see.

    after: '' for the first ones. ids: these alone, if they are among them. edited_at: when the text was changed that
    had been published, null for never.
    """
    query = (
        _PUBLIC.where(_approved_on(page_id))
        .order_by(comments.c.id.desc() if newest_first else comments.c.id)
        .limit(limit)
    )
    if after:
        query = query.where(comments.c.id < after if newest_first else comments.c.id > after)
    if ids:
        query = query.where(comments.c.id.in_(ids))
    return list(connection.execute(query))


# Comments that readers do not see, above those that they do: with every place in a conversation kept,
# no reply seems to answer something else.
_HIDDEN_ABOVE = """
    WITH RECURSIVE hidden (id, parent_id) AS (
        SELECT p.id, p.parent_id FROM comments p WHERE p.id AMONG :ids AND p.status <> 'approved'
        UNION
        SELECT p.id, p.parent_id FROM hidden h JOIN comments p ON p.id = h.parent_id
        WHERE p.status <> 'approved'
    )
    SELECT c.id, c.parent_id, c.created_at FROM hidden h JOIN comments c ON c.id = h.id
"""
# What stands below such comments, down to the first that readers see. Each once: a chain of thousands that somebody wrote and
# withdrew must not be walked from every one of them.
_BELOW = """
    WITH RECURSIVE below (id, parent_id, status) AS (
        SELECT c.id, c.parent_id, c.status FROM comments c WHERE c.parent_id AMONG :ids
        UNION
        SELECT c.id, c.parent_id, c.status FROM below b JOIN comments c ON c.parent_id = b.id
        WHERE b.status <> 'approved'
    )
    SELECT id, parent_id, status = 'approved' FROM below
"""


def hidden_above(
    connection: Connection, parent_ids: Iterable[str], after: str
) -> list[tuple[str, str, int]]:
    """id, parent_id and created_at of what readers do not see among these comments and above them, up to
    the first that they see. Without those that stand above a comment up to `after`, too.
    """
    wanted = sorted(set(parent_ids))
    hidden = fetch(connection, _HIDDEN_ABOVE, ids=wanted) if wanted else []
    if not hidden or not after:
        return hidden
    below = fetch(connection, _BELOW, ids=[id for id, _, _ in hidden])
    parents = {id: parent for id, parent, _ in hidden}
    parents |= {id: parent for id, parent, is_shown in below if not is_shown}
    earlier: set[str] = set()
    for id, above, is_shown in below:
        if is_shown and id <= after:
            while above in parents and above not in earlier:
                earlier.add(above)
                above = parents[above]
    return [row for row in hidden if row[0] not in earlier]


def count_approved(connection: Connection, page_id: str, limit: int) -> int:
    """How many approved comments a page has, counted up to the limit."""
    counted = sa.select(comments.c.id).where(_approved_on(page_id)).limit(limit)
    query = sa.select(sa.func.count()).select_from(counted.subquery())
    return connection.execute(query).scalar_one()


_COUNT_AT = """
    SELECT a.id, count(*) FROM page_addresses a
    JOIN comments c ON c.page_id = a.page_id AND c.status = 'approved'
    WHERE a.id AMONG :ids GROUP BY a.id
"""


def count_at(connection: Connection, addresses: Iterable[str]) -> dict[str, int]:
    """How many approved comments the pages at these addresses (store/pages.py) have, where there are any."""
    return dict(fetch(connection, _COUNT_AT, ids=sorted(addresses)))


def erase(connection: Connection, comment_ids: Sequence[str]) -> None:
    """Forgets what comments said and who wrote them; that takes the next number in the history of each. The caller has locked them.

    Decisions stay, with their codes and numbers; what was measured goes, for it points into the text.
    """
    connection.execute(
        sa.update(comments)
        .where(comments.c.id.in_(comment_ids))
        .values(
            status=Status.ERASED.value,
            sequence=comments.c.sequence + 1,
            campaign_id="",
            withdrawn_at=None,
            reports=0,
            first_report="",
            picked_at=None,
            **ERASED_COMMENT,
        )
    )
    connection.execute(
        sa.update(revisions)
        .where(revisions.c.comment_id.in_(comment_ids))
        .values(**ERASED_REVISION)
    )
    # What a person said of it and no lesson has learned yet: there are no words left to learn from.
    connection.execute(
        sa.delete(feedback).where(feedback.c.comment_id.in_(comment_ids), feedback.c.version == 0)
    )
    for table in (
        personal,
        pending,
        findings,
        held_scores,
        addresses,
        comment_reasons,
        reports,
        appeals,
        shadow_outcomes,
        proposals,
    ):
        connection.execute(sa.delete(table).where(table.c.comment_id.in_(comment_ids)))
