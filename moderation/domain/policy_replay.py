"""Policies applied to what was measured long ago: comments that no threshold tells apart are decided once."""

import math
from bisect import bisect_right
from collections.abc import Iterable, Sequence

from moderation.domain.policy import Policy, PolicyVerdict, decide
from moderation.domain.score import UNREAD, Findings, Signal

# Whether some of a text was not read at all is a threshold, too: anything above 0.
_ANY_UNREAD = math.nextafter(0.0, 1.0)

_Key = tuple[tuple[str, int], ...]


class PolicyReplay:
    """The verdicts of several policies on the same findings.

    A policy only compares signals with its thresholds. So findings whose signals lie between the same ones have the same
    outcome and the same reason codes, and only the first of them is decided about; the messages are that one's.
    """

    def __init__(self, policies: Sequence[Policy]) -> None:
        self._policies = policies
        self._thresholds = _Thresholds(policies)
        self._verdicts: dict[bool, dict[_Key, tuple[PolicyVerdict, ...]]] = {False: {}, True: {}}

    def verdicts(
        self, signals: Iterable[tuple[str, str]], failed: bool
    ) -> tuple[PolicyVerdict, ...]:
        """What each policy decides, in their order.

        signals: names with values as JSON has them; of two with one name the last counts. failed: whether a scorer did.
        """
        key = tuple(
            [  # a list: twice as fast as a generator, here and 20 times for each comment
                (name, bisect_right(thresholds, float(value)))
                for name, value in signals
                if (thresholds := self._thresholds[name])
            ]
        )
        decided = self._verdicts[failed]
        if (verdicts := decided.get(key)) is None:
            verdicts = decided[key] = self._decide(key, failed)
        return verdicts

    def _decide(self, key: _Key, failed: bool) -> tuple[PolicyVerdict, ...]:
        signals = tuple(
            Signal(name, self._thresholds[name][level - 1] if level else -math.inf, "")
            for name, level in key
        )
        findings = Findings(signals, ("scorer",) if failed else ())
        return tuple(decide(policy, findings) for policy in self._policies)


class _Thresholds(dict[str, list[float]]):
    """Every threshold that policies have for a signal, in order, by its name."""

    def __init__(self, policies: Sequence[Policy]) -> None:
        super().__init__()
        self._needed = {name for policy in policies for name in policy.needs}
        self._conditions = [
            condition
            for policy in policies
            for rule in policy.rules
            for condition in rule.conditions
        ]

    def __missing__(self, name: str) -> list[float]:
        thresholds = {
            condition.at_least if condition.at_least is not None else condition.below
            for condition in self._conditions
            for pattern in condition.signals
            if pattern == name or (pattern.endswith("*") and name.startswith(pattern[:-1]))
        }
        if name == UNREAD:
            thresholds.add(_ANY_UNREAD)
        if name in self._needed:
            thresholds.add(-math.inf)  # that it was measured counts
        found = sorted(threshold for threshold in thresholds if threshold is not None)
        self[name] = found
        return found
