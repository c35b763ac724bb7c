"""What people look at: comments of a site by status, with text, page and author."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from typing import Annotated

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from moderation.domain.comment import Status
from moderation.domain.ids import timed_id
from moderation.domain.sections import is_part
from moderation.store import claims, counts, proposals, reach
from moderation.store.comment_fields import NEWEST_REVISION, CommentFields, labelled
from moderation.store.expiry import has_own_term
from moderation.store.site_lists import first_of_sites
from moderation.store.sql.schema import (
    comment_reasons,
    comments,
    decisions,
    pages,
    revisions,
    sites,
)

_LATEST_DECISION = sa.and_(
    decisions.c.comment_id == comments.c.id, decisions.c.sequence == comments.c.sequence
)


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueEntry(CommentFields):
    """A comment as it stands. page_external_id: the site's own id of the page, '' where it gave none.

    page_title_verified: whether the site's server gave the title; else the first commenter did. text_at: when the
    text was handed in. withdrawn_at, picked_at: None where it is not. reports: how many readers' wait to be looked at. Times in ms.
    """

    page_external_id: Annotated[str, pages.c.external_id]
    page_title_verified: Annotated[bool, pages.c.title_verified]
    parent_id: Annotated[str, comments.c.parent_id]
    status: Annotated[Status, comments.c.status]
    revision: Annotated[int, comments.c.revision]
    sequence: Annotated[int, comments.c.sequence]
    campaign_id: Annotated[str, comments.c.campaign_id]
    text_at: Annotated[int, revisions.c.created_at]
    withdrawn_at: Annotated[int | None, comments.c.withdrawn_at]
    reports: Annotated[int, comments.c.reports]
    first_report: Annotated[str, comments.c.first_report]
    picked_at: Annotated[int | None, comments.c.picked_at]


def _entries() -> sa.Select[tuple[object, ...]]:
    return (
        sa.select(*labelled(QueueEntry))
        .join(pages, pages.c.id == comments.c.page_id)
        .join(revisions, NEWEST_REVISION)
    )


def _entry(row: sa.Row[tuple[object, ...]]) -> QueueEntry:
    return QueueEntry(**{**row._mapping, "status": Status(row.status)})


def by_status(
    connection: Connection,
    site_id: str,
    status: Status,
    *,
    after: str,
    limit: int,
    newest_first: bool,
    reason: str,
    alone: bool = False,
    not_of_others: str = "",
    not_proposed: bool = False,
) -> list[QueueEntry]:
    """A keyset page: up to `limit` comments past the id `after` ('' from the beginning).

    reason: only those whose latest decision gives this reason code; '' for all. alone: only those
    that are part of no campaign. not_of_others: a moderator; only those that nobody else has claimed.
    not_proposed: only those about which no proposal is open.
    """
    wanted = _wanted_ids(site_id, status, reason, alone).subquery()
    found = sa.select(wanted.c.id)
    if not_of_others:
        found = found.where(~claims.of_others(connection, wanted.c.id, not_of_others))
    if not_proposed:
        found = found.where(~proposals.is_about(wanted.c.id))
    if after:
        found = found.where(wanted.c.id < after if newest_first else wanted.c.id > after)
    found = found.order_by(wanted.c.id.desc() if newest_first else wanted.c.id).limit(limit)
    # What is shown is read of these alone.
    query = _entries().where(comments.c.id.in_(found))
    query = query.order_by(comments.c.id.desc() if newest_first else comments.c.id)
    return [_entry(row) for row in connection.execute(query)]


def _wanted_ids(site_id: str, status: Status, reason: str, alone: bool) -> sa.Select[tuple[str]]:
    """The ids of those comments, which one index has in order."""
    # Literals, so that an index of some comments alone answers.
    is_status = sa.literal(status.value, literal_execute=True)
    if not reason:
        query = sa.select(comments.c.id).where(
            comments.c.site_id == site_id, comments.c.status == is_status
        )
    else:
        query = sa.select(comment_reasons.c.comment_id.label("id")).where(
            comment_reasons.c.site_id == site_id,
            comment_reasons.c.status == is_status,
            comment_reasons.c.code == reason,
        )
        if alone:
            query = query.join(comments, comments.c.id == comment_reasons.c.comment_id)
    if alone:
        query = query.where(comments.c.campaign_id == sa.literal_column("''"))
    return query


def newest_ids_by_site(
    connection: Connection, site_ids: Collection[str], status: Status, limit: int
) -> dict[str, list[str]]:
    """The ids of each of these sites' comments with this status that came last, the last one first; also of parts of sites."""
    is_status = comments.c.status == sa.literal(status.value, literal_execute=True)
    newest = sa.select(comments.c.id).where(is_status).order_by(comments.c.id.desc()).limit(limit)
    whole = [id for id in site_ids if not is_part(id)]
    rows = first_of_sites(connection, newest, comments.c.site_id, whole)
    found = {site_id: [id for (id,) in ids] for site_id, ids in rows.items()}
    for part in filter(is_part, site_ids):
        is_there = reach.within(comments.c.site_id, comments.c.page_id, [part])
        found[part] = list(connection.scalars(newest.where(is_there)))
    return found


