"""Signs of spam: links, contacts, behaviour, author, gibberish, style, and what they add up to.

Text alone does not tell spam from a comment (a model trained on other sites found 12 % of it at 1 %
false alarms); signs catch the crude kind and give moderators their reasons. What they add up to by
hand is `signs`; the score `spam` (learned.py) takes it up and learns.
"""

import math
from collections.abc import Collection, Iterator, Sequence

from cachetools import LRUCache

from moderation.domain.filter import FilterSet
from moderation.domain.score import Candidate, Signal, Span
from moderation.scorers.site.filters import trusted_domains
from moderation.scorers.spam import author, behaviour, contacts, gibberish, links, style
from moderation.scorers.spam.heuristic import BASE, SCORER, SHOWN, SUM

MODEL_NAME = "signs-2"
_SITES_KEPT = 1024  # sites whose trusted domains stay in memory
# Log-odds of their sum, set by hand and looked at on YouTube comments and talk pages:
# two links alone stay under one half, sales talk alone is just over it.
# Weight of each, and how often it counts at most.
_COUNTED = {
    "links": (1.3, 4), "link_masked": (2.2, 2), "link_markup": (0.8, 4), "link_disguised": (2.5, 1),
    "link_shortener": (0.8, 2), "link_address": (1.5, 1), "link_punycode": (0.8, 1),
    "link_in_name": (3.8, 1), "contact": (2.0, 2), "contact_disguised": (1.2, 2),
    "sales_talk": (3.6, 2), "seo_name": (2.6, 1), "gibberish_name": (1.0, 1),
    "disposable_email": (1.0, 1), "form_trap": (5.5, 1), "form_forged": (2.5, 1), "hasty": (2.0, 1),
    "user_agent_odd": (1.5, 1), "referrer_odd": (1.0, 1),
}  # fmt: skip
# Weight, and the share from which on it counts.
_SHARES = {
    "shouting": (1.0, 0.6), "repetition": (2.5, 0.6), "gibberish": (3.0, 0.3),
    "foreign_script": (1.5, 0.5),
}  # fmt: skip


class Heuristics:
    """Signs, each absent where nothing was found, and the score `signs`, always there.

    Every sign is explained where it is made and in docs/spam.md. signs: 0..1, what they add up to.
    """

    name = SCORER

    def __init__(self) -> None:
        self._trusted: LRUCache[str, tuple[int, frozenset[str]]] = LRUCache(_SITES_KEPT)

    def measure(self, batch: Sequence[Candidate]) -> list[tuple[Signal, ...]]:
        return [self._signals(candidate) for candidate in batch]

    def explain(self, candidate: Candidate, label: str) -> tuple[Span, ...]:
        """The places behind a sign, or behind all of them for `signs`, in the order of the text."""
        own = {one.name: one.spans for one in self._signals(candidate)}
        return own.get(label, ())

    def _signals(self, candidate: Candidate) -> tuple[Signal, ...]:
        found = tuple(find_heuristics(candidate, self._trusted_by(candidate.filters)))
        spans = sorted({span for one in found for span in one.spans})[:SHOWN]
        odds = total_log_odds(found)
        return (
            *found,
            Signal(SUM, 1 / (1 + math.exp(-odds)), SCORER, MODEL_NAME, spans=tuple(spans)),
        )

    def _trusted_by(self, filters: FilterSet) -> frozenset[str]:
        """Domains that the site's own filters trust, read once a version."""
        if not filters.version:
            return frozenset()
        known = self._trusted.get(filters.site_id)
        if known is None or known[0] != filters.version:
            known = (filters.version, trusted_domains(filters.filters))
            self._trusted[filters.site_id] = known
        return known[1]


def find_heuristics(candidate: Candidate, trusted: Collection[str] = ()) -> Iterator[Signal]:
    """Every sign of one revision. trusted: domains whose links do not count."""
    yield from links.find_heuristics(candidate, trusted)
    yield from contacts.find_heuristics(candidate)
    yield from behaviour.find_heuristics(candidate)
    yield from author.find_heuristics(candidate)
    yield from gibberish.find_heuristics(candidate)
    yield from style.find_heuristics(candidate)


def total_log_odds(found: Sequence[Signal]) -> float:
    """The log-odds of spam that signs add up to."""
    return BASE + sum(weight_of_signal(one) for one in found)


def weight_of_signal(one: Signal) -> float:
    """How much one sign adds to the log-odds."""
    if one.name in _COUNTED:
        weight, most = _COUNTED[one.name]
        return weight * min(one.value, most)
    weight, over = _SHARES.get(one.name, (0.0, 0.0))
    return weight * (one.value > over)
