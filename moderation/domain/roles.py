"""Roles, and what they are allowed to do; every check of a role is made here."""

from collections.abc import Mapping
from enum import StrEnum

from moderation.domain.errors import Forbidden, Invalid


class Role(StrEnum):
    """What somebody is on a site."""

    AUDITOR = "auditor"
    TRAINEE = "trainee"
    MODERATOR = "moderator"
    EDITOR = "editor"
    ADMIN = "admin"


class Action(StrEnum):
    """What only some roles may do. Every role may do the rest: see comments, campaigns, appeals and what was decided,
    pages, filters and reputations.
    """

    DECIDE = (
        "decide"  # about comments, campaigns, appeals; close pages, write notes, reset reputations
    )
    PROPOSE = "propose"  # what another person decides then
    CHANGE_FILTERS = "change_filters"
    SEE_POLICY = "see_policy"  # and what it did
    CHANGE_POLICY = "change_policy"
    OVERRIDE_BOUNDS = "override_bounds"  # put a policy in force that misses its own bounds
    CHANGE_REASONS = "change_reasons"  # the list that decisions choose from
    CHANGE_PAGE_DEFAULT = "change_page_default"  # what holds for all pages of the site
    SEE_ENDPOINTS = "see_endpoints"  # a URL may hold a password
    MANAGE_ENDPOINTS = "manage_endpoints"
    SEE_AGREEMENT = "see_agreement"  # of everybody's decisions; one's own is seen by everybody
    MANAGE_AGREEMENT = "manage_agreement"  # who is right, how much is looked at again, golden items
    SEE_LEARNING = "see_learning"  # who taught the spam score what
    MANAGE_LEARNING = "manage_learning"  # take it back
    SEE_KEYS = "see_keys"  # how they begin, and when they were used last
    MANAGE_KEYS = "manage_keys"  # make and revoke them
    SEE_AUDIT = "see_audit"  # who changed what, and who may
    SEE_SITE = "see_site"  # its origins, and which compatible APIs it answers
    MANAGE_SITE = "manage_site"  # name, origins, language; close it; switch compatible APIs
    MANAGE_RETENTION = "manage_retention"  # how long comments are kept
    MANAGE_PERSONAL_DATA = "manage_personal_data"  # find, hand out and erase a commenter's
    MANAGE_PEOPLE = "manage_people"  # invite and remove, roles, sessions


_EDITOR = frozenset(
    {
        Action.DECIDE,
        Action.PROPOSE,
        Action.CHANGE_FILTERS,
        Action.CHANGE_REASONS,
        Action.CHANGE_PAGE_DEFAULT,
        Action.SEE_POLICY,
        Action.CHANGE_POLICY,
        Action.SEE_ENDPOINTS,
        Action.MANAGE_ENDPOINTS,
        Action.SEE_SITE,
        Action.SEE_AGREEMENT,
        Action.MANAGE_AGREEMENT,
    }
)
_ALLOWED: Mapping[Role, frozenset[Action]] = {
    Role.AUDITOR: frozenset(
        {
            Action.SEE_POLICY,
            Action.SEE_ENDPOINTS,
            Action.SEE_LEARNING,
            Action.SEE_KEYS,
            Action.SEE_SITE,
            Action.SEE_AUDIT,
            Action.SEE_AGREEMENT,
        }
    ),
    Role.TRAINEE: frozenset({Action.PROPOSE}),
    Role.MODERATOR: frozenset({Action.DECIDE, Action.PROPOSE}),
    Role.EDITOR: _EDITOR,
    Role.ADMIN: frozenset(Action),
}


# All that somebody may do who is limited to sections of a site: everything else concerns all of it.
PART_ACTIONS = frozenset({Action.DECIDE, Action.PROPOSE})


def may(role: Role, action: Action) -> bool:
    """Whether somebody with this role may do this."""
    return action in _ALLOWED[role]


IN_WORDS = {
    Action.DECIDE: "decide about its comments",
    Action.PROPOSE: "decide about its comments, or propose to",
    Action.CHANGE_FILTERS: "change its filters",
    Action.SEE_POLICY: "see its policy",
    Action.CHANGE_POLICY: "change its policy",
    Action.OVERRIDE_BOUNDS: "put a policy in force that misses its own bounds",
    Action.CHANGE_REASONS: "change its reasons",
    Action.CHANGE_PAGE_DEFAULT: "change what holds for all its pages",
    Action.SEE_ENDPOINTS: "see its endpoints",
    Action.MANAGE_ENDPOINTS: "manage its endpoints",
    Action.SEE_AGREEMENT: "see how far decisions agree",
    Action.MANAGE_AGREEMENT: "say who is right, and have decisions looked at again",
    Action.SEE_LEARNING: "see what its spam score learns",
    Action.MANAGE_LEARNING: "manage what its spam score learns",
    Action.SEE_KEYS: "see its keys",
    Action.MANAGE_KEYS: "make and revoke its keys",
    Action.SEE_AUDIT: "see its audit and its people",
    Action.SEE_SITE: "see its settings",
    Action.MANAGE_SITE: "change its name, its origins and its compatible APIs, or close it",
    Action.MANAGE_RETENTION: "set how long its comments are kept",
    Action.MANAGE_PERSONAL_DATA: "find and erase what is kept of a person",
    Action.MANAGE_PEOPLE: "manage its people",
}


def require(role: Role, action: Action) -> None:
    """Raises Forbidden, with who may, where somebody with this role may not do this."""
    if not may(role, action):
        names = [f"{each}s" for each in Role if may(each, action)]
        allowed = ", ".join(names[:-1]) + " and " * (len(names) > 1) + names[-1]
        raise Forbidden(f"Only {allowed} of a site can {IN_WORDS[action]}.")


def parse_role(name: str) -> Role:
    """The role of this name. Raises Invalid where there is none."""
    try:
        return Role(name)
    except ValueError:
        raise Invalid(f"A role is one of {', '.join(Role)}.", "/role") from None
