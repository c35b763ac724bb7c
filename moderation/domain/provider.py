"""Log-in by a provider (OpenID Connect): what it says of a person, and which roles its groups give."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from moderation.domain.errors import Invalid
from moderation.domain.roles import Role, parse_role

EMAIL_LIMIT = 254  # characters (RFC 5321)
_GIVES = re.compile(r"(?P<group>[^=@,]{1,200})=(?P<role>[a-z]+)@(?P<site>[A-Za-z0-9_]{1,60})")


@dataclass(frozen=True, slots=True)
class Known:
    """What a provider says of a person, after its token was verified. subject: its own id of the person, for ever the same. is_verified:
    whether it vouches for the e-mail.
    """

    issuer: str
    subject: str
    email: str
    is_verified: bool
    groups: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class GroupRole:
    """Who is in the group has the role on the site."""

    group: str
    role: Role
    site_id: str


def parse_group_roles(text: str) -> tuple[GroupRole, ...]:
    """'news-desk=editor@site_1, interns=trainee@site_1'. Raises Invalid."""
    found = []
    for part in filter(None, map(str.strip, text.split(","))):
        given = _GIVES.fullmatch(part)
        if given is None:
            raise Invalid("A group's role is written group=role@site_id.")
        found.append(GroupRole(given["group"].strip(), parse_role(given["role"]), given["site"]))
    return tuple(found)


def roles_by_site(groups: Collection[str], gives: Collection[GroupRole]) -> Mapping[str, Role]:
    """The role on each site that somebody's groups give; of several the one that may do most."""
    order = list(Role)
    found: dict[str, Role] = {}
    for each in gives:
        if each.group in groups:
            before = found.get(each.site_id, each.role)
            found[each.site_id] = max(before, each.role, key=order.index)
    return found
