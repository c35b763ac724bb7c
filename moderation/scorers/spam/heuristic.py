"""Every heuristic by name, with its weight in the score `signs`, and how a file reports that one applies.

A new heuristic takes a function that yields `heuristic_signal(name, ...)`, a line in HEURISTICS, a row in
docs/spam.md, and, as it moves the score, another MODEL_NAME (heuristics.py; a test asks for it).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from moderation.domain.score import Signal, Span

# The name of the scorer Heuristics in reasons, metrics and the log. It does not measure the score `spam`.
SCORER = "spam"
# The score that the heuristics add up to, and its log-odds where none applies.
SIGNS, BASE_LOG_ODDS = "signs", -3.4
# Spans kept as evidence, and matches counted, of each heuristic: a thousand links say no more than fifty.
SPAN_LIMIT = 50
MATCH_LIMIT = 100


@dataclass(frozen=True, slots=True)
class Heuristic:
    """How one heuristic counts, in `signs` and in the spam model.

    weight: log-odds for each time it was found, up to `most` times; of a share (is_share: 0..1), for all
    of it where the share is over `over`. learns_note: its notes recur (domains, phrases), so the spam
    model learns each by itself as well.
    """

    weight: float = 0.0
    most: int = 1
    over: float = 0.0
    is_share: bool = False
    learns_note: bool = False


def _share(weight: float = 0.0, over: float = 0.0) -> Heuristic:
    return Heuristic(weight, over=over, is_share=True)


# The weights are set by hand and checked on YouTube comments and talk pages: two links alone stay under one
# half, sales talk alone is just over it.
HEURISTICS: Mapping[str, Heuristic] = {
    # links.py
    "links": Heuristic(1.3, 4, learns_note=True),
    "link_domains": Heuristic(),
    "link_share": _share(),
    "link_shortener": Heuristic(0.8, 2),
    "link_address": Heuristic(1.5),
    "link_punycode": Heuristic(0.8),
    "link_masked": Heuristic(2.2, 2),
    "link_markup": Heuristic(0.8, 4),
    "link_disguised": Heuristic(2.5),
    "link_in_name": Heuristic(3.8, learns_note=True),
    "link_in_website": Heuristic(learns_note=True),
    # contacts.py
    "contact": Heuristic(2.0, 2),
    "contact_disguised": Heuristic(1.2, 2),
    # behaviour.py
    "form_trap": Heuristic(5.5),
    "user_agent_odd": Heuristic(1.5),
    "referrer_odd": Heuristic(1.0),
    # author.py
    "seo_name": Heuristic(2.6, learns_note=True),
    "gibberish_name": Heuristic(1.0),
    "disposable_email": Heuristic(1.0),
    # gibberish.py
    "gibberish": _share(3.0, 0.3),
    "foreign_script": _share(1.5, 0.5),
    # advertising.py
    "advertising": Heuristic(1.5, 2),
    # style.py
    "shouting": _share(1.0, 0.6),
    "repetition": _share(2.5, 0.6),
    "sales_talk": Heuristic(3.6, 2),
}


def heuristic_signal(name: str, value: float, spans: Sequence[Span] = (), note: str = "") -> Signal:
    """What one heuristic found. name: of HEURISTICS, else KeyError. note: a host, a code or a phrase of
    our own lists, never the text."""
    HEURISTICS[name]
    return Signal(
        name, float(value), SCORER, spans=tuple(sorted(spans))[:SPAN_LIMIT], note=note[:80]
    )


def word_set(text: str) -> frozenset[str]:
    """The words of a text that lists them, separated by white space."""
    return frozenset(text.split())
