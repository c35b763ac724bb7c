"""Comments that wait to be judged: claimed under a lease, finished, or handed back."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from moderation.domain.comment import PageState
from moderation.domain.reason_codes import ReasonCode
from moderation.store.comment_fields import (
    TRAP_FILLED,
    UNPROVEN,
    SentComment,
    columns_of,
    or_empty,
    select_list,
)
from moderation.store.sql.dialect import (
    advisory_lock,
    claim_pending,
    execute,
    fetch,
    insert_rows,
)
from moderation.store.sql.schema import (
    comments,
    findings,
    pages,
    pending,
    revisions,
    second_opinion_sites,
    shadow_policies,
    sites,
)

# Due by any clock: a time would be read by another machine, whose clock may be behind.
AT_ONCE = 0

_parent_revisions = revisions.alias("parent_revisions")


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgingJob(SentComment):
    """One revision to judge, with all that judging needs.

    attempts: this one included. came_in: its text, ms. language: of the site's pages. policy: TOML, '' for the service's own.
    policy_scopes: of the policies for parts of the site (store/policy_scopes.py).
    shadow: TOML of the site's candidate, '' for none.
    parent_text: of the comment answered to, its newest revision; '' where there is none. page_state: of the
    page or its site's default; by its age a page closes for new comments only. asks_opinion: whether a chat model may be
    asked about it if it is held.
    """

    attempts: int
    revision: Annotated[int, revisions.c.number]
    came_in: Annotated[int, revisions.c.created_at]
    parent_id: Annotated[str, comments.c.parent_id]
    page_state: Annotated[
        PageState, sa.func.coalesce(sa.func.nullif(pages.c.state, ""), sites.c.page_state)
    ]
    trap_filled: Annotated[bool, revisions.c.form_json]
    unproven: Annotated[bool, revisions.c.form_json]
    parent_text: Annotated[str, or_empty(_parent_revisions.c.text)]
    language: Annotated[str, sites.c.language]
    policy: Annotated[str, sites.c.policy]
    policy_scopes: Annotated[str, sites.c.policy_scopes_json]
    shadow: Annotated[str, or_empty(shadow_policies.c.toml)]
    filters_version: Annotated[int, sites.c.filters_version]
    asks_opinion: Annotated[bool, second_opinion_sites.c.site_id.is_not(None)]


_FIELDS = tuple(columns_of(JudgingJob))
_JOBS = f"""
    SELECT {select_list(JudgingJob)}
    FROM comments
    JOIN revisions ON revisions.comment_id = comments.id
    JOIN pages ON pages.id = comments.page_id
    JOIN sites ON sites.id = comments.site_id
    LEFT JOIN shadow_policies ON shadow_policies.site_id = sites.id
    LEFT JOIN second_opinion_sites ON second_opinion_sites.site_id = sites.id
    LEFT JOIN comments parents ON parents.id = comments.parent_id
    LEFT JOIN revisions parent_revisions
        ON parent_revisions.comment_id = parents.id AND parent_revisions.number = parents.revision
    LEFT JOIN personal ON personal.comment_id = comments.id
    WHERE comments.id AMONG :ids ORDER BY comments.id
"""  # noqa: S608 - the columns stand in the schema
_LEASED = """
    SELECT comment_id, revision FROM pending WHERE comment_id AMONG :ids AND lease = :lease
    ORDER BY comment_id FOR UPDATE
"""
_LOCK = "SELECT comment_id FROM pending WHERE comment_id = :id FOR UPDATE"
_FINISH = "DELETE FROM pending WHERE comment_id AMONG :ids"


def claim(connection: Connection, lease: str, now: int, until: int, limit: int) -> list[JudgingJob]:
    """Takes up to `limit` due jobs, oldest first, and keeps them until `until` (ms); by their ids."""
    due = claim_pending(connection)
    claimed = {
        comment_id: (revision, attempts)
        for comment_id, revision, _, attempts in fetch(
            connection, due, lease=lease, now=now, until=until, limit=limit
        )
    }
    return [
        _job(values, claimed[values["id"]][1])
        for values in _read(connection, claimed)
        if values["revision"] == claimed[values["id"]][0]
    ]


def jobs_of(connection: Connection, attempts_by_comment: Mapping[str, int]) -> list[JudgingJob]:
    """The newest revision of each comment, as a job that nobody has to claim."""
    newest: dict[str, dict[str, Any]] = {}
    for values in _read(connection, attempts_by_comment):
        if values["revision"] >= newest.get(values["id"], values)["revision"]:
            newest[values["id"]] = values
    return [_job(values, attempts_by_comment[id]) for id, values in newest.items()]


def _read(connection: Connection, comment_ids: Collection[str]) -> list[dict[str, Any]]:
    """A row for each revision of the comments, by their ids."""
    rows = fetch(connection, _JOBS, ids=list(comment_ids)) if comment_ids else []
    return [dict(zip(_FIELDS, row, strict=True)) for row in rows]


def _job(values: dict[str, Any], attempts: int) -> JudgingJob:
    values["trap_filled"] = values["trap_filled"] == TRAP_FILLED
    values["unproven"] = values["unproven"] == UNPROVEN
    values["page_state"] = PageState(values["page_state"])
    return JudgingJob(attempts=attempts, **values)


def still_leased(
    connection: Connection, lease: str, revisions_by_comment: Mapping[str, int]
) -> set[str]:
    """Those of the jobs that this lease still holds; the rows stay locked until the commit.

    A job about a text that its writer has changed meanwhile is none of them.
    """
    leased = fetch(connection, _LEASED, ids=list(revisions_by_comment), lease=lease)
    return {
        comment_id
        for comment_id, revision in leased
        if revisions_by_comment[comment_id] == revision
    }


def lock(connection: Connection, comment_id: str) -> None:
    """Nobody else changes the job of a comment, where there is one, until the commit; nor adds one.

    Before decisions.standings(): whoever records what was judged takes the locks in this order. A job that another
    writer's transaction is about to replace would not be locked with its row: so these come one by one first.
    """
    advisory_lock(connection, [f"job of {comment_id}"])
    fetch(connection, _LOCK, id=comment_id)


def renew(connection: Connection, comment_id: str, revision: int, site_id: str, now: int) -> None:
    """Queues the new text of a comment in place of the old one, whoever judges that. now: ms."""
    finish(connection, [comment_id])
    add(connection, [(comment_id, revision, site_id)], now)


def finish(connection: Connection, comment_ids: Sequence[str]) -> None:
    """The jobs are done."""
    if comment_ids:
        execute(connection, _FINISH, ids=list(comment_ids))


def postpone(connection: Connection, due: Mapping[str, int]) -> None:
    """Hands jobs back, each not before its own time (ms)."""
    for comment_id, due_at in due.items():
        connection.execute(
            sa.update(pending)
            .where(pending.c.comment_id == comment_id)
            .values(lease="", due_at=due_at)
        )


_HELD_FOR_PARENT = f"""
    SELECT c.id, c.revision, c.site_id FROM comments c
    JOIN decisions d ON d.comment_id = c.id AND d.sequence = c.sequence
    WHERE c.parent_id AMONG :ids AND c.parent_id <> '' AND c.status = 'held' AND c.decided_by = 'policy'
    AND (d.reasons_json LIKE '%"{ReasonCode.PARENT_HELD.value}"%'
        OR d.reasons_json LIKE '%"{ReasonCode.PARENT_REMOVED.value}"%')
