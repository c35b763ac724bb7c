"""Spam by hand-made signs: links, shouting, repetition, contact details. No model yet.

Text alone does not tell spam from a comment (a model trained on other sites found 12 % of it at 1 %
false alarms); these signs catch the crude kind and give moderators their reasons.
"""

import math
from collections import Counter
from collections.abc import Sequence

import re2

from moderation.domain.score import Candidate, Signal, Span
from moderation.domain.text import View, normalise

MODEL = "handmade-1"
# Links as written with a scheme, as www., or as a bare name under a domain that spam likes.
_LINK = re2.compile(
    r"(?i)(?:https?://|\bwww\.)[^\s<>\"]+"
    r"|\b[a-z0-9][a-z0-9-]{0,62}\.(?:com|net|org|info|biz|ru|cn|xyz|top|club|online|site|shop|store|ly|me|io|co|tk|cc|win|bid|loan|click|link)\b(?:/[^\s<>\"]*)?"
)
# Eight digits or more with the usual separators; e-mail; the messengers by name and handle.
_PHONE = re2.compile(r"(?:\+|\b)\d(?:[ ().-]{0,2}\d){7,14}\b")
_REACH = re2.compile(
    r"(?i)\b[a-z0-9._%+-]{1,64}@[a-z0-9.-]{1,200}\.[a-z]{2,10}\b"
    r"|\b(?:whats ?app|telegram|viber|wechat|skype|signal|kik|snapchat)\b\W{0,3}(?:me|us|at|on|number|id)?\W{0,3}[@+]?[\w.]{3,32}"
    r"|\bt\.me/\w{3,32}"
)
_PITCH = re2.compile(
    r"(?i)\b(?:check out|subscribe to|visit) (?:my|our|this) (?:\w+ ){0,2}(?:channel|videos?|page|site|website|blog|profile|link|music|song|cover|playlist)s?\b"
    r"|\bcheck (?:me|us) out\b|\bsub(?:scribe)? (?:4|for) sub\b|\bplease subscribe\b|\bsubscribe (?:to )?(?:me|us|my|our)\b"
    r"|\b(?:earn|make|made) (?:up to )?(?:\$|usd ?)?\d[\d,.]{0,12}\$? ?(?:dollars? )?(?:a|per|every|each|in (?:a|one)) (?:hour|day|week|month)\b"
    r"|\bwork(?:ing)? from home\b|\bmake money online\b|\bclick (?:here|(?:on )?(?:the|this|my) link)\b"
    r"|\b(?:viagra|cialis|payday loans?|online casino|casino bonus|cheap (?:replica )?(?:watches|handbags|jerseys))\b"
    r"|\b(?:bitcoin|crypto|forex) (?:investment|trading) (?:platform|expert|manager|signals?)\b"
    r"|\bfree (?:gift ?cards?|iphone|followers|v-?bucks)\b|\brecover(?:y)? (?:your )?(?:lost|stolen) (?:funds|bitcoin|crypto)\b"
)
_SHOUT_LETTERS = 20  # "NO WAY" is not shouting yet
_REPEATED_WORDS = 8  # fewer words repeat by themselves
# Log-odds of the combined score, set by hand and looked at on YouTube comments
# (training/evaluate.py): two links alone stay under one half, sales talk alone is just over it.
_BASE = -3.4
_WEIGHTS = {"link": 1.3, "pitch": 3.6, "name": 3.8, "contact": 2.0, "shout": 1.0, "repeat": 2.5}


class Spam:
    """Signals, each absent where nothing was found, and the score `spam`, always there.

    links: their number, with spans. link_in_name: 1.0 when the author's name holds one.
    shouting: share of capitals among the letters, 0..1. repetition: share of words said before.
    contact: phone numbers, e-mail addresses and messenger handles. spam: 0..1, what they add up to.
    """

    name = "spam"

    def measure(self, batch: Sequence[Candidate]) -> list[tuple[Signal, ...]]:
        return [self._signals(candidate) for candidate in batch]

    def explain(self, candidate: Candidate, label: str) -> tuple[Span, ...]:
        """Links, contact details and sales talk, in the order of the text."""
        own = {one.name: one.spans for one in self._signals(candidate)}
        return own.get(label, ())

    def _signals(self, candidate: Candidate) -> tuple[Signal, ...]:
        text = candidate.text
        # The host of an e-mail address is no link.
        links = tuple(
            link for link in _found(_LINK, text) if text[link.start - 1 : link.start] != "@"
        )
        contact = _apart(_found(_PHONE, text) + _found(_REACH, text), links)
        pitch = tuple(
            Span(*candidate.view.original(*match.span()))
            for match in _PITCH.finditer(candidate.view.text)
        )
        name = candidate.author_name
        named = bool(name) and bool(_LINK.search(name) or _LINK.search(normalise(name).text))
        shouting = _shouting(text)
        repetition = _repetition(candidate.view)
        odds = _BASE + _WEIGHTS["name"] * named + _WEIGHTS["contact"] * min(len(contact), 2)
        odds += _WEIGHTS["link"] * min(len(links), 4) + _WEIGHTS["pitch"] * min(len(pitch), 2)
        odds += _WEIGHTS["shout"] * (shouting > 0.6) + _WEIGHTS["repeat"] * (repetition > 0.6)
        facts = (
            ("links", float(len(links)), links),
            ("link_in_name", float(named), ()),
            ("shouting", shouting, ()),
            ("repetition", repetition, ()),
            ("contact", float(len(contact)), contact),
        )
        score = Signal(
            "spam", 1 / (1 + math.exp(-odds)), self.name, MODEL,
            spans=tuple(sorted({*links, *contact, *pitch})),
        )  # fmt: skip
        return (*(Signal(n, v, self.name, spans=s) for n, v, s in facts if v), score)


def _found(pattern: object, text: str) -> tuple[Span, ...]:
    return tuple(Span(*match.span()) for match in pattern.finditer(text))  # type: ignore[attr-defined]


def _apart(spans: Sequence[Span], others: Sequence[Span]) -> tuple[Span, ...]:
    """The spans that touch none of the others, nor each other: digits in a link are no phone number."""
    taken = iter(sorted(others))
    other = next(taken, None)
    kept: list[Span] = []
    for span in sorted(set(spans)):
        while other is not None and other.end <= span.start:
            other = next(taken, None)
        free = not kept or kept[-1].end <= span.start
        if free and (other is None or span.end <= other.start):
            kept.append(span)
    return tuple(kept)


def _shouting(text: str) -> float:
    letters = [letter for letter in text if letter.isalpha()]
    if len(letters) < _SHOUT_LETTERS:
        return 0.0
    return sum(letter.isupper() for letter in letters) / len(letters)


def _repetition(view: View) -> float:
    words = view.text.lower().split()
    if len(words) < _REPEATED_WORDS:
        return 0.0
    # Long texts repeat their small words: what counts is how few words there are for a short stretch.
    words = words[:100]
    return 1 - len(Counter(words)) / len(words)
