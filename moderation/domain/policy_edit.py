"""Thresholds of a policy changed in its TOML, which keeps its comments and its order."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from moderation.domain.errors import Invalid
from moderation.domain.policy import Policy, parse_policy
from moderation.domain.policy_lines import line_of
from moderation.domain.policy_toml import read_toml

_NUMBER = r"[-+]?[0-9][0-9_.eE+-]*"
_AT_LEAST = re.compile(rf"(\bat_least\s*=\s*){_NUMBER}")
_THRESHOLDS = re.compile(r"\s*\[\s*thresholds\s*\]\s*(#.*)?")


@dataclass(frozen=True, slots=True)
class Threshold:
    """A threshold that can be set by itself: of the one rule with this code, on its first condition's one signal."""

    code: str
    signal: str
    value: float


def thresholds_of(policy: Policy) -> list[Threshold]:
    """Those between 0 and 1, in the order of the rules: others count things, or ask whether something is there."""
    codes = [rule.code for rule in policy.rules]
    found = []
    for rule in policy.rules:
        [signal, *others], value = rule.conditions[0].signals, rule.conditions[0].at_least
        if others or value is None or codes.count(rule.code) > 1 or signal.endswith("*"):
            continue
        if 0 < value < 1:
            found.append(Threshold(rule.code, signal, value))
    return found


def with_thresholds(
    source: str, changes: Mapping[str, float], find_base: Callable[[str], str] | None = None
) -> str:
    """The TOML of a policy with other thresholds. changes: by the code of a rule.

    A policy that is based on a profile gets them into [thresholds], any other into its rules. Raises Invalid for a policy
    that cannot be read, and where a threshold is not written in one line.
    """
    for code, value in changes.items():
        wanted = f"{value:g}"
        is_inherited = all(rule.get("code") != code for rule in _own_rules(source))
        source = (_inherited if is_inherited else _own)(source, code, wanted)
    policy = parse_policy(source, find_base)
    now = {threshold.code: threshold.value for threshold in thresholds_of(policy)}
    for code, value in changes.items():
        if now.get(code) != float(f"{value:g}"):
            raise Invalid(f"The threshold of '{code}' has to be changed in the TOML.", "/policy")
    return source


def _own_rules(source: str) -> list[dict[str, object]]:
    rules = read_toml(source).get("rules", [])
    return [rule for rule in rules if isinstance(rule, dict)] if isinstance(rules, list) else []


def _inherited(source: str, code: str, value: str) -> str:
    lines = source.splitlines()
    header = next((n for n, line in enumerate(lines) if _THRESHOLDS.fullmatch(line)), None)
    if header is None:
        return source.rstrip("\n") + f"\n\n[thresholds]\n{code} = {value}\n"
    place = line_of(source, f"/thresholds/{code}") - 1
    if place == header:
        lines.insert(header + 1, f"{code} = {value}")
    else:
        lines[place] = re.sub(rf"(=\s*){_NUMBER}", rf"\g<1>{value}", lines[place], count=1)
    return "\n".join(lines) + "\n"


def _own(source: str, code: str, value: str) -> str:
    rules = _own_rules(source)
    number = next(n for n, rule in enumerate(rules) if rule.get("code") == code)
    pointer = f"/rules/{number}/" + ("all/0" if "all" in rules[number] else "at_least")
    lines = source.splitlines()
    place = line_of(source, pointer) - 1
    lines[place] = _AT_LEAST.sub(rf"\g<1>{value}", lines[place], count=1)
    return "\n".join(lines) + "\n"
