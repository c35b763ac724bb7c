"""Measures the score that the API calls `spam`: a small linear model that each site's moderators keep teaching.

The score that the API calls `signs` is measured by heuristics.py and is a feature of this model. It starts
from a bundled prior (training/spam.py; moderation/weights/spam/CARD.md); what a site has learned is added to
the prior's weights. It never learns from its own scores.
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
    FEATURE_COUNT,
    HEAD,
    SIGNALS_NORM,
    TEXT_NORM,
    VECTOR_NORM,
    WEIGHT_COUNT,
    Features,
    extract_features,
    fold_indexes,
    index_of,
    indexes_of,
    signal_features,
    without_copies,
)
from moderation.scorers.spam.heuristic import SIGNS
from moderation.scorers.spam.heuristics import weight_of_signal

FOLDER = Path(__file__).parents[2] / "weights" / "spam"
# How far one decision moves the model towards its own text. Of 0.1, 0.3, 1 and 2, 1 finds most spam after 50
# and after 200 decisions (training/spam.py); half of that finds as much in a simulated comment section, which
# has other signals than the text, and holds a quarter fewer honest comments (bench/simulation).
STEP = 0.5
# A decision of weight w moves the log-odds of no comment by more than STEP x w x REACH: no two
# candidates' features have a larger product. What poisoning can do is bounded by this.
REACH = TEXT_NORM**2 + SIGNALS_NORM**2 + VECTOR_NORM**2
# From this score on a moderator may see the comment, and is shown the words; finding them costs as much as the score.
EVIDENCE_FROM = 0.3
# From this score on it is measured, too, without what others can bring about (`spam_untaught`).
UNTAUGHT_FROM = 0.75
# Words count as evidence from this share of the strongest word's weight on, up to so many.
_EVIDENCE_SHARE, _EVIDENCE_LIMIT = 0.25, 8
_SITES_KEPT = 64  # sites whose weights stay in memory, 0.2 MB each

_Weights = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Prior:
    """What every site starts from. version: id and version. offset: log-odds of a text without features."""

    version: str
    sha256: str
    weights: _Weights
    offset: float


def load_prior(folder: Path = FOLDER) -> Prior:
    """Reads the prior. Raises ScorerUnavailable when it is missing, damaged or of another shape."""
    try:
        card = json.loads((folder / "model.json").read_bytes())
        content = (folder / "weights.npz").read_bytes()
        digest = hashlib.sha256(content).hexdigest()
        if digest != card["sha256"]:
            raise ScorerUnavailable("The spam weights are damaged: their SHA-256 is another.")
        with np.load(io.BytesIO(content), allow_pickle=False) as file:
            quantised = file["weights"]
        if quantised.shape != (FEATURE_COUNT,) or quantised.dtype != np.int8:
            raise ScorerUnavailable("The spam weights have another shape than the program.")
        weights = np.zeros(WEIGHT_COUNT, np.float32)
        weights[:FEATURE_COUNT] = quantised.astype(np.float32) * np.float32(card["scale"])
        for name, weight in card["signals"].items():
            weights[index_of(name)] += weight
        return Prior(f"{card['id']}-{card['version']}", digest, weights, float(card["offset"]))
    except (OSError, ValueError, KeyError, TypeError):
        raise ScorerUnavailable("The spam weights cannot be read.") from None


def pack_weights(delta: _Weights) -> bytes:
    """What a site has learned, as it is stored. The same bytes for the same weights."""
    return zlib.compress(delta.astype("<f4").tobytes(), 6)


def unpack_weights(delta: bytes) -> _Weights:
    """What pack_weights() stored; zeros for b'', and for what lessons did not know when they were stored."""
    weights = np.zeros(WEIGHT_COUNT, np.float32)
    if delta:
        stored = np.frombuffer(zlib.decompress(delta), "<f4")
        weights[: len(stored)] = stored
    return weights


def log_odds(prior: Prior, weights: _Weights, features: Features) -> float:
    """How much more likely spam than not, as a logarithm; weights: prior and learned together."""
    return float(weights[features.indexes] @ features.values) + prior.offset


def train(prior: Prior, delta: _Weights, lessons: Iterable[tuple[Features, bool, float]]) -> None:
    """Learns in place, one lesson after another: (features, is spam, weight 0..1).

    One step of logistic regression for each decision (stochastic gradient descent): large where the model
    was wrong, next to none where it was right. The prior and the offset stay as they are.
    """
    for features, is_spam, weight in lessons:
        weights = prior.weights[features.indexes] + delta[features.indexes]
        error = is_spam - _probability(float(weights @ features.values) + prior.offset)
        delta[features.indexes] += np.float32(STEP * weight * error) * features.values


class SpamModel:
    """The score `spam`, 0..1, of every candidate, by the weights of its site.

    The last scorer of the pipeline: it looks at what the others measured (Candidate.signals). spans: the words
    and signals that raise it, from EVIDENCE_FROM on. note: what raised it most, such as 'links,words'.
    From UNTAUGHT_FROM on also `spam_untaught`, 0..1: the same by the prior alone, and without the signals
    of copies and campaigns. Whoever copies a comment, or has its link called spam, cannot raise that.
    lessons: finds what the sites have learned. `name` stands in reasons, metrics and the log.
    """

    name = "learned"

    def __init__(self, lessons: Lessons = no_lessons, folder: Path = FOLDER) -> None:
        self._lessons, self._folder = lessons, folder
        self._prior: Prior | None = None
        self._sites: LRUCache[str, tuple[int, _Weights]] = LRUCache(_SITES_KEPT)

    @property
    def prior(self) -> Prior:
        """What every site starts from, read at first use."""
        if self._prior is None:
            self._prior = load_prior(self._folder)
        return self._prior

    def measure(self, batch: Sequence[Candidate]) -> list[tuple[Signal, ...]]:
        prior = self.prior
        sites = {candidate.site_id for candidate in batch if candidate.site_id}
        lessons = self._lessons(sites) if sites else {}
        signals: list[tuple[Signal, ...]] = []
        explained_positions: dict[str, list[int]] = {}  # by site
        for candidate, features in zip(batch, extract_features(batch), strict=True):
            lesson = lessons.get(candidate.site_id)
            weights = self._weights(prior, lesson)
            probability = _probability(log_odds(prior, weights, features))
            version = f"{prior.version}+{lesson.version}" if lesson else prior.version
            note = ""
            if probability >= EVIDENCE_FROM:
                explained_positions.setdefault(candidate.site_id, []).append(len(signals))
                note = _strongest_causes(weights, candidate, features)
            signals.append(
                (Signal("spam", probability, self.name, version, prior.sha256, (), note),)
            )
        for site, positions in explained_positions.items():
            weights = self._weights(prior, lessons.get(site))
            spans = _evidence(weights, [batch[position] for position in positions])
            for position, evidence in zip(positions, spans, strict=True):
                signals[position] = (replace(signals[position][0], spans=evidence),)
        self._add_untaught(prior, batch, signals)
        return signals

    def _add_untaught(
        self, prior: Prior, batch: Sequence[Candidate], signals: list[tuple[Signal, ...]]
    ) -> None:
        """Adds `spam_untaught` where `spam` is high."""
        positions = [
            position for position, (signal,) in enumerate(signals) if signal.value >= UNTAUGHT_FROM
        ]
        alone = [without_copies(batch[position]) for position in positions]
        for position, features in zip(positions, extract_features(alone), strict=True):
            probability = _probability(log_odds(prior, prior.weights, features))
            signals[position] += (
                Signal("spam_untaught", probability, self.name, prior.version, prior.sha256),
            )

    def explain(self, candidate: Candidate, label: str) -> tuple[Span, ...]:
        """The words that raise `spam` most and the spans of the signals that do."""
        if label != "spam":
            return ()
        site = candidate.site_id
        lesson = self._lessons({site}).get(site) if site else None
        return _evidence(self._weights(self.prior, lesson), [candidate])[0]

    def _weights(self, prior: Prior, lesson: Lesson | None) -> _Weights:
        """The prior's weights and what the site learned; of another prior, what it learned does not fit."""
        if lesson is None or lesson.model != prior.version:
            return prior.weights
        cached = self._sites.get(lesson.site_id)
        if cached is None or cached[0] != lesson.version:
            cached = (lesson.version, prior.weights + unpack_weights(lesson.delta))
            self._sites[lesson.site_id] = cached
        return cached[1]


