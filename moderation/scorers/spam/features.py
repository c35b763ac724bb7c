"""What the spam score looks at: hashed words and characters, and the signals measured before it.

Places: 2^14 for words and pairs, 2^15 for characters, 2^12 for signals. Folding the n-grams from
2^18 places each into these cost nothing on any data set (training/spam.py), and keeps what a site
has learned under 200 kB.
"""

import math
import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from moderation.domain.score import Candidate, Signal
from moderation.scorers.models import ngrams
from moderation.scorers.spam.heuristic import BASE, SUM

_WORDS, _CHARACTERS, _FACTS = 14, 15, 12
_FIRST_FACT = (1 << _WORDS) + (1 << _CHARACTERS)
FEATURE_COUNT = _FIRST_FACT + (1 << _FACTS)
# The length of the text's part and the longest of the signals' part: neither can shout the other down.
# They bound what one decision can do (learned.REACH).
TEXT, FACTS = 3.0, 3.0
# N-grams of two short words. What is shorter says less, instead of everything with one word: "This." was
# spam because somebody's spam began so.
SHORT_TEXT = 60
# Characters looked at: the beginning and the end, where sales talk and its link stand.
HEAD, TAIL = 1_500, 500
# Signals whose notes come again and can be learned: domains, sales phrases in a name. A decision about such
# a one is about that domain first: that there was a link at all counts _ANY as much.
_NOTED = frozenset({"links", "link_in_website", "link_in_name", "new_domain", "seo_name"})
_ANY = 0.5
# Not about spam: what is toxic or in another language must not become spam by being removed, and every
# form has its seconds. Reputation counts people's decisions already; learned once more, a decision about
# one writer would turn the score against all of their network.
_OTHER_AFFAIRS = frozenset({"language", "language_unsupported", "reply_seconds"})
_OTHER_LISTS = ("wordlist", "filter", "reputation", "ill_")
# Shares of the text, of which there is a little in every comment: that there is any says nothing.
_SHARES = frozenset({"shouting", "repetition", "gibberish", "foreign_script", "link_share"})
_LINK = re.compile(r"(?i)(?:https?://|www\.)[^\s<>\"]+")


@dataclass(frozen=True, slots=True)
class Features:
    """Of one candidate: places in the weights, each once, and the value at each.

    words: how many of the places, the first ones, are the text's; the others are the signals'.
    """

    places: NDArray[np.int64]
    values: NDArray[np.float32]
    words: int


def signal_features(candidate: Candidate) -> list[Signal]:
    """The signals that count for spam."""
    return [
        one
        for one in candidate.known
        if one.name == SUM
        or (
            not one.is_score
            and one.value > 0
            and one.name not in _OTHER_AFFAIRS
            and not one.name.startswith(_OTHER_LISTS)
        )
    ]


def extract_features(batch: Sequence[Candidate]) -> list[Features]:
    """The traits of each candidate, in order."""
    if not batch:
        return []
    texts = [_part(candidate.view.text) for candidate in batch]
    places, first = ngrams.presence(texts, fold_indexes, FEATURE_COUNT)
    return [
        _joined(places[start:end], candidate)
        for candidate, (start, end) in zip(batch, pairwise(first.tolist()), strict=True)
    ]


def fold_indexes(places: NDArray[np.int64]) -> NDArray[np.int64]:
    """The n-grams' places (ngrams.PLACES of them) in the smaller table."""
    words = places < 1 << ngrams.BITS
    characters = (places - (1 << ngrams.BITS)) >> (ngrams.BITS - _CHARACTERS)
    return np.where(words, places >> (ngrams.BITS - _WORDS), characters + (1 << _WORDS))


def indexes_of(signal: Signal) -> tuple[tuple[int, float], ...]:
    """Where a signal stands in the weights, with its values: that it is there, how much, and its note.

    The sum of the signs counts by its log-odds: so do signs that no data set has ever shown the prior.
    """
    if signal.name == SUM:
        return ((index_of(SUM), _raised_by_signs(signal.value)),)
    if signal.name in _SHARES:
        return ((index_of(f"{signal.name}#"), signal.value**2),)
    size = min(1.0, math.log1p(signal.value) / math.log1p(10))
    any_ = _ANY if signal.name in _NOTED else 1.0
    found = ((index_of(signal.name), any_), (index_of(f"{signal.name}#"), any_ * size))
    if signal.note and signal.name in _NOTED:
        return (*found, (index_of(f"{signal.name}:{signal.note}"), 1.0))
    return found


def _raised_by_signs(value: float) -> float:
    """0 where there are no signs, 1 where they add 4 to the log-odds, at most 1.5."""
    value = min(max(value, 1e-9), 1 - 1e-9)
    return min(max((math.log(value / (1 - value)) - BASE) / 4, 0.0), 1.5)


@lru_cache(maxsize=4096)
def index_of(name: str) -> int:
    """The place of a signal's name: the weight that its presence has."""
    return _FIRST_FACT + zlib.crc32(name.encode("utf-8", "replace")) % (1 << _FACTS)


def _part(text: str) -> str:
    """The words. Links are signals, and their letters say nothing more: a link is not spam by being one."""
    text = text if len(text) <= HEAD + TAIL else f"{text[:HEAD]} {text[-TAIL:]}"
    return _LINK.sub(" ", text) if "://" in text or "www." in text.lower() else text


def _joined(words: NDArray[np.int64], candidate: Candidate) -> Features:
    each = dict(pair for signal in signal_features(candidate) for pair in indexes_of(signal))
    share = TEXT / math.sqrt(max(len(words), SHORT_TEXT))
    size = FACTS / max(math.hypot(*each.values()), FACTS)
    values = np.full(len(words) + len(each), share, np.float32)
    values[len(words) :] = [value * size for value in each.values()]
    return Features(np.concatenate((words, np.array(list(each), np.int64))), values, len(words))
