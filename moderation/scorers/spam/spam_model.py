"""The score `spam`: a small linear model that every site's moderators go on teaching.

It starts from a bundled prior (training/spam.py; moderation/weights/spam/CARD.md). What a site has
learned is added to the prior's weights. It never learns from what it said itself.
"""

import hashlib
import io
import json
import math
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from cachetools import LRUCache
from numpy.typing import NDArray

from moderation.domain.errors import ScorerUnavailable
from moderation.domain.lesson import Lesson, Lessons, no_lessons
from moderation.domain.score import Candidate, Signal, Span
from moderation.scorers.models import ngrams
from moderation.scorers.spam.features import (
    FACTS,
    FEATURE_COUNT,
    HEAD,
    TEXT,
    Features,
    extract_features,
    fold_indexes,
    index_of,
    indexes_of,
    signal_features,
)
from moderation.scorers.spam.heuristic import SUM
from moderation.scorers.spam.heuristics import weight_of_signal

FOLDER = Path(__file__).parents[2] / "weights" / "spam"
# How far one decision goes towards being right about its own text. Of 0.1, 0.3, 1 and 2, 1 finds most after
# 50 and after 200 decisions (training/spam.py); half of that finds as much in a simulated section, where other
# things are seen besides the text, and holds a quarter fewer honest comments (bench/simulation).
STEP = 0.5
# A decision of weight w moves the log-odds of no comment by more than STEP x w x REACH: no two
# candidates' traits have a larger product. What poisoning can do is bounded by this.
REACH = TEXT**2 + FACTS**2
# From here on a moderator will see it, and is shown the words; they cost as much as the score itself.
EXPLAINED = 0.3
# A word is evidence from a quarter of the strongest word's weight, and at most so many are.
_SHARE, _MOST = 0.25, 8
_SITES = 64  # whose weights are kept in memory, 0.2 MB each

_Weights = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Prior:
    """What every site starts from. version: id and version. offset: log-odds of a text without traits."""

    version: str
    sha256: str
    weights: _Weights
    offset: float


def load_prior(folder: Path = FOLDER) -> Prior:
    """Reads the prior. Raises ScorerUnavailable when it is not what it should be."""
    try:
        about = json.loads((folder / "model.json").read_bytes())
        content = (folder / "weights.npz").read_bytes()
        digest = hashlib.sha256(content).hexdigest()
        if digest != about["sha256"]:
            raise ScorerUnavailable("The spam weights are damaged: their SHA-256 is another.")
        with np.load(io.BytesIO(content), allow_pickle=False) as file:
            small = file["weights"]
        if small.shape != (FEATURE_COUNT,) or small.dtype != np.int8:
            raise ScorerUnavailable("The spam weights have another shape than the program.")
        weights = small.astype(np.float32) * np.float32(about["scale"])
        for name, weight in about["signals"].items():
            weights[index_of(name)] += weight
        return Prior(f"{about['id']}-{about['version']}", digest, weights, float(about["offset"]))
    except (OSError, ValueError, KeyError, TypeError):
        raise ScorerUnavailable("The spam weights cannot be read.") from None


def pack_weights(delta: _Weights) -> bytes:
    """What a site has learned, as it is stored. The same bytes for the same weights."""
    return zlib.compress(delta.astype("<f4").tobytes(), 6)


def unpack_weights(delta: bytes) -> _Weights:
    """What pack() stored; zeros for b''."""
    if not delta:
        return np.zeros(FEATURE_COUNT, np.float32)
    return np.frombuffer(zlib.decompress(delta), "<f4").astype(np.float32)


def log_odds(prior: Prior, weights: _Weights, one: Features) -> float:
    """How much more likely spam than not, as a logarithm; weights: prior and learned together."""
    return float(weights[one.places] @ one.values) + prior.offset


def train(prior: Prior, delta: _Weights, lessons: Iterable[tuple[Features, bool, float]]) -> None:
    """Learns in place, one after another: (traits, is spam, weight 0..1).

    One step of logistic regression a decision (stochastic gradient descent): large where the model
    was wrong, nothing where it knew. The prior and the offset stay as they are.
    """
    for one, is_spam, weight in lessons:
        weights = prior.weights[one.places] + delta[one.places]
        wrong = is_spam - _probability(float(weights @ one.values) + prior.offset)
        delta[one.places] += np.float32(STEP * weight * wrong) * one.values


