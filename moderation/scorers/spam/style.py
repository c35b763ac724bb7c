"""How a text is written: shouting, repetition, sales talk."""

import string
from collections import Counter
from collections.abc import Iterator

import re2

from moderation.domain.patterns import find_spans
from moderation.domain.score import Candidate, Signal, Span
from moderation.scorers.spam.heuristic import MOST, sign

_PITCH = re2.compile(
    r"(?i)\b(?:check out|subscribe to|visit) (?:my|our|this) (?:\w+ ){0,2}(?:channel|videos?|page|site|website|blog|profile|link|music|song|cover|playlist)s?\b"
    r"|\bcheck (?:me|us) out\b|\bsub(?:scribe)? (?:4|for) sub\b|\bplease subscribe\b|\bsubscribe (?:to )?(?:me|us|my|our)\b"
    r"|\b(?:earn|make|made) (?:up to )?(?:\$|usd ?)?\d[\d,.]{0,12}\$? ?(?:dollars? )?(?:a|per|every|each|in (?:a|one)) (?:hour|day|week|month)\b"
    r"|\bwork(?:ing)? from home\b|\bmake money online\b|\bclick (?:here|(?:on )?(?:the|this|my) link)\b"
    r"|\b(?:viagra|cialis|payday loans?|online casino|casino bonus|cheap (?:replica )?(?:watches|handbags|jerseys))\b"
    r"|\b(?:bitcoin|crypto|forex) (?:investment|trading) (?:platform|expert|manager|signals?)\b"
    r"|\bfree (?:gift ?cards?|iphone|followers|v-?bucks)\b|\brecover(?:y)? (?:your )?(?:lost|stolen) (?:funds|bitcoin|crypto)\b"
)
_READ = 4_000  # characters
_SHOUT_LETTERS = 20  # "NO WAY" is not shouting yet
_REPEATED_WORDS = 8  # fewer words repeat by themselves


def find_heuristics(candidate: Candidate) -> Iterator[Signal]:
    """`shouting`: share of capitals. `repetition`: share of words said before. `sales_talk`: phrases."""
    if shouting := _shouting(candidate.text[:_READ]):
        yield sign("shouting", shouting)
    if repetition := _repetition(candidate.view.text[:_READ]):
        yield sign("repetition", repetition)
    view = candidate.view
    pitch = [Span(*view.original(*found)) for found in find_spans(_PITCH, view.text, MOST)]
    if pitch:
        yield sign("sales_talk", len(pitch), pitch)


_LETTERS, _CAPITALS = string.ascii_letters.encode(), string.ascii_uppercase.encode()


def _shouting(text: str) -> float:
    if text.isascii():
        written = text.encode()
        size = len(written) - len(written.translate(None, _LETTERS))
        large = len(written) - len(written.translate(None, _CAPITALS))
        return large / size if size >= _SHOUT_LETTERS else 0.0
    letters = [letter for letter in text if letter.isalpha()]
    if len(letters) < _SHOUT_LETTERS:
        return 0.0
    return sum(letter.isupper() for letter in letters) / len(letters)


def _repetition(text: str) -> float:
    # Long texts repeat their small words: what counts is how few words there are for a short stretch.
    words = text.lower().split(maxsplit=100)[:100]
    if len(words) < _REPEATED_WORDS:
        return 0.0
    return 1 - len(Counter(words)) / len(words)
