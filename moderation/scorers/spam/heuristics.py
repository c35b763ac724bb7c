"""Measures the score that the API calls `signs`: heuristics over links, contacts, behaviour, author and style.

The score that the API calls `spam` is measured by spam_model.py, which takes `signs` as one of its inputs
and learns from moderators. Text alone does not tell spam from a comment (a model trained on other sites
found 12 % of it at 1 % false alarms); heuristics catch the crude kind and give moderators reasons.
"""

import math
from collections.abc import Collection, Iterator, Sequence

from moderation.domain.score import Candidate, CommentScorer, Signal
from moderation.scorers.site.trust import TrustOfSites
from moderation.scorers.spam import (
    advertising,
    author,
    behaviour,
    contacts,
    gibberish,
    links,
    style,
)
from moderation.scorers.spam.heuristic import BASE_LOG_ODDS, HEURISTICS, SCORER, SIGNS, SPAN_LIMIT

# Of the score `signs`; a change of HEURISTICS, or of what a heuristic finds, is another model.
MODEL_NAME = "signs-4"


class Heuristics(CommentScorer):
    """A signal for each heuristic that applies, and the score `signs`, 0..1, always: what they add up to,
    with the spans behind all of them, in the order of the text.

    Each heuristic is explained where it is found and in docs/spam.md.
    """

    name = SCORER

    def __init__(self) -> None:
        self._trust = TrustOfSites()

    def signals(self, candidate: Candidate) -> tuple[Signal, ...]:
        signals = tuple(find_heuristics(candidate, self._trust.of(candidate.filters).domains))
        spans = sorted({span for signal in signals for span in signal.spans})[:SPAN_LIMIT]
        score = 1 / (1 + math.exp(-total_log_odds(signals)))
        return (*signals, Signal(SIGNS, score, SCORER, MODEL_NAME, spans=tuple(spans)))


def find_heuristics(candidate: Candidate, trusted: Collection[str] = ()) -> Iterator[Signal]:
    """The signals of every heuristic that applies. trusted: domains whose links do not count."""
    yield from links.find_heuristics(candidate, trusted)
    for module in (contacts, behaviour, author, gibberish, advertising, style):
        yield from module.find_heuristics(candidate)


def total_log_odds(signals: Sequence[Signal]) -> float:
    """The log-odds of spam that the signals add up to."""
    return BASE_LOG_ODDS + sum(weight_of_signal(signal) for signal in signals)


def weight_of_signal(signal: Signal) -> float:
    """How much one signal adds to the log-odds; 0 where it is no heuristic's."""
    heuristic = HEURISTICS.get(signal.name)
    if heuristic is None:
        return 0.0
    if heuristic.is_share:
        return heuristic.weight * (signal.value > heuristic.over)
    return heuristic.weight * min(signal.value, heuristic.most)
