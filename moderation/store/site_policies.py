"""The policies of a site, its own and those for parts of it, and those that it had before; rows are only ever added."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from moderation.domain.closed_hours import ClosedHours
from moderation.domain.policy_scopes import WHOLE_SITE, ScopedPolicy
from moderation.store import policy_scopes
from moderation.store.sql.dialect import insert_rows
from moderation.store.sql.rows import record_of, row_of
from moderation.store.sql.schema import policy_versions, sites


@dataclass(frozen=True, slots=True)
class PolicyVersion:
    """A policy that a site has had. number: 1, 2, 3 ... of all its policies. version: of its content. toml: '' for the installation's
    or, where it is for a scope, for the site's. set_by: the id of a moderator or key, or 'command'. set_at: ms.
    """

    site_id: str
    number: int
    version: str
    toml: str
    set_by: str
    set_at: int
    scope: str = WHOLE_SITE


def locked_policy(connection: Connection, site_id: str) -> str:
    """The TOML of a site's own policy, '' where it has none; until the transaction ends nobody else sets another."""
    query = sa.select(sites.c.policy).where(sites.c.id == site_id).with_for_update()
    return str(connection.execute(query).scalar_one())


def last_number(connection: Connection, site_id: str) -> int:
    """The number of the last change of any policy of a site, 0 for none."""
    query = sa.select(sa.func.max(policy_versions.c.number))
    return connection.execute(query.where(policy_versions.c.site_id == site_id)).scalar() or 0


def versions_of(
    connection: Connection, site_id: str, limit: int, scope: str = WHOLE_SITE
) -> list[PolicyVersion]:
    """The policies that a site has had for a scope, the newest first."""
    rows = connection.execute(
        sa.select(policy_versions)
        .where(policy_versions.c.site_id == site_id, policy_versions.c.scope == scope)
        .order_by(policy_versions.c.number.desc())
        .limit(limit)
    )
    return [record_of(PolicyVersion, row) for row in rows]


def version_of(connection: Connection, site_id: str, number: int) -> PolicyVersion | None:
    query = sa.select(policy_versions).where(
        policy_versions.c.site_id == site_id, policy_versions.c.number == number
    )
    row = connection.execute(query).one_or_none()
    return record_of(PolicyVersion, row) if row else None


def put_in_force(
    connection: Connection, new: PolicyVersion, hours: ClosedHours | None, page_id: str = ""
) -> None:
    """Adds a version; comments judged from now on meet it. hours: its closed ones. page_id: where its scope is a page.

    The caller holds the site's row.
    """
    insert_rows(connection, policy_versions, [row_of(new, policy_versions)])
    if new.scope == WHOLE_SITE:
        connection.execute(
            sa.update(sites)
            .where(sites.c.id == new.site_id)
            .values(policy=new.toml, closed_hours_json=policy_scopes.stored_hours(hours))
        )
        return
    stay = [
        policy_scope
        for policy_scope in policy_scopes.of_site(connection, new.site_id)
        if policy_scope.scope != new.scope and (not page_id or policy_scope.page_id != page_id)
    ]
    added = [ScopedPolicy(new.scope, new.number, page_id, hours)] if new.toml else []
    policy_scopes.set_scopes(connection, new.site_id, (*stay, *added))
