"""The bundled toxicity model: hashed n-grams under a linear model, 3 MB, numpy and nothing else.

Made by training/linear.py; what it can and cannot do is in moderation/weights/bundled/CARD.md.
"""

import hashlib
import io
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from moderation.domain.errors import ScorerUnavailable
from moderation.domain.score import Candidate, Signal, Span
from moderation.domain.text import View
from moderation.scorers import ngrams

FOLDER = Path(__file__).parents[1] / "weights" / "bundled"
# Characters scored at once: in a longer text a toxic sentence drowns among harmless ones.
# Of 500, 250 and 160 the only one that finds most single toxic comments inside 5,000 harmless words;
# it costs 0.003 of AUC (training/evaluate.py).
WINDOW = 160
OVERLAP = 60
_BORDER = re.compile(r"[.!?\n]\s|\s")
_AT_ONCE = 256  # windows: without this limit a batch of 65 kB comments takes hundreds of megabytes
# A word is evidence from a quarter of the strongest word's contribution, and at most so many are.
_SHARE, _MOST = 0.25, 8


@dataclass(frozen=True, slots=True)
class _Model:
    """weights: int8, one row per place, one column per label. A label's probability is
    sigmoid(gain x sum of weights / sqrt(number of n-grams) + offset)."""

    version: str
    sha256: str
    labels: tuple[str, ...]
    weights: NDArray[np.int8]
    gains: NDArray[np.float64]
    offsets: NDArray[np.float64]


class Bundled:
    """Toxicity, severe_toxicity, obscene, threat, insult and identity_attack of English text, 0..1.

    A text longer than WINDOW is scored in overlapping windows; each label is the highest of them.
    The weights are read at first use; their SHA-256 must be the one in model.json.
    """

    name = "bundled"

    def __init__(self, folder: Path = FOLDER) -> None:
        self._folder = folder
        self._model: _Model | None = None

    @property
    def languages(self) -> frozenset[str]:
        """Codes of the languages the model has learned."""
        return frozenset({"en"})

    def measure(self, batch: Sequence[Candidate]) -> list[tuple[Signal, ...]]:
        """Six scores per candidate. Raises ScorerUnavailable when the weights are not what they should be."""
        model = self._loaded()
        pieces = [windows(candidate.view.text) for candidate in batch]
        texts = [
            candidate.view.text[start:end]
            for candidate, parts in zip(batch, pieces, strict=True)
            for start, end in parts
        ]
        if not texts:
            return []
        values = _probabilities(model, texts)
        first = np.cumsum([0, *(len(parts) for parts in pieces[:-1])])
        return [
            tuple(
                Signal(label, value, self.name, model.version, model.sha256)
                for label, value in zip(model.labels, row, strict=True)
            )
            for row in np.maximum.reduceat(values, first, axis=0).tolist()
        ]

    def explain(self, candidate: Candidate, label: str) -> tuple[Span, ...]:
        """The words that raise a label most, strongest first; of a long text, in its worst window.

        What a word adds is the sum of the weights of its n-grams, those it shares with its
        neighbours by their letters. Deterministic.
        """
        model = self._loaded()
        if label not in model.labels:
            return ()
        at = model.labels.index(label)
        text = candidate.view.text
        parts = windows(text)
        values = _probabilities(model, [text[start:end] for start, end in parts])[:, at]
        start, end = parts[int(values.argmax())]
        words = ngrams.weigh_words(text[start:end], model.weights[:, at].__getitem__)
        strongest = sorted(words, key=lambda word: (-word[0], word[1]))[:_MOST]
        return tuple(
            _span(candidate.view, start + first, start + last)
            for value, first, last in strongest
            if value > 0 and value >= _SHARE * strongest[0][0]
        )

    def _loaded(self) -> _Model:
        if self._model is None:
            self._model = _load(self._folder)
        return self._model


def _load(folder: Path) -> _Model:
    try:
        facts = json.loads((folder / "model.json").read_bytes())
        content = (folder / "weights.npz").read_bytes()
        digest = hashlib.sha256(content).hexdigest()
        if digest != facts["sha256"]:
            raise ScorerUnavailable("The bundled weights are damaged: their SHA-256 is another.")
        with np.load(io.BytesIO(content), allow_pickle=False) as file:
            weights = file["weights"]
        heads = facts["labels"]
        if weights.shape != (ngrams.PLACES, len(heads)) or weights.dtype != np.int8:
            raise ScorerUnavailable("The bundled weights have another shape than the program.")
        return _Model(
            f"{facts['id']}-{facts['version']}",
            digest,
            tuple(heads),
            weights,
            np.array([head["gain"] for head in heads.values()], np.float64),
            np.array([head["offset"] for head in heads.values()], np.float64),
        )
    except (OSError, ValueError, KeyError, TypeError):
        raise ScorerUnavailable("The bundled weights cannot be read.") from None


def windows(text: str) -> list[tuple[int, int]]:
    """Pieces of at most WINDOW characters that cover the text, cut between words where there are any."""
    pieces = []
    start = 0
    while len(text) - start > WINDOW:
        end = _border(text, start + WINDOW - OVERLAP, start + WINDOW)
        pieces.append((start, end))
        start = _border(text, end - OVERLAP, end - OVERLAP // 2)
    pieces.append((start, len(text)))
    return pieces


def _border(text: str, low: int, high: int) -> int:
    """The last end of a sentence between two places, else of a word, else the later place."""
    best, sentence = high, False
    for found in _BORDER.finditer(text, low, high):
        ends_sentence = len(found.group()) == 2
        if ends_sentence or not sentence:
            best, sentence = found.end(), ends_sentence
    return best


def _probabilities(model: _Model, texts: Sequence[str]) -> NDArray[np.float64]:
    parts = [texts[at : at + _AT_ONCE] for at in range(0, len(texts), _AT_ONCE)]
    return np.concatenate([_some_probabilities(model, part) for part in parts])


def _some_probabilities(model: _Model, texts: Sequence[str]) -> NDArray[np.float64]:
    places, first = ngrams.presence(texts)
    counts = np.diff(first)
    sums = np.zeros((len(texts), len(model.labels)))
    some = counts > 0  # an empty text has no n-grams, and reduceat no empty pieces
    if some.any():
        sums[some] = np.add.reduceat(
            model.weights[places], first[:-1][some], axis=0, dtype=np.int32
        )
    logits = model.gains * sums / np.sqrt(np.maximum(counts, 1))[:, None] + model.offsets
    return np.asarray(1 / (1 + np.exp(-np.clip(logits, -60, 60))))


def _span(view: View, start: int, end: int) -> Span:
    return Span(*view.original(start, end))
