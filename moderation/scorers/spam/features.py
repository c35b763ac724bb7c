"""The features of the spam model: hashed words and characters, and the signals measured before it.

The features are, besides, the numbers by which the toxicity model says what a text is about.
The weights have 2^14 entries for words and pairs, 2^15 for characters, 2^12 for signals. Folding the n-grams
from 2^18 entries each into these cost nothing on any data set (training/spam.py), and keeps what a site has
learned under 200 kB.
"""

import math
import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from moderation.domain.score import UNREAD, Candidate, Signal
from moderation.scorers.models import ngrams
from moderation.scorers.models.vectors import unpack_vector
from moderation.scorers.spam.heuristic import BASE_LOG_ODDS, HEURISTICS, SIGNS

_WORD_BITS, _CHARACTER_BITS, _SIGNAL_BITS = 14, 15, 12
_FIRST_SIGNAL_INDEX = (1 << _WORD_BITS) + (1 << _CHARACTER_BITS)
FEATURE_COUNT = _FIRST_SIGNAL_INDEX + (1 << _SIGNAL_BITS)
# After them one for each number of the toxicity model's vector (scorers/models/vectors.py): the bundled prior says
# nothing of these, a site's lessons do.
VECTOR_SIZE = 64
WEIGHT_COUNT = FEATURE_COUNT + VECTOR_SIZE
# The length of the text's part and the longest of the signals' part: neither can shout the other down.
# They bound what one decision can do (spam_model.REACH).
TEXT_NORM, SIGNALS_NORM = 3.0, 3.0
# The vector tells a site's lessons what texts are about where their words differ: advertising in the words of a reader. Of 0, 1, 2
# and 3, 1 and 2 find most of it; less lets one decision do less (training/spam.py).
VECTOR_NORM = 1.5
# N-grams of two short words. A shorter text counts for less, or one word would decide it: "This." was spam
# because somebody's spam began so.
SHORT_TEXT = 60
# Characters looked at: the beginning and the end, where sales talk and its link stand.
HEAD, TAIL = 1_500, 500
# Signals whose notes recur and can be learned: domains, sales phrases in a name. A decision about one of
# them is first about that domain: that there was a link at all counts _PRESENCE_SHARE as much.
_NOTE_LEARNED = {name for name, heuristic in HEURISTICS.items() if heuristic.learns_note}
_NOTE_LEARNED.add("new_domain")  # history.py
_PRESENCE_SHARE = 0.5
# Not about spam: a comment removed as toxic or for its language must not teach the model spam. Reputation
# counts moderators' decisions already; learned here too, a decision about one writer would turn the score
# against everyone in their network.
_NOT_ABOUT_SPAM = frozenset(
    {
        "language",
        "language_unsupported",
        "campaign_target",
        "much_used_domain",
        UNREAD,
    }
)
_NOT_ABOUT_SPAM_PREFIXES = ("wordlist", "filter", "reputation", "ill_")
_ABOUT_COPIES = ("campaign", "repeated", "new_domain")
# Shares of the text: every comment has a little, so that there is any says nothing.
_SHARE_NAMES = {name for name, heuristic in HEURISTICS.items() if heuristic.is_share}
_LINK = re.compile(r"(?i)(?:https?://|www\.)[^\s<>\"]+")


@dataclass(frozen=True, slots=True)
class Features:
    """Of one candidate: indexes into the weights, each once, and the value at each.

    text_count: how many of them, the first ones, come from the text's words; then those of signals.
    vector_count: how many, the last ones, from the vector.
    """

    indexes: NDArray[np.int64]
    values: NDArray[np.float32]
    text_count: int
    vector_count: int = 0


def signal_features(candidate: Candidate) -> list[Signal]:
    """The signals that the spam model takes as features."""
    return [
        signal
        for signal in candidate.signals
        if signal.name == SIGNS
        or (
            not signal.is_score
            and signal.value > 0
            and signal.name not in _NOT_ABOUT_SPAM
            and not signal.name.startswith(_NOT_ABOUT_SPAM_PREFIXES)
        )
    ]


def without_copies(candidate: Candidate) -> Candidate:
    """The candidate without the signals that other people's comments bring about."""
    signals = tuple(
        signal for signal in candidate.signals if not signal.name.startswith(_ABOUT_COPIES)
    )
    return replace(candidate, signals=signals)


