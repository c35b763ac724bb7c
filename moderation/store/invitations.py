"""Invitations of moderators: a link each, kept as SHA-256, that works once until it runs out."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from moderation.domain.ids import Entropy, timed_id
from moderation.domain.roles import Role
from moderation.domain.sections import read_stored, stored
from moderation.store.moderators import plain_email
from moderation.store.sessions import token_digest
from moderation.store.sql.rows import record_of, row_of
from moderation.store.sql.schema import invitations


@dataclass(frozen=True, slots=True)
class Invitation:
    """Somebody who was asked to look after a site, and as what. Times in ms. sections: as of a Membership."""

    id: str
    site_id: str
    email: str
    role: Role
    invited_by: str
    created_at: int
    expires_at: int
    sections: tuple[str, ...] = ()


def add(
    connection: Connection,
    site_id: str,
    email: str,
    role: Role,
    by: str,
    sections: tuple[str, ...] = (),
    *,
    lifetime: int,
    now: int,
    entropy: Entropy,
) -> tuple[Invitation, str]:
    """A new invitation and its token, which is never shown again; an earlier one of the same person on the site ends."""
    address = plain_email(email)
    connection.execute(
        sa.delete(invitations).where(
            invitations.c.site_id == site_id, invitations.c.email == address
        )
    )
    token = "ghi_" + entropy(32).hex()
    invitation = Invitation(
        timed_id("inv", now, entropy(10)), site_id, address, role, by, now, now + lifetime, sections
    )
    own = {"digest": token_digest(token), "sections_json": stored(sections)}
    row = row_of(invitation, invitations) | own
    connection.execute(sa.insert(invitations).values(row))
    return invitation, token


def of_site(connection: Connection, site_id: str, now: int) -> list[Invitation]:
    """Those of a site that still work, by e-mail."""
    query = sa.select(invitations).where(
        invitations.c.site_id == site_id, invitations.c.expires_at > now
    )
    return [_invitation(row) for row in connection.execute(query.order_by(invitations.c.email))]


def of_email(connection: Connection, email: str, now: int) -> list[Invitation]:
    """Those of one e-mail that still work, on any site."""
    query = sa.select(invitations).where(
        invitations.c.email == plain_email(email), invitations.c.expires_at > now
    )
    return [_invitation(row) for row in connection.execute(query.order_by(invitations.c.id))]


def find(connection: Connection, token: str, now: int) -> Invitation | None:
    """The one with this token, while it works."""
    query = sa.select(invitations).where(
        invitations.c.digest == token_digest(token), invitations.c.expires_at > now
    )
    row = connection.execute(query).one_or_none()
    return _invitation(row) if row else None


def change_role(connection: Connection, id: str, role: Role, sections: Sequence[str]) -> None:
    values = {"role": role.value, "sections_json": stored(sections)}
    connection.execute(sa.update(invitations).where(invitations.c.id == id).values(values))


def remove(connection: Connection, id: str) -> bool:
    """Ends one, used or withdrawn; False where there is no such any more."""
    return connection.execute(sa.delete(invitations).where(invitations.c.id == id)).rowcount == 1


def forget_expired(connection: Connection, now: int, limit: int) -> int:
    """Forgets those that have run out; returns how many, at most `limit`."""
    old = sa.select(invitations.c.id).where(invitations.c.expires_at <= now).limit(limit)
    return connection.execute(sa.delete(invitations).where(invitations.c.id.in_(old))).rowcount


def _invitation(row: sa.Row[tuple[object, ...]]) -> Invitation:
    sections = read_stored(row.sections_json)
    return record_of(Invitation, row, role=Role(row.role), sections=sections)
