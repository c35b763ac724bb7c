"""Who looks after which site, or which sections of one, and as what."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from moderation.domain.errors import NotFound
from moderation.domain.roles import PART_ACTIONS, Action, Role, may, parse_role, require
from moderation.domain.sections import part_of, read_stored, stored
from moderation.store.sql.dialect import upsert
from moderation.store.sql.schema import (
    memberships,
    moderators,
    sites,
)

IS_OF_ALL = memberships.c.sections_json == ""  # of the site, not of sections


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
    """Anybody else who changes roles on the site waits until this transaction ends."""
    connection.execute(sa.select(sites.c.id).where(sites.c.id == site_id).with_for_update())


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
        .where(memberships.c.site_id == site_id, moderators.c.digest, IS_OF_ALL)
        .order_by(moderators.c.email)
    )
    if moderator_id:
        query = query.where(moderators.c.id == moderator_id)
    return list(connection.scalars(query))


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
