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

based_on = "newsroom"            [thresholds]
                                 toxic = 0.25
"""

import hashlib
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from moderation.domain.closed_hours import ClosedHours, parse_closed_hours
from moderation.domain.decision import Outcome, Reason
from moderation.domain.errors import Invalid
from moderation.domain.labels import in_words, label_of
from moderation.domain.policy_bounds import Bound, parse_bounds
from moderation.domain.policy_toml import read_toml
from moderation.domain.reason_codes import ReasonCode
from moderation.domain.score import UNREAD, Findings, Signal

# The gravest outcome wins; every rule that matched gives its reason.
GRAVITY = {Outcome.APPROVE: 0, Outcome.HOLD: 1, Outcome.SPAM: 2, Outcome.REJECT: 3}
_RULE_KEYS = {"code", "outcome", "message"}
_CONDITION_KEYS = {"signal", "at_least", "below"}
# {value}, {threshold}, {note}, {name}; {links} and {links.note} of any other signal.
_PLACEHOLDER = re.compile(r"\{([A-Za-z_][A-Za-z0-9_:]*)(\.note)?\}")

_Signals = Mapping[str, Signal]


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition on one signal, or on any of several.

    signals: names; a trailing '*' stands for every name that begins so. at_least: one of them must reach
    it. below: none of them may reach it; a signal that was not measured is 0. One of the two is None.
    """

    signals: tuple[str, ...]
    at_least: float | None
    below: float | None = None

    def is_measured(self, signals: _Signals) -> bool:
        """Whether any of the signals was measured, whatever its value."""
        for name in self.signals:
            if name in signals or (name.endswith("*") and _named(name, signals)):
                return True
        return False

    def reached_by(self, signals: _Signals) -> list[Signal]:
        """The signals that reach the threshold, in the order of the names."""
        threshold = self.at_least if self.at_least is not None else self.below
        assert threshold is not None
        return [
            signal
            for name in self.signals
            for signal in _named(name, signals)
            if signal.value >= threshold
        ]

    def is_met(self, signals: _Signals) -> bool:
        return bool(self.reached_by(signals)) == (self.at_least is not None)


def _named(name: str, signals: _Signals) -> list[Signal]:
    if name.endswith("*"):
        return [signal for signal in signals.values() if signal.name.startswith(name[:-1])]
    return [signals[name]] if name in signals else []


@dataclass(frozen=True, slots=True)
class Rule:
    """An outcome with a reason, where every condition is met.

    message: one sentence. {value}, {threshold}, {note} and {name} are those of the first condition's
    signal; {links} is the value of the signal `links`, {links.note} its note, and so on. Names of signals are
    given in words.
    """

    code: str
    conditions: tuple[Condition, ...]
    outcome: Outcome
    message: str

    def reasons(self, signals: _Signals) -> list[Reason]:
        """A rule of one condition gives a reason for each signal that meets it, others give one."""
        if len(self.conditions) == 1:
            reached = self.conditions[0].reached_by(signals)
            return [self._reason(signal, [signal], signals) for signal in reached]
        if not all(condition.is_met(signals) for condition in self.conditions):
            return []
        reached = [
            signal
            for condition in self.conditions
            if condition.below is None
            for signal in condition.reached_by(signals)
        ]
        return [self._reason(reached[0], reached, signals)]

    def _reason(self, first: Signal, reached: Sequence[Signal], signals: _Signals) -> Reason:
        threshold = self.conditions[0].at_least
        values = {
            "value": _number(first.value),
            "threshold": f"{threshold:g}",
            "note": in_words(first.note),
            "name": label_of(first.name),
        }

        def fill(placeholder: re.Match[str]) -> str:
            name, note = placeholder.groups()
            if not note and name in values:
                return values[name]
            signal = signals.get(name)
            if note:
                return in_words(signal.note) if signal else ""
            return _number(signal.value if signal else 0.0)

        spans = tuple(sorted({span for signal in reached for span in signal.spans}))
        message = _PLACEHOLDER.sub(fill, self.message)
        return Reason(self.code, message, first.name, first.value, threshold, spans=spans)


def format_score(value: float) -> str:
    """A score as people read it. One that is a little less than 1 is not rounded to 1."""
    return "0.99" if 0.99 < value < 1 else f"{value:.2f}"


def _number(value: float) -> str:
    return format_score(value).removesuffix(".00")