def extract_features(batch: Sequence[Candidate]) -> list[Features]:
    """The features of each candidate, in order."""
    if not batch:
        return []
    texts = [_read_part(candidate.view.text) for candidate in batch]
    indexes, starts = ngrams.presence(texts, fold_indexes, FEATURE_COUNT)
    return [
        _with_signals(indexes[start:end], candidate)
        for candidate, (start, end) in zip(batch, pairwise(starts.tolist()), strict=True)
    ]


def fold_indexes(indexes: NDArray[np.int64]) -> NDArray[np.int64]:
    """Indexes of n-grams (0 to ngrams.INDEX_COUNT - 1) as indexes of the smaller table."""
    words = indexes < 1 << ngrams.BITS
    characters = (indexes - (1 << ngrams.BITS)) >> (ngrams.BITS - _CHARACTER_BITS)
    return np.where(words, indexes >> (ngrams.BITS - _WORD_BITS), characters + (1 << _WORD_BITS))


def indexes_of(signal: Signal) -> tuple[tuple[int, float], ...]:
    """A signal's indexes into the weights, each with its value: for its presence, its size, its note.

    The score `signs` counts by its log-odds, so that heuristics which no data set contains count as well.
    """
    if signal.name == SIGNS:
        return ((index_of(SIGNS), _signs_feature(signal.value)),)
    if signal.name in _SHARE_NAMES:
        return ((index_of(f"{signal.name}#"), signal.value**2),)
    size = min(1.0, math.log1p(signal.value) / math.log1p(10))
    presence_value = _PRESENCE_SHARE if signal.name in _NOTE_LEARNED else 1.0
    presence = (
        (index_of(signal.name), presence_value),
        (index_of(f"{signal.name}#"), presence_value * size),
    )
    if signal.note and signal.name in _NOTE_LEARNED:
        return (*presence, (index_of(f"{signal.name}:{signal.note}"), 1.0))
    return presence


def _signs_feature(value: float) -> float:
    """0 where no heuristic applies, 1 where they add 4 to the log-odds, at most 1.5."""
    value = min(max(value, 1e-9), 1 - 1e-9)
    return min(max((math.log(value / (1 - value)) - BASE_LOG_ODDS) / 4, 0.0), 1.5)


@lru_cache(maxsize=4096)
def index_of(name: str) -> int:
    """The index of a signal's name: of the weight that its presence has."""
    return _FIRST_SIGNAL_INDEX + zlib.crc32(name.encode("utf-8", "replace")) % (1 << _SIGNAL_BITS)


def _read_part(text: str) -> str:
    """What is read of a text. Links are left out: they are signals already, and their letters add nothing."""
    text = text if len(text) <= HEAD + TAIL else f"{text[:HEAD]} {text[-TAIL:]}"
    return _LINK.sub(" ", text) if "://" in text or "www." in text.lower() else text


def _with_signals(text_indexes: NDArray[np.int64], candidate: Candidate) -> Features:
    signal_values = dict(
        pair for signal in signal_features(candidate) for pair in indexes_of(signal)
    )
    text_value = TEXT_NORM / math.sqrt(max(len(text_indexes), SHORT_TEXT))
    scale = SIGNALS_NORM / max(math.hypot(*signal_values.values()), SIGNALS_NORM)
    vector = _vector(candidate)
    values = np.full(len(text_indexes), text_value, np.float32)
    signal_part = np.array([value * scale for value in signal_values.values()], np.float32)
    indexes = (
        text_indexes,
        np.array(list(signal_values), np.int64),
        _VECTOR_INDEXES[: len(vector)],
    )
    return Features(
        np.concatenate(indexes),
        np.concatenate((values, signal_part, vector)),
        len(text_indexes),
        len(vector),
    )


_VECTOR_INDEXES = np.arange(FEATURE_COUNT, WEIGHT_COUNT)


def _vector(candidate: Candidate) -> NDArray[np.float32]:
    """How the toxicity model saw the text, VECTOR_NORM long; () where it has no vector of this size."""
    packed = next((signal.vector for signal in candidate.signals if signal.vector), b"")
    vector = unpack_vector(packed)
    length = float(np.linalg.norm(vector))
    if len(vector) != VECTOR_SIZE or not length:
        return np.zeros(0, np.float32)
    return vector * np.float32(VECTOR_NORM / length)
