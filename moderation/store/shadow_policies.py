"""Candidate policies beside those in force, and what they would have made of each comment."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from moderation.store.sql.dialect import execute, fetch, insert_rows
from moderation.store.sql.rows import record_of, row_of
from moderation.store.sql.schema import shadow_outcomes, shadow_policies


@dataclass(frozen=True, slots=True)
class ShadowPolicy:
    """A site's candidate. version: of its content. started_by: a moderator's id, a key's, or 'command'. started_at: ms."""

    site_id: str
    version: str
    toml: str
    started_by: str
    started_at: int


@dataclass(frozen=True, slots=True)
class ShadowOutcome:
    """What both policies make of one comment. rules: codes that only one of them gives, with spaces between."""

    comment_id: str
    site_id: str
    version: str
    live: str
    shadow: str
    rules: str


def start(connection: Connection, policy: ShadowPolicy) -> None:
    """In place of the site's candidate, where it has one."""
    stop(connection, policy.site_id)
    insert_rows(connection, shadow_policies, [row_of(policy, shadow_policies)])


def stop(connection: Connection, site_id: str) -> None:
    """What it would have decided is deleted later (forget_old)."""
    connection.execute(sa.delete(shadow_policies).where(shadow_policies.c.site_id == site_id))


def of_site(connection: Connection, site_id: str) -> ShadowPolicy | None:
    query = sa.select(shadow_policies).where(shadow_policies.c.site_id == site_id)
    row = connection.execute(query).one_or_none()
    return record_of(ShadowPolicy, row) if row else None


def add_outcomes(connection: Connection, outcomes: Sequence[ShadowOutcome]) -> None:
    """Keeps what the candidates make of comments, instead of what they made of these before."""
    if outcomes:
        ids = [outcome.comment_id for outcome in outcomes]
        execute(connection, "DELETE FROM shadow_outcomes WHERE comment_id AMONG :ids", ids=ids)
        rows = [row_of(outcome, shadow_outcomes) for outcome in outcomes]
        insert_rows(connection, shadow_outcomes, rows)


_COUNTS = """
    SELECT o.live, o.shadow, CASE WHEN c.decided_by = 'moderator' THEN c.status ELSE '' END AS said, count(*)
    FROM shadow_outcomes o JOIN comments c ON c.id = o.comment_id
    WHERE o.site_id = :site AND o.version = :version
    GROUP BY o.live, o.shadow, said
"""
_CHANGED = """
    SELECT o.comment_id, c.status, o.rules FROM shadow_outcomes o JOIN comments c ON c.id = o.comment_id
    WHERE o.site_id = :site AND o.version = :version AND o.live = :live AND o.shadow = :shadow
    ORDER BY o.comment_id DESC LIMIT :limit
"""


def counts(connection: Connection, site_id: str, version: str) -> list[tuple[str, str, str, int]]:
    """How many comments have which outcomes by the policy in force and by the candidate; with the status that a person gave
    them, '' where none did.
    """
    return fetch(connection, _COUNTS, site=site_id, version=version)


def samples(
    connection: Connection, site_id: str, version: str, live: str, shadow: str, limit: int
) -> list[tuple[str, str, str]]:
    """The newest comments with these outcomes: id, status, rules."""
    found: list[tuple[str, str, str]] = fetch(
        connection, _CHANGED, site=site_id, version=version, live=live, shadow=shadow, limit=limit
    )
    return found


def forget_old(connection: Connection, before: str, limit: int) -> int:
    """Forgets the outcomes of candidates that have ended, and of comments before the id `before`."""
    old = (
        sa.select(shadow_outcomes.c.comment_id)
        .outerjoin(
            shadow_policies,
            sa.and_(
                shadow_policies.c.site_id == shadow_outcomes.c.site_id,
                shadow_policies.c.version == shadow_outcomes.c.version,
            ),
        )
        .where(sa.or_(shadow_policies.c.site_id.is_(None), shadow_outcomes.c.comment_id < before))
        .limit(limit)
    )
    ids = list(connection.scalars(old))
    if not ids:
        return 0
    return execute(connection, "DELETE FROM shadow_outcomes WHERE comment_id AMONG :ids", ids=ids)
