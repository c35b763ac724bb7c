"""One sign of spam: a fact of the scorer `spam`, with the places in the text that show it."""

from collections.abc import Sequence

from moderation.domain.score import Signal, Span

SCORER = "spam"
# The score that all signs add up to, and its log-odds where there are none.
SUM, BASE = "signs", -3.4
# Places kept as evidence and counted of each sign: a thousand links say no more than fifty.
SHOWN = 50
MOST = 100


def sign(name: str, value: float, spans: Sequence[Span] = (), note: str = "") -> Signal:
    """A plain measurement. note: a host, a code or a phrase of our own lists, never the text."""
    return Signal(name, float(value), SCORER, spans=tuple(sorted(spans))[:SHOWN], note=note[:80])


def words(text: str) -> frozenset[str]:
    """A table of words, written as a text."""
    return frozenset(text.split())
