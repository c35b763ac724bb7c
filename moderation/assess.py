"""Score a text and keep nothing: for the command line and for whoever waits for the answer."""

from collections.abc import Sequence

from moderation.domain.score import Candidate, Findings
from moderation.domain.text import normalise
from moderation.scorers.panel import Panel


def assess(panel: Panel, texts: Sequence[str], language: str = "") -> list[Findings]:
    """What is known about each text, in order. language: of the page, '' where unknown."""
    return panel.measure([Candidate(text, normalise(text), language) for text in texts])
