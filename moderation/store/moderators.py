"""Moderators: their accounts, and what each has chosen for the console and its mails."""

from collections.abc import Collection
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError

from moderation.domain.errors import Invalid
from moderation.domain.ids import Entropy, timed_id
from moderation.store.sessions import sign_out
from moderation.store.sql.schema import (
    moderators,
)


@dataclass(frozen=True, slots=True)
class Moderator:
    """A person. password_hash: argon2id, '' where only links let them in."""

    id: str
    email: str
    password_hash: str


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
    """Changes the password; the person who is signed in with the old one no longer is."""
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


def lock_account(connection: Connection, moderator_id: str) -> None:
    """Anybody else who locks the account waits until this transaction ends. Before lock_roles(), lest two wait for each other."""
    query = sa.select(moderators.c.id).where(moderators.c.id == moderator_id)
    connection.execute(query.with_for_update())


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


def plain_email(email: str) -> str:
    return email.strip().lower()
