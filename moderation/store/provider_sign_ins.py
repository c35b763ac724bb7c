"""Log-ins by a provider: which account is whose there, and which attempts were used up."""

import hashlib

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from moderation.store.sql.dialect import insert_rows
from moderation.store.sql.schema import provider_identities, provider_states


def _digest(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


def account_of(connection: Connection, issuer: str, subject: str) -> str:
    """The id of the moderator who is this person at the provider, '' for nobody yet."""
    query = sa.select(provider_identities.c.moderator_id).where(
        provider_identities.c.digest == _digest(issuer, subject)
    )
    return connection.execute(query).scalar_one_or_none() or ""


def link(connection: Connection, issuer: str, subject: str, moderator_id: str, now: int) -> None:
    """From now on this person at the provider is this moderator. now: ms."""
    row = {"digest": _digest(issuer, subject), "issuer": issuer, "moderator_id": moderator_id}
    connection.execute(sa.insert(provider_identities).values(**row, created_at=now))


def is_linked(connection: Connection, issuer: str, moderator_id: str) -> bool:
    """Whether somebody at this provider is this moderator."""
    query = sa.select(provider_identities.c.digest).where(
        provider_identities.c.moderator_id == moderator_id, provider_identities.c.issuer == issuer
    )
    return connection.execute(query.limit(1)).first() is not None


def unlink(connection: Connection, moderator_id: str) -> bool:
    """Nobody at a provider is this moderator any more; False where nobody was."""
    ours = provider_identities.c.moderator_id == moderator_id
    return connection.execute(sa.delete(provider_identities).where(ours)).rowcount > 0


def use_state(connection: Connection, state: str, expires_at: int) -> bool:
    """Uses an attempt to log in up; False where it was before. expires_at: ms; then it counts no more in any case."""
    row = {"digest": _digest(state), "expires_at": expires_at}
    return insert_rows(connection, provider_states, [row], new_only=True) == 1


def forget_states(connection: Connection, now: int, limit: int) -> int:
    """Forgets attempts that have run out."""
    old = (
        sa.select(provider_states.c.digest).where(provider_states.c.expires_at <= now).limit(limit)
    )
    return connection.execute(
        sa.delete(provider_states).where(provider_states.c.digest.in_(old))
    ).rowcount
