"""Policies: the profiles that ship with Gatehouse, and files of the operator's."""

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from moderation.domain.errors import Invalid
from moderation.domain.policy import Policy, parse_policy
from moderation.domain.policy_edit import with_thresholds
from moderation.domain.policy_lines import line_of

_HERE = Path(__file__).parent
PROFILES = ("relaxed", "newsroom", "strict", "social", "children")  # ever stricter


def load_policy(name: str) -> Policy:
    """The profile of this name, or the TOML file at this path. Raises Invalid where there is none.

    It is for sites in any time zone: closed hours are set for a site.
    """
    policy = parse_policy(policy_source(name), profile_source)
    if policy.closed_hours:
        raise Invalid(f"'{name}' has [closed_hours], which only a site's policy may have.")
    return policy


def policy_source(name: str) -> str:
    """The TOML of the same. Raises Invalid."""
    path = Path(name) if name.endswith(".toml") else _HERE / f"{name}.toml"
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        profiles = ", ".join(sorted(path.stem for path in _HERE.glob("*.toml")))
        raise Invalid(f"There is no policy '{name}'; profiles here: {profiles}.") from None


def read_policy(source: str) -> Policy:
    """A policy from TOML that may be based on a profile. Raises Invalid, with the line and the reason as a sentence."""
    try:
        return parse_policy(source, profile_source)
    except Invalid as error:
        if not error.pointer:  # not TOML: the reason says where
            raise
        line = line_of(source, error.pointer)
        raise Invalid(f"Line {line}: {error.message}", error.pointer) from None


def edit_thresholds(source: str, changes: Mapping[str, float]) -> str:
    """A policy's TOML with other thresholds, by the codes of rules. Raises Invalid."""
    return with_thresholds(source, changes, profile_source)


def policy_in_force(own: str, default: Policy) -> Policy:
    """A site's policy. own: its TOML, '' for the default.

    One that cannot be read approves nothing: it needs a signal that is never there.
    """
    try:
        return _parsed(own) if own else default
    except Invalid:
        # One site's broken policy holds that site's comments, and nobody else's.
        return replace(default, needs=(*default.needs, "the site's own policy"))


@lru_cache(maxsize=1024)
def _parsed(source: str) -> Policy:
    return parse_policy(source, profile_source)


def profile_source(name: str) -> str:
    """The TOML of a profile that a policy is based on. Raises Invalid."""
    try:
        return (_HERE / f"{name}.toml").read_text(encoding="utf-8")
    except OSError:
        raise Invalid(f"There is no profile '{name}' to base a policy on.", "/based_on") from None
