"""How a moderator is recognised: log-in links and sessions.

Both tokens are 256 random bits and kept as SHA-256: somebody who reads the database can sign in with nothing that is in it.
"""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from moderation.domain.durations import HOUR_MS, MINUTE_MS, WEEK_MS
from moderation.domain.ids import Entropy
from moderation.domain.roles import Role
from moderation.domain.sections import place_of
from moderation.store.sql.schema import (
    login_links,
    memberships,
    moderators,
    second_factors,
    sessions,
)

# Long enough to find the mail or the terminal line, too short to be worth stealing from either.
LINK_LIFETIME = 15 * MINUTE_MS
IDLE_LIMIT = 8 * HOUR_MS  # a shift: who went home without logging out is logged out in the morning
SESSION_LIMIT = WEEK_MS  # however busy: a stolen cookie ends within the week
# Being seen is written down this often, so that reading a queue is not a write each time.
SEEN_EVERY = 5 * MINUTE_MS


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody signed in. seen_at: when that was last written down, ms. language: chosen for the console, '' for none.

    owner: whether they may make sites.
    """

    moderator_id: str
    email: str
    created_at: int
    seen_at: int
    has_second_factor: bool
    language: str
    owner: bool


def add_login_link(connection: Connection, moderator_id: str, now: int, entropy: Entropy) -> str:
    """Makes a token that signs in once, within LINK_LIFETIME, and returns it."""
    token = "ghl_" + entropy(32).hex()
    connection.execute(
        sa.insert(login_links).values(
            digest=token_digest(token), moderator_id=moderator_id, expires_at=now + LINK_LIFETIME
        )
    )
    return token


def has_login_link(connection: Connection, token: str) -> bool:
    """Whether there is such a link, even one that is too old."""
    known = sa.select(login_links.c.digest).where(login_links.c.digest == token_digest(token))
    return connection.execute(known).first() is not None


def use_login_link(connection: Connection, token: str, now: int) -> str | None:
    """The moderator a link was made for, once; None for one that is used, too old or made up."""
    row = connection.execute(
        sa.delete(login_links)
        .where(login_links.c.digest == token_digest(token))
        .returning(login_links.c.moderator_id, login_links.c.expires_at)
    ).one_or_none()
    return row.moderator_id if row and row.expires_at > now else None


def open_session(
    connection: Connection,
    moderator_id: str,
    now: int,
    entropy: Entropy,
    awaits_code: int | None = None,
) -> str:
    """Signs a moderator in and returns the new token; sweeps out what has run out.

    awaits_code: within how many ms a code must follow, None for none; until then it opens nothing.
    """
    connection.execute(sa.delete(sessions).where(sessions.c.expires_at <= now))
    connection.execute(sa.delete(login_links).where(login_links.c.expires_at <= now))
    token = "ghc_" + entropy(32).hex()
    connection.execute(
        sa.insert(sessions).values(
            digest=token_digest(token),
            moderator_id=moderator_id,
            created_at=now,
            seen_at=now,
            expires_at=now + (awaits_code or SESSION_LIMIT),
            awaits_code=awaits_code is not None,
        )
    )
    return token


def session(
    connection: Connection, token: str, now: int, *, awaits_code: bool = False
) -> Session | None:
    """Who a token stands for; None once it is closed, idle for too long or simply too old.

    awaits_code: of one that is to be followed by a code; else those are None as well.
    """
    is_theirs = second_factors.c.moderator_id == moderators.c.id
    row = connection.execute(
        sa.select(
            sessions.c.moderator_id,
            moderators.c.email,
            sessions.c.created_at,
            sessions.c.seen_at,
            sa.exists().where(is_theirs).label("has_second_factor"),
            moderators.c.language,
            moderators.c.owner,
        )
        .join(moderators, moderators.c.id == sessions.c.moderator_id)
        .where(sessions.c.digest == token_digest(token), is_open(now, awaits_code))
    ).one_or_none()
    return Session(**row._mapping) if row else None


def roles_of_sessions(
    connection: Connection, tokens: Collection[str], now: int
) -> dict[tuple[str, str], Role]:
    """By token and site the role of whoever is signed in with it there, or by the part of a site that they are limited to; nothing of
    sessions that have ended.
    """
    token_by_digest = {token_digest(token): token for token in tokens}
    rows = connection.execute(
        sa.select(
            sessions.c.digest,
            memberships.c.site_id,
            memberships.c.sections_json,
            memberships.c.role,
        )
        .join(memberships, memberships.c.moderator_id == sessions.c.moderator_id)
        .where(sessions.c.digest.in_(token_by_digest), is_open(now))
    )
    return {
        (token_by_digest[row.digest], place_of(row.site_id, row.sections_json)): Role(row.role)
        for row in rows
    }


def note_seen(connection: Connection, token: str, now: int) -> None:
    """Notes that a session is in use."""
    connection.execute(
        sa.update(sessions).where(sessions.c.digest == token_digest(token)).values(seen_at=now)
    )


def close_session(connection: Connection, token: str) -> None:
    connection.execute(sa.delete(sessions).where(sessions.c.digest == token_digest(token)))


def sign_out(connection: Connection, moderator_id: str) -> None:
    """Ends a moderator's sessions and the log-in links that wait for them."""
    close_sessions(connection, moderator_id)
    connection.execute(sa.delete(login_links).where(login_links.c.moderator_id == moderator_id))


def close_sessions(connection: Connection, moderator_id: str) -> None:
    """Signs a moderator out everywhere."""
    connection.execute(sa.delete(sessions).where(sessions.c.moderator_id == moderator_id))


def is_open(now: int, awaits_code: bool = False) -> sa.ColumnElement[bool]:
    """Of sessions that are signed in, or with awaits_code of those that are to be followed by a code."""
    is_in_time = sa.and_(sessions.c.expires_at > now, sessions.c.seen_at > now - IDLE_LIMIT)
    return sa.and_(is_in_time, sessions.c.awaits_code.is_(awaits_code))


def token_digest(token: str) -> str:
    """SHA-256 hex: tokens are random, so a slow hash would add nothing."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
