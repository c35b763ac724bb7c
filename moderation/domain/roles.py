"""Roles, and what they are allowed to do; every check of a role is made here."""

from collections.abc import Mapping
from enum import StrEnum

from moderation.domain.errors import Forbidden, Invalid


class Role(StrEnum):
    """What somebody is on a site."""

    MODERATOR = "moderator"
    EDITOR = "editor"
    ADMIN = "admin"


class Action(StrEnum):
    """What only some roles may do. Every role may do the rest: decide about comments and campaigns,
    close and premoderate pages, see and preview filters, see and reset reputations.
    """

    CHANGE_FILTERS = "change_filters"
    CHANGE_POLICY = "change_policy"  # and see what it did
    CHANGE_PAGE_DEFAULT = "change_page_default"  # what holds for all pages of the site
    MANAGE_ENDPOINTS = "manage_endpoints"  # to see them too: a URL may hold a password
    MANAGE_LEARNING = "manage_learning"  # see who taught the spam score what, and take it back


_ALLOWED: Mapping[Role, frozenset[Action]] = {
    Role.MODERATOR: frozenset(),
    Role.EDITOR: frozenset(
        {
            Action.CHANGE_FILTERS,
            Action.CHANGE_POLICY,
            Action.CHANGE_PAGE_DEFAULT,
            Action.MANAGE_ENDPOINTS,
        }
    ),
    Role.ADMIN: frozenset(Action),
}


def may(role: Role, action: Action) -> bool:
    """Whether somebody with this role may do this."""
    return action in _ALLOWED[role]


_IN_WORDS = {
    Action.CHANGE_FILTERS: "change its filters",
    Action.CHANGE_POLICY: "see and change its policy",
    Action.CHANGE_PAGE_DEFAULT: "change what holds for all its pages",
    Action.MANAGE_ENDPOINTS: "manage its endpoints",
    Action.MANAGE_LEARNING: "manage what its spam score learns",
}


def require(role: Role, action: Action) -> None:
    """Raises Forbidden, with who may, where somebody with this role may not do this."""
    if not may(role, action):
        allowed = " and ".join(f"{each}s" for each in Role if may(each, action))
        raise Forbidden(f"Only {allowed} of a site can {_IN_WORDS[action]}.")


def parse_role(name: str) -> Role:
    """The role of this name. Raises Invalid where there is none."""
    try:
        return Role(name)
    except ValueError:
        raise Invalid(f"A role is one of {', '.join(Role)}.", "/role") from None
