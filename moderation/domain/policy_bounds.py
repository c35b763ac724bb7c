"""Bounds in a policy: how often at most it may be wrong, by people's own decisions, before it is put in force.

[bounds]
wrongly_rejected = "1 in 200"    # of what it rejects or files as spam, and people looked at: approved by them
wrongly_passed = "1 in 50"       # of what it publishes, and people looked at: removed by them
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from moderation.domain.backtest import Share
from moderation.domain.errors import Invalid
from moderation.domain.wilson import wilson_interval

_WHAT = {
    "wrongly_rejected": ("rejects or files as spam", "people approve"),
    "wrongly_passed": ("publishes", "people remove"),
}
_ONE_IN = re.compile(r"1 in ([1-9][0-9]{0,5})")


@dataclass(frozen=True, slots=True)
class Bound:
    """At most one in `one_in` may be wrong. name: wrongly_rejected or wrongly_passed."""

    name: str
    one_in: int


@dataclass(frozen=True, slots=True)
class MeasuredBound:
    """A bound beside what people decided. wrong: of the decisions that say something about it, those against the policy."""

    bound: Bound
    wrong: Share

    @property
    def is_met(self) -> bool:
        """Whether the upper end of the 95 % interval is within the bound."""
        interval = self.wrong.interval
        return interval is not None and interval[1] <= 1 / self.bound.one_in

    @property
    def more_needed(self) -> int:
        """So many more decisions, all of them for the policy, would show that the bound is met; 0 where it is."""
        if self.is_met:
            return 0
        hits, count = self.wrong.hits, self.wrong.count
        low, high = 0, 1
        while wilson_interval(hits, count + high)[1] > 1 / self.bound.one_in:
            low, high = high, 2 * high
        while high - low > 1:
            middle = (low + high) // 2
            if wilson_interval(hits, count + middle)[1] > 1 / self.bound.one_in:
                low = middle
            else:
                high = middle
        return high

    def in_words(self) -> str:
        """Two or three sentences: the bound, what was measured, and what is missing."""
        does, people = _WHAT[self.bound.name]
        said = f"Of what this policy {does}, {people} at most 1 in {self.bound.one_in:,}: "
        interval = self.wrong.interval
        if interval is None:
            said += "nobody has decided about any of it."
        else:
            said += f"measured {self.wrong.hits:,} of {self.wrong.count:,} decisions, at most 1 in {1 / interval[1]:,.1f} with 95 % certainty."
        if self.is_met:
            return f"{said} That is within the bound."
        return f"{said} {self.more_needed:,} more decisions that agree with it are needed."


def parse_bounds(table: object) -> tuple[Bound, ...]:
    """Reads [bounds]. Raises Invalid with the key that is wrong."""
    if not isinstance(table, Mapping):
        raise Invalid("'bounds' is a table such as wrongly_rejected = \"1 in 200\".", "/bounds")
    bounds = []
    for name, value in table.items():
        if name not in _WHAT:
            raise Invalid(f"A bound is one of {', '.join(_WHAT)}.", f"/bounds/{name}")
        found = _ONE_IN.fullmatch(value) if isinstance(value, str) else None
        if found is None or int(found[1]) < 2:
            raise Invalid('A bound is written "1 in 200".', f"/bounds/{name}")
        bounds.append(Bound(name, int(found[1])))
    return tuple(bounds)