def spam_before(connection: Connection, before: int, limit: int) -> list[str]:
    """Ids of comments, of any site without a term of its own, whose latest decision filed them as spam before `before` (ms)."""
    query = (
        sa.select(comments.c.id)
        .join(decisions, _LATEST_DECISION)
        .where(
            comments.c.site_id.in_(sa.select(sites.c.id)),  # the index begins with the site
            comments.c.status == Status.SPAM.value,
            comments.c.id < timed_id("cmt", before, bytes(10)),  # older, so that it ends early
            decisions.c.created_at < before,
            ~has_own_term(Status.SPAM),
        )
        .order_by(comments.c.id)
        .limit(limit)
    )
    return list(connection.scalars(query))


def by_id(connection: Connection, comment_id: str, site_ids: Collection[str]) -> QueueEntry | None:
    """The comment, if it belongs to one of the sites, or parts of sites."""
    is_reached = reach.within(comments.c.site_id, comments.c.page_id, site_ids)
    query = _entries().where(comments.c.id == comment_id, is_reached)
    row = connection.execute(query).one_or_none()
    return _entry(row) if row else None


def by_ids(connection: Connection, comment_ids: Collection[str]) -> list[QueueEntry]:
    """Those of the comments that exist, oldest first. Whose they are, the caller has seen to."""
    if not comment_ids:
        return []
    query = _entries().where(comments.c.id.in_(comment_ids)).order_by(comments.c.id)
    return [_entry(row) for row in connection.execute(query)]


@dataclass(frozen=True, slots=True)
class WaitingSummary:
    """How many comments are held, and since when (ms) the oldest of them is there; 0 for none."""

    count: int
    oldest_at: int


def waiting(connection: Connection, site_id: str) -> WaitingSummary:
    """What waits for a site's moderators."""
    oldest = (
        sa.select(comments.c.created_at)
        .where(comments.c.site_id == site_id, comments.c.status == Status.HELD.value)
        .order_by(comments.c.id)
        .limit(1)
    )
    held = counts.of_site(connection, site_id)[Status.HELD]
    return WaitingSummary(held, connection.scalar(oldest) or 0)


def since(connection: Connection, site_id: str, since_ms: int) -> Counter[Status]:
    """How many comments came in since `since_ms`, by the status they have now."""
    rows = connection.execute(
        sa.select(comments.c.status, sa.func.count())
        .where(
            comments.c.site_id == site_id,
            # One short range of the index for each status.
            comments.c.status.in_([status.value for status in Status]),
            comments.c.id >= timed_id("cmt", since_ms, bytes(10)),
        )
        .group_by(comments.c.status)
    )
    return Counter({Status(status): count for status, count in rows})
