"""Whether a day differs from the weeks before it: rates of rules by a control chart, scores by the population stability index."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from moderation.domain.day_totals import SCORE_STEPS, Totals, of_kind

# The control chart for proportions (Shewhart's p-chart, NIST/SEMATECH e-Handbook of Statistical Methods, 6.3.3.2): three
# standard deviations of the binomial distribution. Days differ by more than that by themselves, so the rate must differ by
# half as well.
DEVIATIONS = 3.0
FACTOR = 1.5
# PSI: sum of (now - before) * ln(now / before) over the steps of a histogram. More than 0.25 is a large shift, less than 0.1
# none (Siddiqi, Credit Risk Scorecards, 2006).
PSI_SOME, PSI_LARGE = 0.1, 0.25
# By chance alone PSI is distributed like chi squared / (1/n + 1/m)^-1 (Yurdakul and Naranjo, Statistical properties of the
# population stability index, 2020): the 99.9th percentile with nine degrees of freedom, of ten steps.
_CHI_SQUARED = 27.88


COMMENTS_NEEDED = 100  # on the day, and in the weeks before; of fewer a rate says little
DIFFERENCE_NEEDED = 10  # comments more or less than expected: below that nobody would look
WEEKS_DAYS = 28


@dataclass(frozen=True, slots=True)
class Alarm:
    """A rule or a score that left its band on a day. kind: 'rule' or 'score'. name: its code or label. hits of count on the day,
    hits_before of count_before in the four weeks before it, each 0 of a score's hits; psi: of a score, else 0.
    """

    day: int
    kind: str
    name: str
    hits: int
    count: int
    hits_before: int
    count_before: int
    psi: float = 0.0

    def in_words(self, label: str) -> str:
        """One sentence. label: what the rule or score is called."""
        if self.kind == "score":
            return f"Scores of {label} are distributed otherwise than in the four weeks before (PSI {self.psi:.2f})."
        now = f"{100 * self.hits / self.count:.1f} % of {self.count:,} comments"
        before = f"{100 * self.hits_before / self.count_before:.1f} %"
        return (
            f"The rule {label} gave a reason for {now}; in the four weeks before it was {before}."
        )


def stability_index(before: Sequence[int], now: Sequence[int]) -> float | None:
    """The PSI of two histograms with the same steps, 0 and more; None where one of them is empty.

    Half a comment is added to each step: of one that is empty there is no logarithm.
    """
    if not sum(before) or not sum(now):
        return None
    size = len(before)
    total_before, total_now = sum(before) + size / 2, sum(now) + size / 2
    shares = [
        ((one + 0.5) / total_before, (other + 0.5) / total_now)
        for one, other in zip(before, now, strict=True)
    ]
    return sum((other - one) * math.log(other / one) for one, other in shares)


def has_shifted(before: Sequence[int], now: Sequence[int]) -> bool:
    """Whether the scores of a day differ from those before by a large shift that is not chance."""
    psi = stability_index(before, now)
    if psi is None or min(sum(before), sum(now)) < COMMENTS_NEEDED:
        return False
    return psi > PSI_LARGE and psi > _CHI_SQUARED * (1 / sum(before) + 1 / sum(now))


def has_left_band(hits: int, count: int, hits_before: int, count_before: int) -> bool:
    """Whether a rate differs from that before by more than chance and by half."""
    if min(count, count_before) < COMMENTS_NEEDED:
        return False
    rate = hits_before / count_before
    deviation = math.sqrt(count * rate * (1 - rate))
    difference = abs(hits - count * rate)
    if difference < DIFFERENCE_NEEDED or difference <= DEVIATIONS * deviation:
        return False
    now, before = hits * count_before, hits_before * count  # whole numbers: nothing is rounded
    return now >= FACTOR * before or now * FACTOR <= before


def histograms(totals: Mapping[str, int]) -> dict[str, tuple[int, ...]]:
    """How many comments have each score, in SCORE_STEPS steps, by label."""
    bins: dict[str, list[int]] = {}
    for name, count in of_kind(totals, "score").items():
        label, _, step = name.rpartition(".")
        bins.setdefault(label, [0] * SCORE_STEPS)[int(step)] += count
    return {label: tuple(counts) for label, counts in sorted(bins.items())}


def alarms_of(day: int, of_day: Mapping[int, Totals]) -> list[Alarm]:
    """What left its band on a day. of_day: the site's totals of that day and those of the four weeks before."""
    today: Totals = of_day.get(day, Counter())
    before: Totals = Counter()
    for earlier in range(day - WEEKS_DAYS, day):
        before.update(of_day.get(earlier, {}))
    count = sum(of_kind(today, "machine").values())
    count_before = sum(of_kind(before, "machine").values())
    reasons, reasons_before = of_kind(today, "reason"), of_kind(before, "reason")
    found = [
        Alarm(day, "rule", code, hits, count, hits_before, count_before)
        for code in sorted(reasons | reasons_before)
        if has_left_band(
            hits := reasons.get(code, 0),
            count,
            hits_before := reasons_before.get(code, 0),
            count_before,
        )
    ]
    scores, empty = histograms(today), (0,) * SCORE_STEPS
    for label, bins_before in histograms(before).items():
        bins = scores.get(label, empty)
        if has_shifted(bins_before, bins):
            psi = stability_index(bins_before, bins) or 0.0
            found.append(Alarm(day, "score", label, 0, sum(bins), 0, sum(bins_before), psi))
    return found
