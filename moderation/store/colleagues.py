"""Who looks after a site, and their open sessions, as admins see them."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from moderation.domain.roles import Role
from moderation.domain.sections import read_stored
from moderation.store.sessions import is_open
from moderation.store.sql.schema import memberships, moderators, second_factors, sessions


@dataclass(frozen=True, slots=True)
class Colleague:
    """Who looks after a site. since: when they got an account, ms. sessions: open ones; seen_at: in one of them, ms, None
    for never. sections: that they are limited to, () all of the site.
    """

    id: str
    email: str
    role: Role
    since: int
    sessions: int
    seen_at: int | None
    has_second_factor: bool = False
    sections: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A session as it is listed; its token is not known. seen_at: when it was last in use, to a few minutes, ms."""

    id: str
    created_at: int
    seen_at: int
    expires_at: int


def of_site(
    connection: Connection, site_id: str, now: int, moderator_id: str = ""
) -> list[Colleague]:
    """Everybody who looks after a site, by e-mail; with an id that one alone."""
    theirs = sa.and_(sessions.c.moderator_id == moderators.c.id, is_open(now))
    query = (
        sa.select(
            moderators.c.id,
            moderators.c.email,
            memberships.c.role,
            moderators.c.created_at,
            sa.func.count(sessions.c.digest),
            sa.func.max(sessions.c.seen_at),
            sa.exists().where(second_factors.c.moderator_id == moderators.c.id),
            memberships.c.sections_json,
        )
        .join(memberships, memberships.c.moderator_id == moderators.c.id)
        .outerjoin(sessions, theirs)
        .where(memberships.c.site_id == site_id)
        .group_by(
            moderators.c.id,
            moderators.c.email,
            memberships.c.role,
            moderators.c.created_at,
            memberships.c.sections_json,
        )
        .order_by(moderators.c.email)
    )
    if moderator_id:
        query = query.where(moderators.c.id == moderator_id)
    return [
        Colleague(
            id, email, Role(role), since, count, seen_at, bool(has_factor), read_stored(sections)
        )
        for id, email, role, since, count, seen_at, has_factor, sections in connection.execute(
            query
        )
    ]


def sessions_of(connection: Connection, moderator_id: str, now: int) -> list[OpenSession]:
    """A moderator's open sessions, the newest first."""
    rows = connection.execute(
        sa.select(sessions)
        .where(sessions.c.moderator_id == moderator_id, is_open(now))
        .order_by(sessions.c.created_at.desc(), sessions.c.digest)
    )
    return [
        OpenSession(_session_id(row.digest), row.created_at, row.seen_at, row.expires_at)
        for row in rows
    ]


def close_one(connection: Connection, moderator_id: str, session_id: str) -> bool:
    """Ends the session with this id; False where the moderator has no such."""
    digests = connection.scalars(
        sa.select(sessions.c.digest).where(sessions.c.moderator_id == moderator_id)
    )
    found = [digest for digest in digests if _session_id(digest) == session_id]
    connection.execute(sa.delete(sessions).where(sessions.c.digest.in_(found)))
    return bool(found)


def _session_id(digest: str) -> str:
    """The first 80 bits of a hash of 256 random ones: it names the session, and opens nothing."""
    return f"ses_{digest[:20]}"
