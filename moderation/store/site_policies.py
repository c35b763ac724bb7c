"""The policy of a site, and those that it had before; rows are only ever added."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from moderation.store.sql.dialect import insert_rows
from moderation.store.sql.rows import record_of, row_of
from moderation.store.sql.schema import policy_versions, sites


@dataclass(frozen=True, slots=True)
class PolicyVersion:
    """A policy that a site has had. number: 1, 2, 3 ... version: of its content. toml: '' for the installation's.
    set_by: the id of a moderator or key, or 'command'. set_at: ms.
    """

    site_id: str
    number: int
    version: str
    toml: str
    set_by: str
    set_at: int


def locked_policy(connection: Connection, site_id: str) -> str:
    """The TOML of a site's own policy, '' where it has none; until the transaction ends nobody else sets another."""
    query = sa.select(sites.c.policy).where(sites.c.id == site_id).with_for_update()
    return str(connection.execute(query).scalar_one())


def versions_of(connection: Connection, site_id: str, limit: int) -> list[PolicyVersion]:
    """The policies that a site has had, the newest first."""
    rows = connection.execute(
        sa.select(policy_versions)
        .where(policy_versions.c.site_id == site_id)
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


def put_in_force(connection: Connection, new: PolicyVersion) -> None:
    """Adds a version; comments judged from now on meet it."""
    insert_rows(connection, policy_versions, [row_of(new, policy_versions)])
    connection.execute(sa.update(sites).where(sites.c.id == new.site_id).values(policy=new.toml))
