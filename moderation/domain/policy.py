"""Policies: thresholds and rules as data, read from TOML, versioned by content."""

import hashlib
import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass

from moderation.domain.decision import Outcome, Reason
from moderation.domain.errors import Invalid
from moderation.domain.score import Findings, Signal

# The gravest outcome wins; every rule that matched gives its reason.
_GRAVITY = {Outcome.APPROVE: 0, Outcome.HOLD: 1, Outcome.SPAM: 2, Outcome.REJECT: 3}
_RULE_KEYS = {"code", "signal", "at_least", "outcome", "message"}


@dataclass(frozen=True, slots=True)
class Rule:
    """When a signal reaches a threshold, an outcome with a reason.

    signal: a signal's name; a trailing '*' matches every signal that begins so.
    message: one sentence; {value} and {threshold} are filled in, {note} is the signal's note.
    """

    code: str
    signal: str
    at_least: float
    outcome: Outcome
    message: str

    def matches(self, signal: Signal) -> bool:
        wanted = self.signal
        named = (
            signal.name.startswith(wanted[:-1]) if wanted.endswith("*") else signal.name == wanted
        )
        return named and signal.value >= self.at_least

    def reason(self, signal: Signal) -> Reason:
        """The reason this rule gives for a signal that it matched."""
        message = (
            self.message.replace("{value}", f"{signal.value:.2f}".removesuffix(".00"))
            .replace("{threshold}", f"{self.at_least:g}")
            .replace("{note}", signal.note)
        )
        return Reason(
            self.code, message, signal.name, signal.value, self.at_least, spans=signal.spans
        )


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
    for key in sorted(_RULE_KEYS - rule.keys()):
        raise Invalid(f"The rule lacks '{key}'.", f"{at}/{key}")
    for key in sorted(rule.keys() - _RULE_KEYS):
        raise Invalid(f"A rule has no '{key}'.", f"{at}/{key}")
    threshold = rule["at_least"]
    if isinstance(threshold, bool) or not isinstance(threshold, int | float):
        raise Invalid("A threshold is a number.", f"{at}/at_least")
    try:
        outcome = Outcome(rule["outcome"])
    except ValueError:
        raise Invalid("An outcome is approve, hold, reject or spam.", f"{at}/outcome") from None
    if outcome is Outcome.APPROVE:
        raise Invalid("Approval is what remains when no rule matches.", f"{at}/outcome")
    return Rule(
        str(rule["code"]), str(rule["signal"]), float(threshold), outcome, str(rule["message"])
    )


def decide(policy: Policy, findings: Findings) -> Verdict:
    """The verdict on what was found: the gravest matching outcome, with every reason.

    A scorer that failed, or a needed signal that is absent, holds the comment whatever else was
    found: what was not measured is never approved, and a later measurement may still be milder.
    """
    matched = [
        (rule.outcome, rule.reason(signal))
        for rule in policy.rules
        for signal in findings.signals
        if rule.matches(signal)
    ]
    reasons = tuple(reason for _, reason in matched)
    present = {signal.name for signal in findings.signals}
    absent = [name for name in policy.needs if name not in present]
    if findings.failed or absent:
        missing = ", ".join(findings.failed) or ", ".join(absent)
        unavailable = Reason(
            "scorer_unavailable", f"Could not be measured yet: {missing}.", label=missing
        )
        return Verdict(Outcome.HOLD, (unavailable, *reasons))
    if not matched:
        return Verdict(Outcome.APPROVE, ())
    return Verdict(max((outcome for outcome, _ in matched), key=_GRAVITY.__getitem__), reasons)
