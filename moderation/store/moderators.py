"""Moderators, what they may look after, and how they are known again: links and sessions.

Links and session tokens are 256 random bits and kept as SHA-256: whoever reads the database can
sign in with nothing that is in it.
"""

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError

from moderation.domain.durations import HOUR_MS, MINUTE_MS, WEEK_MS
from moderation.domain.errors import Invalid, NotFound
from moderation.domain.ids import Entropy, timed_id
from moderation.domain.roles import PART_ACTIONS, Action, Role, may, parse_role, require
from moderation.domain.sections import part_of, read_stored, stored
from moderation.store.sql.dialect import upsert
from moderation.store.sql.schema import (
    login_links,
    memberships,
    moderators,
    second_factors,
    sessions,
    sites,
)

# Long enough to find the mail or the terminal line, too short to be worth stealing from either.
LINK_LIFETIME = 15 * MINUTE_MS
IDLE_LIMIT = 8 * HOUR_MS  # a shift: who went home without logging out is logged out in the morning
SESSION_LIMIT = WEEK_MS  # however busy: a stolen cookie ends within the week
# Being seen is written down this often, so that reading a queue is not a write each time.
SEEN_EVERY = 5 * MINUTE_MS
_IS_OF_ALL = memberships.c.sections_json == ""  # of the site, not of sections


@dataclass(frozen=True, slots=True)
class Moderator:
    """A person. password_hash: argon2id, '' where only links let them in."""

    id: str
    email: str
    password_hash: str


@dataclass(frozen=True, slots=True)
class Membership:
    """A site that a moderator looks after, and as what. sections: that they are limited to, () all of the site; whoever has some gets a
    PartMembership in the console (accounts/sign_in.py).
    """

    site_id: str
    site_name: str
    role: Role
    sections: tuple[str, ...] = ()

    @property
    def of_site(self) -> str:
        """The site's id, of a part as well."""
        return self.site_id

    @property
    def site_ids(self) -> tuple[str, ...]:
        """This one site, where a place may have several."""
        return (self.site_id,)

    @property
    def sites(self) -> tuple["Membership", ...]:
        return (self,)

    def without(self, action: Action) -> tuple[str, ...]:
        """The sites of these where the moderator may not do this."""
        return () if self.may(action) else self.site_ids

    def may(self, action: Action) -> bool:
        """Whether the moderator may do this on the site."""
        return may(self.role, action)

    def require(self, action: Action) -> None:
        """Raises Forbidden, with who may, where the moderator may not do this on the site."""
        require(self.role, action)


@dataclass(frozen=True, slots=True)
class PartMembership:
    """A part of a site that a moderator looks after: its sections. of_site: the site's id, for addresses and what holds for all of it.

    Everything else about comments takes `site_ids`, which names the part; a site with this name there is not.
    """

    of_site: str
    site_name: str
    role: Role
    sections: tuple[str, ...]

    @property
    def site_id(self) -> str:
        """For addresses. No site has this id: what takes it for one finds nothing."""
        return f"{self.of_site}.part"

    @property
    def site_ids(self) -> tuple[str, ...]:
        return (part_of(self.of_site, self.sections),)

    @property
    def sites(self) -> tuple["PartMembership", ...]:
        return (self,)

    def without(self, action: Action) -> tuple[str, ...]:
        """The parts of these where the moderator may not do this."""
        return () if self.may(action) else self.site_ids

    def may(self, action: Action) -> bool:
        """Whether the moderator may do this there: what concerns all of the site nobody may who is limited to a part."""
        return action in PART_ACTIONS and may(self.role, action)

    def require(self, action: Action) -> None:
        """Raises Forbidden, with who may, where the moderator may not do this there; NotFound for what concerns all of the site."""
        if action not in PART_ACTIONS:
            raise NotFound("There is no such site.")
        require(self.role, action)


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


