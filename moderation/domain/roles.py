"""Who may do what on a site: roles, what they are asked for, and the one place that decides."""

from collections.abc import Mapping
from enum import StrEnum

from moderation.domain.errors import Invalid


class Role(StrEnum):
    """As what somebody looks after a site."""

    MODERATOR = "moderator"
    EDITOR = "editor"
    ADMIN = "admin"


class Action(StrEnum):
    """What not everybody may do. What is not here, every role may: decide about comments and campaigns,
    look at filters and try them, see and reset reputations.
    """

    CHANGE_FILTERS = "change_filters"
    MANAGE_ENDPOINTS = "manage_endpoints"  # to look is to manage: a URL may hold a password
    MANAGE_LEARNING = "manage_learning"  # see what the spam score was taught by whom, take it back


_ALLOWED: Mapping[Role, frozenset[Action]] = {
    Role.MODERATOR: frozenset(),
    Role.EDITOR: frozenset({Action.CHANGE_FILTERS, Action.MANAGE_ENDPOINTS}),
    Role.ADMIN: frozenset(Action),
}


def may(role: Role, action: Action) -> bool:
    """Whether somebody with this role may do this."""
    return action in _ALLOWED[role]


def parse_role(name: str) -> Role:
    """The role of this name. Raises Invalid where there is none."""
    try:
        return Role(name)
    except ValueError:
        raise Invalid(f"A role is one of {', '.join(Role)}.", "/role") from None