@dataclass(frozen=True, slots=True)
class Policy:
    """A named list of rules, read from top to bottom. version: the first 12 hex of its content's SHA-256.

    needs: signals without which nothing is approved: where one is missing the comment is held. bounds: it is not put in force
    where it is wrong more often. closed_hours: None for a policy that is open at all hours.
    """

    name: str
    rules: tuple[Rule, ...]
    needs: tuple[str, ...]
    version: str
    bounds: tuple[Bound, ...] = ()
    closed_hours: ClosedHours | None = None


@dataclass(frozen=True, slots=True)
class PolicyVerdict:
    """What a policy decides about one revision."""

    outcome: Outcome
    reasons: tuple[Reason, ...]


def parse_policy(source: str, find_base: Callable[[str], str] | None = None) -> Policy:
    """Reads a policy from TOML. Raises Invalid with the rule and the key that is wrong.

    find_base: the TOML of the profile that `based_on` names. The policy then has its rules, with other thresholds for
    those whose codes are in [thresholds], and its own rules besides.
    """
    data, inherited = _resolved(read_toml(source), find_base)
    name = data.get("name")
    if not isinstance(name, str) or not name:
        raise Invalid("A policy needs a name.", "/name")
    needs = data.get("needs", [])
    if not isinstance(needs, list) or not all(isinstance(name, str) for name in needs):
        raise Invalid("'needs' is a list of signal names.", "/needs")
    rules = data.get("rules", [])
    if not isinstance(rules, list):
        raise Invalid("Rules are written as [[rules]].", "/rules")
    # Numbered as the source has them: those of the base come before its own.
    parsed = tuple(_parse_rule(rule, number - inherited) for number, rule in enumerate(rules))
    # TOML has dates, which no key here needs.
    canonical = json.dumps(data, sort_keys=True, ensure_ascii=False, default=str)
    version = hashlib.sha256(canonical.encode()).hexdigest()[:12]
    bounds = parse_bounds(data.get("bounds", {}))
    hours = parse_closed_hours(data["closed_hours"]) if "closed_hours" in data else None
    return Policy(name, parsed, tuple(needs), version, bounds, hours)


def _resolved(
    own: dict[str, Any], find_base: Callable[[str], str] | None
) -> tuple[dict[str, Any], int]:
    """A policy with the rules of the profile that it is based on, which may be based on another; and how many these are."""
    if "based_on" not in own:
        return own, 0
    if find_base is None or not isinstance(own["based_on"], str):
        raise Invalid("'based_on' names a profile that ships with Gatehouse.", "/based_on")
    base, _ = _resolved(read_toml(find_base(own["based_on"])), find_base)
    return _based_on(base, own), len(base.get("rules", ()))


