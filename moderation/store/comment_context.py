"""What stands around a comment: what it answers, its neighbours in the conversation, what else its author wrote, how many are like it."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from moderation.domain.comment import Status
from moderation.store.comment_fields import NEWEST_REVISION
from moderation.store.sketches import number_of
from moderation.store.sql.dialect import fetch
from moderation.store.sql.rows import record_of
from moderation.store.sql.schema import comments, personal, revisions

COUNTED = 1_000  # as many are counted; more says nothing else
_LOOKED_AT = 100  # of an author's comments, on whatever site


@dataclass(frozen=True, slots=True)
class Neighbour:
    """Another comment in short. created_at: ms."""

    id: str
    site_id: str
    author_name: str
    status: Status
    text: str
    created_at: int


def _short() -> sa.Select[Any]:
    c = comments.c
    columns = (c.id, c.site_id, c.author_name, c.status, revisions.c.text, c.created_at)
    return sa.select(*columns).join(revisions, NEWEST_REVISION)


def _read(connection: Connection, query: sa.Select[Any]) -> list[Neighbour]:
    return [
        record_of(Neighbour, row, status=Status(row.status)) for row in connection.execute(query)
    ]


def by_id(connection: Connection, comment_id: str) -> Neighbour | None:
    found = _read(connection, _short().where(comments.c.id == comment_id))
    return found[0] if found else None


def beside(
    connection: Connection, page_id: str, parent_id: str, comment_id: str, limit: int
) -> tuple[list[Neighbour], list[Neighbour]]:
    """Up to `limit` comments before and after one that answer the same comment; of one that answers none, those on its
    page. Each list in the order of time.
    """
    if parent_id:
        is_reply = comments.c.parent_id != sa.literal_column("''")  # as the index says it
        lists = [sa.select(comments.c.id).where(comments.c.parent_id == parent_id, is_reply)]
    else:  # one short range of the index for each status
        lists = [
            sa.select(comments.c.id).where(
                comments.c.page_id == page_id, comments.c.status == status.value
            )
            for status in Status
        ]
    before = [
        query.where(comments.c.id < comment_id).order_by(comments.c.id.desc()).limit(limit)
        for query in lists
    ]
    after = [
        query.where(comments.c.id > comment_id).order_by(comments.c.id).limit(limit)
        for query in lists
    ]
    ids = set(connection.scalars(sa.union_all(*(_part(query) for query in (*before, *after)))))
    found = _read(connection, _short().where(comments.c.id.in_(ids)).order_by(comments.c.id))
    earlier = [comment for comment in found if comment.id < comment_id]
    return earlier[-limit:], [comment for comment in found if comment.id > comment_id][:limit]


def _part(query: sa.Select[Any]) -> sa.Select[Any]:
    """A query with an order of its own, as part of a UNION."""
    return sa.select(query.subquery().c.id)


def by_author(
    connection: Connection, site_id: str, comment_id: str, limit: int
) -> tuple[str, list[Neighbour]]:
    """By what the author is known, '' or a column of `personal`, and the newest others on the site by the same."""
    keys = connection.execute(
        sa.select(personal.c.author_key, personal.c.email_key).where(
            personal.c.comment_id == comment_id
        )
    ).one_or_none()
    column = next(
        (name for name in ("author_key", "email_key") if keys and getattr(keys, name)), ""
    )
    if not column:
        return "", []
    newest = (
        sa.select(personal.c.comment_id)
        .where(personal.c[column] == getattr(keys, column), personal.c.comment_id != comment_id)
        .order_by(personal.c.comment_id.desc())
        .limit(_LOOKED_AT)
    )
    # By their ids alone, lest all of the site be read.
    found = _read(connection, _short().where(comments.c.id.in_(connection.scalars(newest).all())))
    of_site = [
        comment
        for comment in found
        if comment.site_id == site_id and comment.status is not Status.ERASED
    ]
    return column, sorted(of_site, key=lambda comment: comment.id, reverse=True)[:limit]


_SAME_TEXT = """
    SELECT count(*) FROM (
        SELECT 1 FROM sketches s JOIN comments c ON c.id = s.comment_id
        WHERE s.campaign_id = (SELECT campaign_id FROM sketches WHERE number = :number)
        AND s.campaign_id <> '' AND c.site_id = :site AND c.id <> :id LIMIT :most
    ) AS counted
"""
_SAME_NETWORK = """
    SELECT count(*) FROM (
        SELECT 1 FROM personal p WHERE p.network_key <> '' AND p.comment_id <> :id
        AND p.network_key = (SELECT network_key FROM personal WHERE comment_id = :id) LIMIT :most
    ) AS counted
"""


def count_same_text(connection: Connection, site_id: str, comment_id: str, created_at: int) -> int:
    """How many others of the last 30 days on the site have much the same text, counted up to COUNTED."""
    number = number_of(comment_id, created_at)
    values: dict[str, object] = {"number": number, "site": site_id, "id": comment_id}
    [(count,)] = fetch(connection, _SAME_TEXT, most=COUNTED, **values)
    return int(count)


def network_of(connection: Connection, comment_id: str) -> str:
    """The key of the network that a comment came from, '' where it is not known, or no longer."""
    query = sa.select(personal.c.network_key).where(personal.c.comment_id == comment_id)
    return connection.scalar(query) or ""


def count_same_network(connection: Connection, comment_id: str) -> int:
    """How many others came from the same network while it is remembered, counted up to COUNTED. Its key is the site's own."""
    [(count,)] = fetch(connection, _SAME_NETWORK, id=comment_id, most=COUNTED)
    return int(count)
