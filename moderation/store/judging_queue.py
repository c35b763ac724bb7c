"""The work that waits for judging: claimed under a lease, finished, or handed back."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from moderation.domain.comment import NO_FORM, FormFacts, PageState
from moderation.store.sql.dialect import claim_pending, execute, fetch
from moderation.store.sql.schema import pending


@dataclass(frozen=True, slots=True)
class JudgingJob:
    """One revision to judge, with all that judging needs.

    attempts: this one included. language: of the site's pages. policy: TOML, '' for the service's own.
    parent_text: of the comment answered to, its newest revision. email_sealed: opens with the comment's id (store/seal.py).
    """

    comment_id: str
    revision: int
    site_id: str
    attempts: int
    page_state: PageState
    form: FormFacts
    text: str
    author_name: str
    author_url: str
    parent_text: str
    created_at: int
    page_id: str
    page_url: str
    page_title: str
    language: str
    policy: str
    filters_version: int
    email_sealed: bytes | None
    email_key: str
    address_key: str
    network: str
    user_agent: str
    referrer: str
    author_key: str
    network_key: str


# What a job begins with, and then the columns as a Job has them.
_JOBS = """
    SELECT c.id, r.number, p.state, r.form_json,
        r.text, c.author_name, c.author_url, coalesce(said.text, ''), c.created_at,
        c.page_id, p.url, p.title, s.language, s.policy, s.filters_version,
        x.email_sealed, coalesce(x.email_key, ''), coalesce(x.address_key, ''), coalesce(x.network, ''),
        coalesce(x.user_agent, ''), coalesce(x.referrer, ''), coalesce(x.author_key, ''), coalesce(x.network_key, '')
    FROM comments c
    JOIN revisions r ON r.comment_id = c.id
    JOIN pages p ON p.id = c.page_id
    JOIN sites s ON s.id = c.site_id
    LEFT JOIN comments parent ON parent.id = c.parent_id
    LEFT JOIN revisions said ON said.comment_id = parent.id AND said.number = parent.revision
    LEFT JOIN personal x ON x.comment_id = c.id
    WHERE c.id AMONG :ids ORDER BY c.id
"""
_HELD = """
    SELECT comment_id FROM pending WHERE comment_id AMONG :ids AND lease = :lease
    ORDER BY comment_id FOR UPDATE
"""
_FINISH = "DELETE FROM pending WHERE comment_id AMONG :ids"


def claim(connection: Connection, lease: str, now: int, until: int, limit: int) -> list[JudgingJob]:
    """Takes up to `limit` due jobs, oldest first, and keeps them until `until` (ms); by their ids."""
    due = claim_pending(connection)
    rows = fetch(connection, due, lease=lease, now=now, until=until, limit=limit)
    taken = {comment_id: job for comment_id, *job in rows}
    if not taken:
        return []
    jobs = []
    for comment_id, number, state, form, *others in fetch(connection, _JOBS, ids=list(taken)):
        revision, site_id, attempts = taken[comment_id]
        if number == revision:
            facts = FormFacts(**json.loads(form)) if form else NO_FORM
            page = PageState(state)
            jobs.append(JudgingJob(comment_id, revision, site_id, attempts, page, facts, *others))
    return jobs


def still_leased(connection: Connection, lease: str, comment_ids: Sequence[str]) -> set[str]:
    """Those of the jobs that this lease still holds; the rows stay locked until the commit."""
    held = fetch(connection, _HELD, ids=list(comment_ids), lease=lease)
    return {comment_id for (comment_id,) in held}


def finish(connection: Connection, comment_ids: Sequence[str]) -> None:
    """The jobs are done."""
    if comment_ids:
        execute(connection, _FINISH, ids=list(comment_ids))


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
