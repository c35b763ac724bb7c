"""Policies: thresholds and rules as data, read from TOML, versioned by content.

[[rules]]                        [[rules]]
code = "links"                   code = "blatant"
signal = "links"                 all = [
at_least = 3                       { signal = ["campaign", "filter_spam"], at_least = 1 },
outcome = "hold"                   { signal = "links", at_least = 1 },
message = "{value} links."         { signal = "reputation", below = 0.5 },
                                 ]
                                 outcome = "reject"
                                 message = "Listed, and links to {links.note}."
"""

import hashlib
import json
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from moderation.domain.decision import Outcome, Reason
from moderation.domain.errors import Invalid
from moderation.domain.reason_codes import ReasonCode
from moderation.domain.score import Findings, Signal

# The gravest outcome wins; every rule that matched gives its reason.
_GRAVITY = {Outcome.APPROVE: 0, Outcome.HOLD: 1, Outcome.SPAM: 2, Outcome.REJECT: 3}
_RULE_KEYS = {"code", "outcome", "message"}
_CONDITION_KEYS = {"signal", "at_least", "below"}
# {value}, {threshold}, {note}, {name}; {links} and {links.note} of any other signal.
_PLACEHOLDER = re.compile(r"\{([A-Za-z_][A-Za-z0-9_:]*)(\.note)?\}")

_Found = Mapping[str, Signal]


@dataclass(frozen=True, slots=True)
class Condition:
    """What must be so of one signal, or of any one of several.

    signals: names; a trailing '*' takes every signal that begins so. at_least: one of them reaches
    it. below: none of them reaches it, nor is there need of one: what was not found is 0. One of
    the two is None.
    """

    signals: tuple[str, ...]
    at_least: float | None
    below: float | None = None

    def is_about(self, found: _Found) -> bool:
        """Whether any of the signals was found, whatever its value."""
        for name in self.signals:
            if name in found or (name.endswith("*") and _named(name, found)):
                return True
        return False

    def hits(self, found: _Found) -> list[Signal]:
        """The signals that reach `at_least`, in the order of the names."""
        line = self.at_least if self.at_least is not None else self.below
        assert line is not None
        return [one for name in self.signals for one in _named(name, found) if one.value >= line]

    def holds(self, found: _Found) -> bool:
        return bool(self.hits(found)) == (self.at_least is not None)


def _named(name: str, found: _Found) -> list[Signal]:
    if name.endswith("*"):
        return [one for one in found.values() if one.name.startswith(name[:-1])]
    return [found[name]] if name in found else []


@dataclass(frozen=True, slots=True)
class Rule:
    """When every condition holds, an outcome with a reason.

    message: one sentence. {value}, {threshold}, {note} and {name} are those of the first condition's
    signal; {links} is the value of the signal `links`, {links.note} its note, and so for any other.
    """

    code: str
    conditions: tuple[Condition, ...]
    outcome: Outcome
    message: str

    def reasons(self, found: _Found) -> list[Reason]:
        """A rule of one condition gives a reason for each signal that meets it, others give one."""
        if len(self.conditions) == 1:
            return [self._reason(one, [one], found) for one in self.conditions[0].hits(found)]
        if not all(condition.holds(found) for condition in self.conditions):
            return []
        hits = [one for each in self.conditions if each.below is None for one in each.hits(found)]
        return [self._reason(hits[0], hits, found)]

    def _reason(self, first: Signal, hits: Sequence[Signal], found: _Found) -> Reason:
        threshold = self.conditions[0].at_least
        own = {"value": _number(first.value), "threshold": f"{threshold:g}", "note": first.note}
        own["name"] = first.name.replace("_", " ")

        def fill(place: re.Match[str]) -> str:
            name, note = place.groups()
            if not note and name in own:
                return own[name]
            signal = found.get(name)
            if note:
                return signal.note if signal else ""
            return _number(signal.value if signal else 0.0)

        spans = tuple(sorted({span for one in hits for span in one.spans}))
        message = _PLACEHOLDER.sub(fill, self.message)
        return Reason(self.code, message, first.name, first.value, threshold, spans=spans)


def format_score(value: float) -> str:
    """As it is said to people. A share is not called 1 where it is a hair less: nothing is that sure."""
    return "0.99" if 0.99 < value < 1 else f"{value:.2f}"


def _number(value: float) -> str:
    return format_score(value).removesuffix(".00")