def _probability(odds: float) -> float:
    return 1 / (1 + math.exp(-max(-60.0, min(60.0, odds))))


def _raised_by_signal(weights: _Weights, signals: Sequence[Signal]) -> dict[str, float]:
    """How much each signal raises the score; what `signs` adds is divided among the heuristics behind it."""
    raised = {
        signal.name: sum(float(weights[index]) * value for index, value in indexes_of(signal))
        for signal in signals
    }
    signs_total = raised.pop(SIGNS, 0.0)
    shares = {signal.name: weight_of_signal(signal) for signal in signals}
    total_share = sum(shares.values())
    if total_share > 0:
        raised = {
            name: value + signs_total * shares[name] / total_share for name, value in raised.items()
        }
    return raised


def _evidence(weights: _Weights, batch: Sequence[Candidate]) -> list[tuple[Span, ...]]:
    """Of each candidate: the spans of the signals that raise the score, then the words that do, strongest first."""
    words = ngrams.weigh_words(
        [candidate.view.text[:HEAD] for candidate in batch],
        lambda indexes: weights[fold_indexes(indexes)],
    )
    return [
        _evidence_spans(weights, candidate, candidate_words)
        for candidate, candidate_words in zip(batch, words, strict=True)
    ]


def _evidence_spans(
    weights: _Weights, candidate: Candidate, words: Sequence[tuple[float, int, int]]
) -> tuple[Span, ...]:
    signals = signal_features(candidate)
    raised = _raised_by_signal(weights, signals)
    spans = [
        span
        for signal in signals
        if raised.get(signal.name, 0.0) > 0
        for span in signal.spans[:_EVIDENCE_LIMIT]
    ]
    lowest_weight = _EVIDENCE_SHARE * max((weight for weight, _, _ in words), default=0.0)
    strong = [word for word in words if 0 < word[0] >= lowest_weight]
    strong.sort(key=lambda word: (-round(word[0], 6), word[1]))
    spans += [
        span
        for _, start, end in strong[:_EVIDENCE_LIMIT]
        for span in (Span(*candidate.view.original(start, end)),)
        if not any(kept.start <= span.start and span.end <= kept.end for kept in spans)
    ]
    return tuple(dict.fromkeys(span for span in spans if span.start < span.end))


def _strongest_causes(weights: _Weights, candidate: Candidate, features: Features) -> str:
    """The three causes that raise the score most, joined by commas: names of signals, or 'words'."""
    raised = _raised_by_signal(weights, signal_features(candidate))
    added = weights[features.indexes] * features.values
    vector_start = len(added) - features.vector_count
    raised["words"] = float(added[: features.text_count].sum() + added[vector_start:].sum())
    strongest = sorted(raised, key=lambda name: (-raised[name], name))[:3]
    lowest = max(0.0, _EVIDENCE_SHARE * raised[strongest[0]])
    return ",".join(name for name in strongest if raised[name] > lowest)
