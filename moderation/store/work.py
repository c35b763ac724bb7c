"""The work that waits for judging: claimed under a lease, finished, or handed back."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from moderation.domain.comment import NO_FORM, FormFacts, PageState
from moderation.store.dialect import claim_pending
from moderation.store.schema import comments, pages, pending, personal, revisions, sites


@dataclass(frozen=True, slots=True)
class Job:
    """One revision to judge, with all that judging needs.

    attempts: this one included. language: of the site's pages. policy: TOML, '' for the service's own.
    parent_text: of the comment answered to, its newest revision. email_sealed: opens with the comment's id (store/seal.py).
    """

    comment_id: str
    revision: int
    site_id: str
    attempts: int
    text: str
    author_name: str
    author_url: str
    parent_id: str
    parent_text: str
    created_at: int
    page_id: str
    page_url: str
    page_title: str
    page_external_id: str
    page_state: PageState
    language: str
    policy: str
    filters_version: int
    form: FormFacts
    email_sealed: bytes | None
    email_key: str
    address_key: str
    network: str
    user_agent: str
    referrer: str
    author_key: str
    network_key: str


# Made once: making a statement costs more than running it on a dozen rows.
_IDS: sa.BindParameter[str] = sa.bindparam("ids", expanding=True)
_PARENTS, _SAID = comments.alias(), revisions.alias()
_JOBS = (
    sa.select(
        comments.c.id,
        comments.c.author_name,
        comments.c.author_url,
        comments.c.parent_id,
        comments.c.page_id,
        comments.c.created_at,
        revisions.c.number,
        revisions.c.text,
        revisions.c.form_json,
        _SAID.c.text.label("parent_text"),
        pages.c.url,
        pages.c.title,
        pages.c.external_id,
        pages.c.state,
        sites.c.language,
        sites.c.policy,
        sites.c.filters_version,
        personal.c.email_sealed,
        personal.c.email_key,
        personal.c.address_key,
        personal.c.network,
        personal.c.user_agent,
        personal.c.referrer,
        personal.c.author_key,
        personal.c.network_key,
    )
    .join(revisions, revisions.c.comment_id == comments.c.id)
    .join(pages, pages.c.id == comments.c.page_id)
    .join(sites, sites.c.id == comments.c.site_id)
    .outerjoin(_PARENTS, _PARENTS.c.id == comments.c.parent_id)
    .outerjoin(
        _SAID, (_SAID.c.comment_id == _PARENTS.c.id) & (_SAID.c.number == _PARENTS.c.revision)
    )
    .outerjoin(personal, personal.c.comment_id == comments.c.id)
    .where(comments.c.id.in_(_IDS))
)
_HELD = (
    sa.select(pending.c.comment_id)
    .where(pending.c.comment_id.in_(_IDS), pending.c.lease == sa.bindparam("lease"))
    .order_by(pending.c.comment_id)
    .with_for_update()
)
_FINISH = sa.delete(pending).where(pending.c.comment_id.in_(_IDS))


def claim(connection: Connection, lease: str, now: int, until: int, limit: int) -> list[Job]:
    """Takes up to `limit` due jobs, oldest first, and keeps them until `until` (ms)."""
    taken = {
        row.comment_id: row
        for row in connection.execute(
            claim_pending(connection),
            {"lease": lease, "now": now, "until": until, "limit": limit},
        )
    }
    if not taken:
        return []
    rows = connection.execute(_JOBS, {"ids": list(taken)})
    jobs = [
        Job(
            comment_id=row.id,
            revision=row.number,
            site_id=taken[row.id].site_id,
            attempts=taken[row.id].attempts,
            text=row.text,
            author_name=row.author_name,
            author_url=row.author_url,
            parent_id=row.parent_id,
            parent_text=row.parent_text or "",
            created_at=row.created_at,
            page_id=row.page_id,
            page_url=row.url,
            page_title=row.title,
            page_external_id=row.external_id,
            page_state=PageState(row.state),
            language=row.language,
            policy=row.policy,
            filters_version=row.filters_version,
            form=FormFacts(**json.loads(row.form_json)) if row.form_json else NO_FORM,
            email_sealed=row.email_sealed,
            email_key=row.email_key or "",
            address_key=row.address_key or "",
            network=row.network or "",
            user_agent=row.user_agent or "",
            referrer=row.referrer or "",
            author_key=row.author_key or "",
            network_key=row.network_key or "",
        )
        for row in rows
        if row.number == taken[row.id].revision
    ]
    return sorted(jobs, key=lambda job: job.comment_id)


def still_leased(connection: Connection, lease: str, comment_ids: Sequence[str]) -> set[str]:
    """Those of the jobs that this lease still holds; the rows stay locked until the commit."""
    rows = connection.execute(_HELD, {"ids": list(comment_ids), "lease": lease})
    return {row.comment_id for row in rows}


def finish(connection: Connection, comment_ids: Sequence[str]) -> None:
    """The jobs are done."""
    if comment_ids:
        connection.execute(_FINISH, {"ids": list(comment_ids)})


def postpone(connection: Connection, due: Sequence[tuple[str, int]]) -> None:
    """Hands jobs back, each not before its own time (ms)."""
    for comment_id, due_at in due:
        connection.execute(
            sa.update(pending)
            .where(pending.c.comment_id == comment_id)
            .values(lease="", due_at=due_at)
        )


def release(connection: Connection, lease: str, now: int, *, counted: bool) -> int:
    """Hands back whatever a lease holds, at once; returns how many jobs.

    counted: the attempt stays counted. True where the worker died, for the job may have killed it;
    False where it was asked to stop.
    """
    attempts = pending.c.attempts if counted else pending.c.attempts - 1
    released = connection.execute(
        sa.update(pending)
        .where(pending.c.lease == lease)
        .values(lease="", due_at=now, attempts=attempts)
    )
    return released.rowcount


def leases(connection: Connection, prefix: str) -> set[str]:
    """The leases in force whose names begin with `prefix`."""
    rows = connection.execute(
        sa.select(pending.c.lease)
        .where(pending.c.lease.startswith(prefix, autoescape=True))
        .distinct()
    )
    return {row.lease for row in rows}


def is_due(connection: Connection, now: int) -> bool:
    """Whether a worker would find anything."""
    query = sa.select(pending.c.comment_id).where(pending.c.due_at <= now).limit(1)
    return connection.execute(query).first() is not None


def backlog(connection: Connection) -> tuple[int, int | None]:
    """How many jobs wait or are in work, and when the oldest came in (ms; None when there is none)."""
    row = connection.execute(
        sa.select(sa.func.count(), sa.func.min(pending.c.created_at)).select_from(pending)
    ).one()
    return row[0], row[1]