def add(connection: Connection, email: str, password_hash: str, now: int, entropy: Entropy) -> str:
    """Adds a moderator and returns the id. Raises Invalid where the e-mail is taken."""
    moderator_id = timed_id("mod", now, entropy(10))
    try:
        with connection.begin_nested():
            connection.execute(
                sa.insert(moderators).values(
                    id=moderator_id,
                    email=plain_email(email),
                    password_hash=password_hash,
                    digest=True,
                    created_at=now,
                )
            )
    except IntegrityError:
        raise Invalid("There is a moderator with this e-mail already.", "/email") from None
    return moderator_id


def set_password(connection: Connection, moderator_id: str, password_hash: str) -> None:
    """Changes the password; whoever is signed in with the old one no longer is."""
    store_hash(connection, moderator_id, password_hash)
    sign_out(connection, moderator_id)


def store_hash(connection: Connection, moderator_id: str, password_hash: str) -> None:
    """Stores a password, or the same one under a newer hash; nobody is signed out."""
    connection.execute(
        sa.update(moderators)
        .where(moderators.c.id == moderator_id)
        .values(password_hash=password_hash)
    )


def password_hash(connection: Connection, moderator_id: str) -> str:
    """'' where only links let them in."""
    query = sa.select(moderators.c.password_hash).where(moderators.c.id == moderator_id)
    return connection.execute(query).scalar_one_or_none() or ""


def grant(
    connection: Connection,
    moderator_id: str,
    site_id: str,
    role: str,
    sections: Sequence[str] = (),
) -> None:
    """Gives a moderator a role on a site or some of its sections, instead of what they had there.

    role: one of Role. Raises Invalid for any other. sections: as parse_sections() made them, () for all of the site.
    """
    row = {
        "moderator_id": moderator_id,
        "site_id": site_id,
        "role": parse_role(role).value,
        "sections_json": stored(sections),
    }
    connection.execute(upsert(connection, memberships, "role", "sections_json"), row)


def revoke(connection: Connection, moderator_id: str, site_id: str) -> bool:
    """Takes a site from a moderator; it holds from their next request on. False where it was not theirs."""
    deleted = connection.execute(
        sa.delete(memberships).where(
            memberships.c.moderator_id == moderator_id, memberships.c.site_id == site_id
        )
    )
    return deleted.rowcount == 1


def lock_roles(connection: Connection, site_id: str) -> None:
    """Whoever else changes roles on the site waits until this transaction ends."""
    connection.execute(sa.select(sites.c.id).where(sites.c.id == site_id).with_for_update())


def lock_account(connection: Connection, moderator_id: str) -> None:
    """Whoever else locks the account waits until this transaction ends. Before lock_roles(), lest two wait for each other."""
    query = sa.select(moderators.c.id).where(moderators.c.id == moderator_id)
    connection.execute(query.with_for_update())


def has_other_admin(connection: Connection, site_id: str, moderator_id: str) -> bool:
    """Whether the site has an admin besides this moderator."""
    query = sa.select(memberships.c.moderator_id).where(
        memberships.c.site_id == site_id,
        memberships.c.role == Role.ADMIN,
        memberships.c.moderator_id != moderator_id,
    )
    return connection.execute(query.limit(1)).first() is not None


def of_site(connection: Connection, site_id: str) -> list[tuple[str, str, tuple[str, ...]]]:
    """The e-mail and role of everybody who looks after a site, by e-mail, and the sections that they are limited to."""
    rows = connection.execute(
        sa.select(moderators.c.email, memberships.c.role, memberships.c.sections_json)
        .join(memberships, memberships.c.moderator_id == moderators.c.id)
        .where(memberships.c.site_id == site_id)
        .order_by(moderators.c.email)
    )
    return [(row.email, row.role, read_stored(row.sections_json)) for row in rows]


def emails_of_sites(connection: Connection, site_ids: Collection[str]) -> dict[str, str]:
    """The e-mail of everybody who looks after one of these sites by id, in the order of the e-mails."""
    rows = connection.execute(
        sa.select(moderators.c.id, moderators.c.email)
        .join(memberships, memberships.c.moderator_id == moderators.c.id)
        .where(memberships.c.site_id.in_(site_ids))
        .order_by(moderators.c.email)
    )
    return {row.id: row.email for row in rows}