"""  # noqa: S608 - both codes are constants
# Those of an earlier text stay: what was decided about it was decided by them.
_FORGET_FINDINGS = """
    DELETE FROM findings WHERE comment_id AMONG :ids
    AND revision = (SELECT c.revision FROM comments c WHERE c.id = findings.comment_id)
"""


def judge_replies_again(connection: Connection, parent_ids: Sequence[str], now: int) -> None:
    """Queues the replies that a policy holds only until these comments are approved. now: ms.

    The caller holds the locks of decisions.standings() on the parents, as does whoever holds a reply for
    such a reason: so none is overlooked. What was measured of them is measured again.
    """
    waiting = fetch(connection, _HELD_FOR_PARENT, ids=list(parent_ids)) if parent_ids else []
    if waiting:
        execute(connection, _FORGET_FINDINGS, ids=[comment_id for comment_id, _, _ in waiting])
        add(connection, waiting, now)


def add(connection: Connection, jobs: Sequence[tuple[str, int, str]], now: int) -> None:
    """Queues comments (id, revision, site) that do not wait already, due at once. now: ms."""
    rows = [
        {
            "comment_id": comment_id,
            "revision": revision,
            "site_id": site_id,
            "due_at": AT_ONCE,
            "attempts": 0,
            "lease": "",
            "created_at": now,
        }
        for comment_id, revision, site_id in jobs
    ]
    insert_rows(connection, pending, rows, new_only=True)


def hand_back(connection: Connection, lease: str, comment_ids: Collection[str]) -> None:
    """The jobs of a lease that were not begun: due again at once, and their attempt does not count."""
    if comment_ids:
        connection.execute(
            sa.update(pending)
            .where(pending.c.lease == lease, pending.c.comment_id.in_(comment_ids))
            .values(lease="", due_at=AT_ONCE, attempts=pending.c.attempts - 1)
        )


def unfinished(connection: Connection, jobs: Sequence[JudgingJob]) -> set[str]:
    """Ids of the jobs whose attempt before this one left no findings: its worker may have died of it."""
    earlier = {job.id: (job.revision, job.attempts - 1) for job in jobs if job.attempts > 1}
    if not earlier:
        return set()
    rows = connection.execute(
        sa.select(findings.c.comment_id, findings.c.revision, findings.c.attempt).where(
            findings.c.comment_id.in_(earlier)
        )
    )
    finished = {
        row.comment_id for row in rows if earlier[row.comment_id] == (row.revision, row.attempt)
    }
    return earlier.keys() - finished


def release(connection: Connection, lease: str, *, counted: bool) -> int:
    """Hands back whatever a lease holds, due at once by anybody's clock; returns how many jobs.

    counted: the attempt stays counted. True where the worker died, for the job may have killed it;
    False where it was asked to stop.
    """
    attempts = pending.c.attempts if counted else pending.c.attempts - 1
    released = connection.execute(
        sa.update(pending)
        .where(pending.c.lease == lease)
        .values(lease="", due_at=AT_ONCE, attempts=attempts)
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


def is_undecided(connection: Connection, now: int) -> bool:
    """Whether a comment is due, or in the hands of a worker."""
    query = sa.select(pending.c.comment_id).where(
        sa.or_(pending.c.due_at <= now, pending.c.lease != "")
    )
    return connection.execute(query.limit(1)).first() is not None


def backlog(connection: Connection) -> tuple[int, int | None]:
    """How many jobs wait or are in work, and when the oldest came in (ms; None when there is none)."""
    row = connection.execute(
        sa.select(sa.func.count(), sa.func.min(pending.c.created_at)).select_from(pending)
    ).one()
    return row[0], row[1]
