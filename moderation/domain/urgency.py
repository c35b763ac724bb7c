"""How urgent a held comment is: its strongest score, doubled for every twelve hours that it waits and for every report.

What grows at one rate for all keeps its order, so a time says it all: the earlier, the more urgent. A comment with a score of 1
and no report has the time at which it came, each halving of the score adds twelve hours, each report takes twelve away.
"""

from math import log2

from moderation.domain.score import Findings

DOUBLING_MS = (
    12 * 3_600_000
)  # a night: what waits since yesterday evening goes before what has twice its score
_LEAST = 0.05  # also of what could not be measured; some two days


def urgent_at(created_at: int, findings: Findings, reports: int) -> int:
    """The time by which held comments are put in order, ms. reports: how many wait to be looked at."""
    scores = [signal.value for signal in findings.signals if signal.is_score]
    strongest = min(1.0, max([_LEAST, *scores]))
    return created_at - round(DOUBLING_MS * log2(strongest)) - DOUBLING_MS * reports