def reaches_on(connection: Connection, site_id: str) -> dict[str, str]:
    """What everybody who looks after a site reaches there, by their id: the site, or the part of it that they are limited to."""
    rows = connection.execute(
        sa.select(memberships.c.moderator_id, memberships.c.sections_json).where(
            memberships.c.site_id == site_id
        )
    )
    limits = {row.moderator_id: read_stored(row.sections_json) for row in rows}
    return {id: part_of(site_id, limit) if limit else site_id for id, limit in limits.items()}


def digest_readers(connection: Connection, site_id: str, moderator_id: str = "") -> list[str]:
    """The e-mails of a site's moderators who want its mails; with an id that one's alone. Mails are of all of a site: nobody limited to
    sections gets them.
    """
    query = (
        sa.select(moderators.c.email)
        .join(memberships, memberships.c.moderator_id == moderators.c.id)
        .where(memberships.c.site_id == site_id, moderators.c.digest, _IS_OF_ALL)
        .order_by(moderators.c.email)
    )
    if moderator_id:
        query = query.where(moderators.c.id == moderator_id)
    return list(connection.scalars(query))


def set_digest(connection: Connection, moderator_id: str, wanted: bool) -> None:
    """Whether a moderator gets the mails of their sites."""
    connection.execute(
        sa.update(moderators).where(moderators.c.id == moderator_id).values(digest=wanted)
    )


def set_language(connection: Connection, moderator_id: str, language: str) -> None:
    """The language that a moderator has chosen for the console, '' for that of their browser."""
    connection.execute(
        sa.update(moderators).where(moderators.c.id == moderator_id).values(language=language)
    )


def set_owner(connection: Connection, moderator_id: str, is_owner: bool) -> None:
    """Whether a moderator may make sites."""
    connection.execute(
        sa.update(moderators).where(moderators.c.id == moderator_id).values(owner=is_owner)
    )


def is_owner(connection: Connection, moderator_id: str) -> bool:
    """Whether a moderator may make sites."""
    query = sa.select(moderators.c.owner).where(moderators.c.id == moderator_id)
    return bool(connection.execute(query).scalar_one_or_none())


def by_email(connection: Connection, email: str) -> Moderator | None:
    row = connection.execute(
        sa.select(moderators.c.id, moderators.c.email, moderators.c.password_hash).where(
            moderators.c.email == plain_email(email)
        )
    ).one_or_none()
    return Moderator(row.id, row.email, row.password_hash) if row else None


def emails(connection: Connection, moderator_ids: Collection[str]) -> dict[str, str]:
    """The e-mails of those moderators that exist: how colleagues know each other."""
    if not moderator_ids:
        return {}
    rows = connection.execute(
        sa.select(moderators.c.id, moderators.c.email).where(moderators.c.id.in_(moderator_ids))
    )
    return {row.id: row.email for row in rows}


def memberships_of(connection: Connection, moderator_id: str) -> tuple[Membership, ...]:
    """The sites a moderator looks after, oldest first."""
    rows = connection.execute(
        sa.select(
            memberships.c.site_id, sites.c.name, memberships.c.role, memberships.c.sections_json
        )
        .join(sites, sites.c.id == memberships.c.site_id)
        .where(memberships.c.moderator_id == moderator_id)
        .order_by(sites.c.id)
    )
    return tuple(
        Membership(row.site_id, row.name, Role(row.role), read_stored(row.sections_json))
        for row in rows
    )


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
    """By token and site the role of whoever is signed in with it there; nothing of sessions that have ended, nor of those who are limited
    to sections.
    """
    token_by_digest = {token_digest(token): token for token in tokens}
    rows = connection.execute(
        sa.select(sessions.c.digest, memberships.c.site_id, memberships.c.role)
        .join(memberships, memberships.c.moderator_id == sessions.c.moderator_id)
        .where(sessions.c.digest.in_(token_by_digest), is_open(now), _IS_OF_ALL)
    )
    return {(token_by_digest[row.digest], row.site_id): Role(row.role) for row in rows}


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


def plain_email(email: str) -> str:
    return email.strip().lower()
