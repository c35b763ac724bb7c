"""Heuristics about style: shouting, repetition, sales talk."""

import string
from collections import Counter
from collections.abc import Iterator

import re2

from moderation.domain.patterns import find_spans
from moderation.domain.score import Candidate, Signal, Span
from moderation.scorers.spam.heuristic import MATCH_LIMIT, heuristic_signal

_SALES_TALK = re2.compile(
    r"(?i)\b(?:check out|subscribe to|visit) (?:my|our|this) (?:\w+ ){0,2}(?:channel|videos?|page|site|website|blog|profile|link|music|song|cover|playlist)s?\b"
    r"|\bcheck (?:me|us) out\b|\bsub(?:scribe)? (?:4|for) sub\b|\bplease subscribe\b|\bsubscribe (?:to )?(?:me|us|my|our)\b"
    r"|\b(?:earn|make|made) (?:up to )?(?:\$|usd ?)?\d[\d,.]{0,12}\$? ?(?:dollars? )?(?:a|per|every|each|in (?:a|one)) (?:hour|day|week|month)\b"
    r"|\bwork(?:ing)? from home\b|\bmake money online\b|\bclick (?:here|(?:on )?(?:the|this|my) link)\b"
    r"|\b(?:viagra|cialis|payday loans?|online casino|casino bonus|cheap (?:replica )?(?:watches|handbags|jerseys))\b"
    r"|\b(?:bitcoin|crypto|forex) (?:investment|trading) (?:platform|expert|manager|signals?)\b"
    r"|\bfree (?:gift ?cards?|iphone|followers|v-?bucks)\b|\brecover(?:y)? (?:your )?(?:lost|stolen) (?:funds|bitcoin|crypto)\b"
)
_READ_LIMIT = 4_000  # characters
_SHOUT_LETTERS = 20  # "NO WAY" is not shouting yet
_REPEATED_WORDS = 8  # a share of fewer words means little


def find_heuristics(candidate: Candidate) -> Iterator[Signal]:
    """`shouting`: share of capitals. `repetition`: share of repeated words. `sales_talk`: how many phrases."""
    if shouting := _shouting(candidate.text[:_READ_LIMIT]):
        yield heuristic_signal("shouting", shouting)
    if repetition := _repetition(candidate.view.text[:_READ_LIMIT]):
        yield heuristic_signal("repetition", repetition)
    view = candidate.view
    spans = [
        Span(*view.original(*match)) for match in find_spans(_SALES_TALK, view.text, MATCH_LIMIT)
    ]
    if spans:
        yield heuristic_signal("sales_talk", len(spans), spans)


_LETTERS, _CAPITALS = string.ascii_letters.encode(), string.ascii_uppercase.encode()


def _shouting(text: str) -> float:
    if text.isascii():
        encoded = text.encode()
        letter_count = len(encoded) - len(encoded.translate(None, _LETTERS))
        capital_count = len(encoded) - len(encoded.translate(None, _CAPITALS))
        return capital_count / letter_count if letter_count >= _SHOUT_LETTERS else 0.0
    letters = [letter for letter in text if letter.isalpha()]
    if len(letters) < _SHOUT_LETTERS:
        return 0.0
    return sum(letter.isupper() for letter in letters) / len(letters)


def _repetition(text: str) -> float:
    # Long texts repeat small words anyway, so only the first hundred words are compared.
    words = text.lower().split(maxsplit=100)[:100]
    if len(words) < _REPEATED_WORDS:
        return 0.0
    return 1 - len(Counter(words)) / len(words)