def _based_on(base: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """The rules of a policy with some thresholds and rules of one that is based on it."""
    thresholds = own.get("thresholds", {})
    if not isinstance(thresholds, Mapping):
        raise Invalid("'thresholds' is a table: the code of a rule = a number.", "/thresholds")
    if not isinstance(own.get("rules", []), list):
        raise Invalid("Rules are written as [[rules]].", "/rules")
    rules = [dict(rule) for rule in base.get("rules", ())]
    for code in thresholds:
        _threshold(thresholds, code, "/thresholds")
        chosen = [rule for rule in rules if rule.get("code") == code]
        if not chosen:
            raise Invalid(f"No rule has the code '{code}'.", f"/thresholds/{code}")
        for rule in chosen:
            if "all" in rule:  # what its reason shows
                first, *others = rule["all"]
                rule["all"] = [{**first, "at_least": thresholds[code]}, *others]
            else:
                rule["at_least"] = thresholds[code]
    inherited = {
        key: own.get(key, base.get(key))
        for key in ("bounds", "closed_hours")
        if key in own or key in base
    }
    return {
        "name": own.get("name"),
        "needs": own.get("needs", base.get("needs", [])),
        "rules": rules + list(own.get("rules", ())),
        **inherited,
    }


def _parse_rule(rule: object, number: int) -> Rule:
    pointer = f"/rules/{number}"
    if not isinstance(rule, Mapping):
        raise Invalid("A rule is a table.", pointer)
    combined = "all" in rule
    allowed = _RULE_KEYS | ({"all"} if combined else {"signal", "at_least"})
    for key in sorted(allowed - rule.keys()):
        raise Invalid(f"The rule lacks '{key}'.", f"{pointer}/{key}")
    for key in sorted(rule.keys() - allowed):
        raise Invalid(f"A rule has no '{key}'.", f"{pointer}/{key}")
    if combined:
        conditions = _parse_all(rule["all"], f"{pointer}/all")
    else:
        conditions = (Condition(_names(rule, pointer), _threshold(rule, "at_least", pointer)),)
    try:
        outcome = Outcome(rule["outcome"])
    except ValueError:
        raise Invalid(
            "The outcome of a rule is hold, spam or reject.", f"{pointer}/outcome"
        ) from None
    if outcome is Outcome.APPROVE:
        raise Invalid("Approval is what remains when no rule matches.", f"{pointer}/outcome")
    return Rule(str(rule["code"]), conditions, outcome, str(rule["message"]))


def _parse_all(tables: object, pointer: str) -> tuple[Condition, ...]:
    if not isinstance(tables, list) or len(tables) < 2:
        raise Invalid("'all' is a list of two conditions or more.", pointer)
    conditions = tuple(
        _parse_condition(table, f"{pointer}/{number}") for number, table in enumerate(tables)
    )
    if conditions[0].at_least is None:
        raise Invalid(
            "The first condition has 'at_least': it is what the reason shows.", f"{pointer}/0"
        )
    return conditions


def _parse_condition(table: object, pointer: str) -> Condition:
    if not isinstance(table, Mapping):
        raise Invalid("A condition is a table.", pointer)
    for key in sorted(table.keys() - _CONDITION_KEYS):
        raise Invalid(f"A condition has no '{key}'.", f"{pointer}/{key}")
    if "signal" not in table:
        raise Invalid("The condition lacks 'signal'.", f"{pointer}/signal")
    if len(table) != 2:
        raise Invalid("A condition has either 'at_least' or 'below'.", pointer)
    if "below" in table:
        return Condition(_names(table, pointer), None, _threshold(table, "below", pointer))
    return Condition(_names(table, pointer), _threshold(table, "at_least", pointer))


def _names(table: Mapping[str, object], pointer: str) -> tuple[str, ...]:
    """One signal's name, or a list of names of which any will do."""
    names = table["signal"]
    if isinstance(names, str) and names:
        return (names,)
    if isinstance(names, list) and names and all(isinstance(name, str) and name for name in names):
        return tuple(names)
    raise Invalid("A signal is a name or a list of names.", f"{pointer}/signal")


def _threshold(table: Mapping[str, object], key: str, pointer: str) -> float:
    threshold = table[key]
    if isinstance(threshold, bool) or not isinstance(threshold, int | float):
        raise Invalid("A threshold is a number.", f"{pointer}/{key}")
    return float(threshold)


def decide(policy: Policy, findings: Findings) -> PolicyVerdict:
    """The verdict on what was measured: the gravest matching outcome, with every reason.

    A scorer that failed, or a needed signal that is missing, holds the comment whatever else was
    measured: it is never approved like this, and a later measurement may still lead to a milder outcome.
    Nor is a text of which a model has read only parts, whatever the rules say.
    """
    signals = {signal.name: signal for signal in findings.signals}
    # The first condition needs a signal, and most signals are not measured: most rules end here.
    rules = [rule for rule in policy.rules if rule.conditions[0].is_measured(signals)]
    matched = [(rule.outcome, reason) for rule in rules for reason in rule.reasons(signals)]
    if (unread := signals.get(UNREAD)) and unread.value > 0:
        matched.append((Outcome.HOLD, _too_long(unread)))
    reasons = tuple(reason for _, reason in matched)
    missing = findings.failed or [name for name in policy.needs if name not in signals]
    if missing:
        names = ", ".join(missing)
        message = f"Could not be measured yet: {', '.join(map(label_of, missing))}."
        unavailable = Reason(ReasonCode.SCORER_UNAVAILABLE, message, label=names)
        return PolicyVerdict(Outcome.HOLD, (unavailable, *reasons))
    if not matched:
        return PolicyVerdict(Outcome.APPROVE, ())
    return PolicyVerdict(max((outcome for outcome, _ in matched), key=GRAVITY.__getitem__), reasons)


def in_closed_hours(verdict: PolicyVerdict, hours: ClosedHours | None, at: int) -> PolicyVerdict:
    """The verdict on a comment that came in at `at` (ms): what would be published waits for a person where that was in closed hours.

    So does what should have been refused: it came in before these hours were set.
    """
    if verdict.outcome is not Outcome.APPROVE or hours is None or not hours.is_closed(at):
        return verdict
    message = f"It came in during closed hours: {hours.in_words()}."
    return PolicyVerdict(Outcome.HOLD, (Reason(ReasonCode.CLOSED_HOURS, message),))


def _too_long(unread: Signal) -> Reason:
    share = max(1, min(99, round(100 * unread.value)))
    message = f"Too long for the toxicity model to read: it has not seen {share} % of the text."
    return Reason(ReasonCode.TOO_LONG_TO_JUDGE, message, unread.name, unread.value)