@dataclass(frozen=True, slots=True)
class Policy:
    """A named list of rules, read from top to bottom; version: first 12 hex of its content's SHA-256.

    needs: signals without which nothing may be approved. Where one is absent the comment is held.
    """

    name: str
    rules: tuple[Rule, ...]
    needs: tuple[str, ...]
    version: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a policy says of one revision."""

    outcome: Outcome
    reasons: tuple[Reason, ...]


def parse_policy(source: str) -> Policy:
    """Reads a policy from TOML. Raises Invalid with the rule and the key that is wrong."""
    try:
        data = tomllib.loads(source)
    except tomllib.TOMLDecodeError as error:
        raise Invalid(f"The policy is not valid TOML: {error}") from None
    name = data.get("name")
    if not isinstance(name, str) or not name:
        raise Invalid("A policy needs a name.", "/name")
    needs = data.get("needs", [])
    if not isinstance(needs, list) or not all(isinstance(one, str) for one in needs):
        raise Invalid("'needs' is a list of signal names.", "/needs")
    rules = data.get("rules", [])
    if not isinstance(rules, list):
        raise Invalid("Rules are written as [[rules]].", "/rules")
    parsed = tuple(_parse_rule(rule, number) for number, rule in enumerate(rules))
    canonical = json.dumps(data, sort_keys=True, ensure_ascii=False)
    return Policy(name, parsed, tuple(needs), hashlib.sha256(canonical.encode()).hexdigest()[:12])


def _parse_rule(rule: object, number: int) -> Rule:
    at = f"/rules/{number}"
    if not isinstance(rule, Mapping):
        raise Invalid("A rule is a table.", at)
    combined = "all" in rule
    allowed = _RULE_KEYS | ({"all"} if combined else {"signal", "at_least"})
    for key in sorted(allowed - rule.keys()):
        raise Invalid(f"The rule lacks '{key}'.", f"{at}/{key}")
    for key in sorted(rule.keys() - allowed):
        raise Invalid(f"A rule has no '{key}'.", f"{at}/{key}")
    if combined:
        conditions = _parse_all(rule["all"], f"{at}/all")
    else:
        conditions = (Condition(_names(rule, at), _threshold(rule, "at_least", at)),)
    try:
        outcome = Outcome(rule["outcome"])
    except ValueError:
        raise Invalid("An outcome is approve, hold, reject or spam.", f"{at}/outcome") from None
    if outcome is Outcome.APPROVE:
        raise Invalid("Approval is what remains when no rule matches.", f"{at}/outcome")
    return Rule(str(rule["code"]), conditions, outcome, str(rule["message"]))


def _parse_all(given: object, at: str) -> tuple[Condition, ...]:
    if not isinstance(given, list) or len(given) < 2:
        raise Invalid("'all' is a list of two conditions or more.", at)
    conditions = tuple(_parse_condition(one, f"{at}/{number}") for number, one in enumerate(given))
    if conditions[0].at_least is None:
        raise Invalid("The first condition has 'at_least': it is what the reason shows.", f"{at}/0")
    return conditions


def _parse_condition(given: object, at: str) -> Condition:
    if not isinstance(given, Mapping):
        raise Invalid("A condition is a table.", at)
    for key in sorted(given.keys() - _CONDITION_KEYS):
        raise Invalid(f"A condition has no '{key}'.", f"{at}/{key}")
    if "signal" not in given:
        raise Invalid("The condition lacks 'signal'.", f"{at}/signal")
    if len(given) != 2:
        raise Invalid("A condition has either 'at_least' or 'below'.", at)
    if "below" in given:
        return Condition(_names(given, at), None, _threshold(given, "below", at))
    return Condition(_names(given, at), _threshold(given, "at_least", at))


def _names(given: Mapping[str, object], at: str) -> tuple[str, ...]:
    """One signal's name, or a list of names of which any will do."""
    names = given["signal"]
    if isinstance(names, str) and names:
        return (names,)
    if isinstance(names, list) and names and all(isinstance(one, str) and one for one in names):
        return tuple(names)
    raise Invalid("A signal is a name or a list of names.", f"{at}/signal")


def _threshold(given: Mapping[str, object], key: str, at: str) -> float:
    threshold = given[key]
    if isinstance(threshold, bool) or not isinstance(threshold, int | float):
        raise Invalid("A threshold is a number.", f"{at}/{key}")
    return float(threshold)


def decide(policy: Policy, findings: Findings) -> Verdict:
    """The verdict on what was found: the gravest matching outcome, with every reason.

    A scorer that failed, or a needed signal that is absent, holds the comment whatever else was
    found: what was not measured is never approved, and a later measurement may still be milder.
    """
    found = {signal.name: signal for signal in findings.signals}
    # The first condition asks for a signal, and most signals are not found: most rules end here.
    about = [rule for rule in policy.rules if rule.conditions[0].is_about(found)]
    matched = [(rule.outcome, reason) for rule in about for reason in rule.reasons(found)]
    reasons = tuple(reason for _, reason in matched)
    absent = [name for name in policy.needs if name not in found]
    if findings.failed or absent:
        missing = ", ".join(findings.failed) or ", ".join(absent)
        unavailable = Reason(
            ReasonCode.SCORER_UNAVAILABLE, f"Could not be measured yet: {missing}.", label=missing
        )
        return Verdict(Outcome.HOLD, (unavailable, *reasons))
    if not matched:
        return Verdict(Outcome.APPROVE, ())
    return Verdict(max((outcome for outcome, _ in matched), key=_GRAVITY.__getitem__), reasons)
