"""Ways of working that a policy's form switches on and off: first-time authors, links, closed hours. The rules are those of a profile."""

from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache

from moderation.domain.closed_hours import ClosedHours
from moderation.domain.policy import Policy
from moderation.domain.policy_modes import (
    own_rule_codes,
    rule_in,
    with_closed_hours,
    with_rule,
    without_rules,
)
from moderation.policies import policy_source, profile_source

_RULES_OF = "children"
CODES = ("first_comment", "any_link")


@dataclass(frozen=True, slots=True)
class Mode:
    """A rule that may be switched on. is_inherited: it comes from the profile that the policy is based on, and stays."""

    code: str
    is_on: bool
    is_inherited: bool


def modes_of(source: str, policy: Policy) -> list[Mode]:
    """source: the policy's own TOML. Raises Invalid."""
    own = own_rule_codes(source)
    codes = {rule.code for rule in policy.rules}
    return [Mode(code, code in codes, code in codes and code not in own) for code in CODES]


def edit_modes(source: str, policy: Policy, on: Collection[str], hours: ClosedHours | None) -> str:
    """The TOML with these modes alone switched on, and these closed hours. on: of CODES. Raises Invalid where the TOML is
    written so that only a person can change it.
    """
    for mode in modes_of(source, policy):
        if mode.is_inherited or (mode.code in on) == mode.is_on:
            continue
        if mode.is_on:
            source = without_rules(source, mode.code, profile_source)
        else:
            source = with_rule(source, _rule(mode.code), profile_source)
    return with_closed_hours(source, hours, profile_source)


@lru_cache(maxsize=len(CODES))
def _rule(code: str) -> str:
    return rule_in(policy_source(_RULES_OF), code)