class SpamModel:
    """`spam`, 0..1, of every candidate, by the weights of its site.

    The last of the roster: it looks at what the others measured (Candidate.known). spans: the words
    and signs that raise it, from EXPLAINED on. note: what raised it most, such as 'links,words'.
    lessons: finds what the sites have learned.
    """

    name = "learned"

    def __init__(self, lessons: Lessons = no_lessons, folder: Path = FOLDER) -> None:
        self._lessons, self._folder = lessons, folder
        self._prior: Prior | None = None
        self._sites: LRUCache[str, tuple[int, _Weights]] = LRUCache(_SITES)

    @property
    def prior(self) -> Prior:
        """What every site starts from, read at first use."""
        if self._prior is None:
            self._prior = load_prior(self._folder)
        return self._prior

    def measure(self, batch: Sequence[Candidate]) -> list[tuple[Signal, ...]]:
        prior = self.prior
        sites = {one.site_id for one in batch if one.site_id}
        lessons = self._lessons(sites) if sites else {}
        signals: list[tuple[Signal, ...]] = []
        shown: dict[str, list[int]] = {}  # by site
        for one, its in zip(batch, extract_features(batch), strict=True):
            lesson = lessons.get(one.site_id)
            weights = self._weights(prior, lesson)
            value = _probability(log_odds(prior, weights, its))
            version = f"{prior.version}+{lesson.version}" if lesson else prior.version
            note = ""
            if value >= EXPLAINED:
                shown.setdefault(one.site_id, []).append(len(signals))
                note = _strongest(weights, one, its)
            signals.append(
                (Signal("spam", value, self.name, version, prior.sha256, (), note),),
            )
        for site, positions in shown.items():
            weights = self._weights(prior, lessons.get(site))
            spans = _evidence(weights, [batch[at] for at in positions])
            for at, some in zip(positions, spans, strict=True):
                signals[at] = (replace(signals[at][0], spans=some),)
        return signals

    def explain(self, candidate: Candidate, label: str) -> tuple[Span, ...]:
        """The words that raise `spam` most and the signs found in the text."""
        if label != "spam":
            return ()
        site = candidate.site_id
        lesson = self._lessons({site}).get(site) if site else None
        return _evidence(self._weights(self.prior, lesson), [candidate])[0]

    def _weights(self, prior: Prior, lesson: Lesson | None) -> _Weights:
        """The prior's weights with a site's own; what was learned on another prior does not fit."""
        if lesson is None or lesson.model != prior.version:
            return prior.weights
        known = self._sites.get(lesson.site_id)
        if known is None or known[0] != lesson.version:
            known = (lesson.version, prior.weights + unpack_weights(lesson.delta))
            self._sites[lesson.site_id] = known
        return known[1]


def _probability(odds: float) -> float:
    return 1 / (1 + math.exp(-max(-60.0, min(60.0, odds))))


def _raised(weights: _Weights, known: Sequence[Signal]) -> dict[str, float]:
    """How much each signal raises the score; the sum of the signs is theirs, by their share in it."""
    own = {
        one.name: sum(float(weights[place]) * value for place, value in indexes_of(one))
        for one in known
    }
    total = own.pop(SUM, 0.0)
    shares = {one.name: weight_of_signal(one) for one in known}
    whole = sum(shares.values())
    if whole > 0:
        own = {name: value + total * shares[name] / whole for name, value in own.items()}
    return own


def _evidence(weights: _Weights, batch: Sequence[Candidate]) -> list[tuple[Span, ...]]:
    """Of each: the spans of the signals that raise the score, then the words that do, strongest first."""
    words = ngrams.weigh_words(
        [one.view.text[:HEAD] for one in batch], lambda places: weights[fold_indexes(places)]
    )
    return [_spans(weights, one, its) for one, its in zip(batch, words, strict=True)]


def _spans(
    weights: _Weights, candidate: Candidate, words: Sequence[tuple[float, int, int]]
) -> tuple[Span, ...]:
    known = signal_features(candidate)
    raised = _raised(weights, known)
    found = [span for one in known if raised.get(one.name, 0.0) > 0 for span in one.spans[:_MOST]]
    least = _SHARE * max((weight for weight, _, _ in words), default=0.0)
    strong = [word for word in words if 0 < word[0] >= least]
    strong.sort(key=lambda word: (-round(word[0], 6), word[1]))
    found += [
        span
        for _, start, end in strong[:_MOST]
        for span in (Span(*candidate.view.original(start, end)),)
        if not any(other.start <= span.start and span.end <= other.end for other in found)
    ]
    return tuple(dict.fromkeys(span for span in found if span.start < span.end))


def _strongest(weights: _Weights, candidate: Candidate, its: Features) -> str:
    """The names of the three things that raise the score most: signals, or 'words'."""
    raised = _raised(weights, signal_features(candidate))
    raised["words"] = float(weights[its.places[: its.words]] @ its.values[: its.words])
    best = sorted(raised, key=lambda name: (-raised[name], name))[:3]
    least = max(0.0, _SHARE * raised[best[0]])
    return ",".join(name for name in best if raised[name] > least)
