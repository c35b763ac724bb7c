"""The audit: written in the transaction of the change, and never changed."""

import json
from collections.abc import Collection, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from moderation.domain.audit import AuditEntry, AuditQuery, Change
from moderation.store.sql.dialect import database_time
from moderation.store.sql.rows import record_of
from moderation.store.sql.schema import audit, memberships


def record(
    connection: Connection,
    by: str,
    change: Change,
    site_id: str,
    about: str = "",
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    """Notes a change in its transaction; arguments as in AuditEntry.

    What is alike before and after is left out, and where all is, nothing was changed and nothing is noted.
    Neither may hold what a comment says, or an e-mail, address, secret or hash of anybody but a moderator.
    """
    old, new = dict(before or {}), dict(after or {})
    if old and old == new:
        return
    alike = {name for name in old.keys() & new.keys() if old[name] == new[name]}
    connection.execute(
        sa.insert(audit).values(
            site_id=site_id,
            actor=by,
            change=change.value,
            about=about,
            before_json=_json(old, alike),
            after_json=_json(new, alike),
            at=database_time(connection),
        )
    )


def record_of_account(
    connection: Connection,
    by: str,
    change: Change,
    moderator_id: str,
    after: Mapping[str, Any] | None = None,
) -> None:
    """Notes a change of a moderator's account on each of their sites."""
    site_ids = connection.scalars(
        sa.select(memberships.c.site_id).where(memberships.c.moderator_id == moderator_id)
    ).all()
    for site_id in site_ids or [""]:
        record(connection, by, change, site_id, moderator_id, None, after)


def newest(
    connection: Connection,
    site_ids: Collection[str],
    wanted: AuditQuery,
    after: int | None = None,
    limit: int | None = None,
) -> list[AuditEntry]:
    """The entries of these sites, the newest first, past the number `after`. '' is a site: of no single one."""
    query = sa.select(audit).where(audit.c.site_id.in_(site_ids))
    if wanted.since:
        query = query.where(audit.c.at >= wanted.since)
    if wanted.until is not None:
        query = query.where(audit.c.at < wanted.until)
    if wanted.by:
        query = query.where(audit.c.actor == wanted.by)
    if wanted.change:
        chosen = [change for change in Change if f"{change}.".startswith(f"{wanted.change}.")]
        query = query.where(audit.c.change.in_(chosen))
    if wanted.about:
        query = query.where(audit.c.about == wanted.about)
    if after is not None:
        query = query.where(audit.c.number < after)
    rows = connection.execute(query.order_by(audit.c.number.desc()).limit(limit))
    return [
        record_of(
            AuditEntry,
            row,
            by=row.actor,
            before=json.loads(row.before_json),
            after=json.loads(row.after_json),
        )
        for row in rows
    ]


def forget_old(connection: Connection, before: int, limit: int) -> int:
    """Forgets entries from before `before` (ms); returns how many, at most `limit`."""
    old = sa.select(audit.c.number).where(audit.c.at < before).order_by(audit.c.at).limit(limit)
    return connection.execute(sa.delete(audit).where(audit.c.number.in_(old))).rowcount


def _json(facts: Mapping[str, Any], alike: Collection[str]) -> str:
    return json.dumps({name: value for name, value in facts.items() if name not in alike})
