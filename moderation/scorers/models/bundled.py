"""The bundled toxicity model: a small transformer and a linear model, 16 MB, onnxruntime and numpy.

Made by training/; what it can and cannot do is in moderation/weights/bundled/CARD.md.
"""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate, pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from moderation.domain.errors import ScorerUnavailable
from moderation.domain.markup import as_displayed
from moderation.domain.normalised_text import NormalisedText
from moderation.domain.score import Candidate, Signal, Span
from moderation.scorers.models.linear import Linear, read_linear
from moderation.scorers.models.onnx_classifier import Network, Window, read_card, sigmoid
from moderation.scorers.models.spelling import Spelling, read_lexicon

FOLDER = Path(__file__).parents[2] / "weights" / "bundled"
_WORD = re.compile(r"[^\W_](?:[\w'’*]*[^\W_*])?")
# Words left out one by one to explain a score: those that the linear model thinks most of.
_TRIED = 24
# A word is evidence from a quarter of the strongest word's effect, and at most so many are.
_SHARE, _MOST = 0.25, 8
# A text of so many windows is read closely too: so many runs of words, each of so many words.
_LONG, _CLOSER, _SENTENCE = 8, 10, 22
_PHRASE = 8  # words: in each of these runs the worst phrase is read by itself as well
_EXPLAINED = 512  # explanations remembered: a flood of copies is explained once


@dataclass(frozen=True, slots=True)
class _Mix:
    """How the two become one logit: linear x its logit + transformer x its logit + offset, each per label.

    blend: then each label takes shares of all of these, (labels, labels); shift is added to that. chance: what
    comes off a label's logit where it is the highest of several windows, for that is partly chance. alone: (gain, offset) per label for the linear model without the other, (2, labels).
    """

    linear: NDArray[np.float64]
    transformer: NDArray[np.float64]
    offset: NDArray[np.float64]
    blend: NDArray[np.float64]
    shift: NDArray[np.float64]
    chance: NDArray[np.float64]
    alone: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class _Loaded:
    network: Network
    linear: Linear
    spelling: Spelling
    mix: _Mix
    version: str
    sha256: str


class Bundled:
    """Toxicity, severe_toxicity, obscene, threat, insult and identity_attack of English text, 0..1.

    Calibrated: of the comments that get 0.8, about eight in ten are so in their training data's eyes. A text
    longer than the network's window is read in overlapping windows; each label is the highest of them, less a
    little for having been the highest of several; in a very long one the worst sentences are read alone too.

    threads: passes side by side. cascade: 0..1; where the linear model gives every label less than this, the
    transformer is spared (0: never). The weights are read at first use; their SHA-256 must be those in model.json.
    """

    name = "bundled"

    def __init__(self, folder: Path = FOLDER, *, threads: int = 1, cascade: float = 0.0) -> None:
        self._folder, self._threads, self._cascade = folder, threads, cascade
        self._model: _Loaded | None = None
        self._spans = lru_cache(_EXPLAINED)(self._explained)

    @property
    def languages(self) -> frozenset[str]:
        """Codes of the languages the model has learned."""
        return frozenset({"en"})

    def load(self) -> None:
        """Reads and warms up the model, if it is not yet. Raises ScorerUnavailable."""
        self._loaded()

    def measure(self, batch: Sequence[Candidate]) -> list[tuple[Signal, ...]]:
        """Six scores per candidate. Raises ScorerUnavailable when the weights are not what they should be."""
        model = self._loaded()
        texts = [self._view(candidate).text for candidate in batch]
        return [
            tuple(
                Signal(
                    label,
                    value,
                    self.name,
                    model.version,
                    model.sha256,
                    runtime=model.network.runtime,
                )
                for label, value in zip(model.network.labels, row, strict=True)
            )
            for row in self.probabilities(texts).tolist()
        ]

    def probabilities(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """(texts, labels), 0..1, of texts normalised and freed of markup already."""
        model = self._loaded()
        windows = [model.network.windows(text) for text in texts]
        pieces = [to_count(text, some) for text, some in zip(texts, windows, strict=True)]
        logits = model.linear.logits([one for some in pieces for one in some])
        counted = _apart(logits, pieces)
        # Where the linear half is sure enough that there is nothing.
        spared = [bool((_alone(model, one) < self._cascade).all()) for one in counted]
        windows = [[] if spare else some for spare, some in zip(spared, windows, strict=True)]
        # All of the batch at once, so that there is something to do side by side.
        read = _apart(model.network.rows([one for some in windows for one in some]), windows)
        found = np.empty((len(texts), len(model.network.labels)))
        for at, text in enumerate(texts):
            if spared[at]:
                found[at] = _alone(model, counted[at]).max(axis=0)
            else:
                found[at] = _combined(model, text, counted[at], read[at])
        return found

    def explain(self, candidate: Candidate, label: str) -> tuple[Span, ...]:
        """The words without which the label would be lower, strongest first; of a long text, in its worst window.

        Deterministic. Each span named lowers the score of its window when it is left out.
        """
        model = self._loaded()
        if label not in model.network.labels:
            return ()
        view = self._view(candidate)
        places = self._spans(view.text, model.network.labels.index(label))
        return tuple(Span(*view.original(start, end)) for start, end in places)

    def _explained(self, text: str, at: int) -> tuple[tuple[int, int], ...]:
        model = self._loaded()
        windows = model.network.windows(text)
        places = [(one.start, one.end) for one in windows]
        counted = model.linear.logits(to_count(text, windows))
        logits = _mixed(model, counted, model.network.rows(windows)) - _chance(model, len(windows))
        if len(windows) >= _LONG:
            found, closer = _closely(model, text)
            places, logits = places + found, np.concatenate([logits, closer])
        worst = int(logits[:, at].argmax())
        first, last = places[worst]
        piece = text[first:last]
        words = _weighed(model, piece, at)[:_TRIED]
        if not words:
            return ()
        without = [piece[:start] + piece[end:] for start, end in words]
        left = _mixed(model, model.linear.logits(without), model.network.logits(without))[:, at]
        whole = _mixed(model, model.linear.logits([piece]), model.network.logits([piece]))[0, at]
        drops = sorted(
            (value - whole, start, end)
            for value, (start, end) in zip(left.tolist(), words, strict=True)
        )
        return tuple(
            (first + start, first + end)
            for drop, start, end in drops[:_MOST]
            if drop < 0 and drop <= _SHARE * drops[0][0]
        )

    def _view(self, candidate: Candidate) -> NormalisedText:
        return self._loaded().spelling.repaired(as_displayed(candidate.view, candidate.parent_text))

    def _loaded(self) -> _Loaded:
        if self._model is None:
            self._model = _load(self._folder, self._threads)
        return self._model


def _apart(
    rows: NDArray[np.float64], parts: Sequence[Sequence[object]]
) -> list[NDArray[np.float64]]:
    """The rows of each part, of as many as the parts have members."""
    ends = list(accumulate(map(len, parts), initial=0))
    return [rows[start:end] for start, end in pairwise(ends)]


def _combined(
    model: _Loaded, text: str, counted: NDArray[np.float64], read: NDArray[np.float64]
) -> NDArray[np.float64]:
    logits = _mixed(model, counted, read) - _chance(model, len(read))
    if len(read) >= _LONG:
        logits = np.concatenate([logits, _closely(model, text)[1]])
    return np.asarray(sigmoid(logits.max(axis=0)))


def to_count(text: str, windows: Sequence[Window]) -> list[str]:
    """What the linear half reads: the whole text once for all windows, or each window of a very long one.

    It counts, so more words tell it more; but in _LONG windows an insult would drown.
    """
    if len(windows) < _LONG:
        return [text]
    return [text[one.start : one.end] for one in windows]


def _closely(model: _Loaded, text: str) -> tuple[list[tuple[int, int]], NDArray[np.float64]]:
    """The few sentences of a long text that the linear half likes least, read one by one: places and logits.

    In a window of a hundred harmless words one insult may drown.
    """
    words = [found.span() for found in _WORD.finditer(text)]
    chosen = _worst(model, text, _runs(words, _SENTENCE), _CLOSER)
    for start, end in list(chosen):
        inside = [word for word in words if start <= word[0] and word[1] <= end]
        chosen += _worst(model, text, _runs(inside, _PHRASE), 1)
    pieces = [text[start:end] for start, end in chosen]
    return chosen, _mixed(model, model.linear.logits(pieces), model.network.logits(pieces))


def _runs(words: Sequence[tuple[int, int]], length: int) -> list[tuple[int, int]]:
    """Runs of so many words, each a quarter further than the one before."""
    return [
        (words[at][0], words[min(at + length, len(words)) - 1][1])
        for at in range(0, max(len(words) - length // 2, 1), length // 4)
        if words
    ]


def _worst(
    model: _Loaded, text: str, runs: Sequence[tuple[int, int]], most: int
) -> list[tuple[int, int]]:
    """Those that the linear half likes least, apart from each other: four steps are one run of words."""
    counted = _alone(model, model.linear.logits([text[start:end] for start, end in runs]))
    chosen: list[int] = []
    for at in np.argsort(-counted.max(axis=1), kind="stable").tolist() if runs else ():
        if all(abs(at - other) >= 4 for other in chosen):
            chosen.append(at)
        if len(chosen) == most:
            break
    return [runs[at] for at in chosen]


def _alone(model: _Loaded, counted: NDArray[np.float64]) -> NDArray[np.float64]:
    """Probabilities by the linear half alone."""
    return sigmoid(counted * model.mix.alone[0] + model.mix.alone[1])


def _chance(model: _Loaded, windows: int) -> NDArray[np.float64]:
    return model.mix.chance * (windows > 1)


def _mixed(
    model: _Loaded, counted: NDArray[np.float64], read: NDArray[np.float64]
) -> NDArray[np.float64]:
    mix = model.mix
    own = mix.linear * counted + mix.transformer * read + mix.offset
    return np.asarray(own @ mix.blend.T + mix.shift)


def _weighed(model: _Loaded, text: str, at: int) -> list[tuple[int, int]]:
    """The words of a text, those first that the linear model gives most weight."""
    contributions = model.linear.contributions(text, at)
    weight = {start: value for value, start, _ in contributions}
    words = [found.span() for found in _WORD.finditer(text)]
    return sorted(words, key=lambda word: (-weight.get(word[0], 0.0), word))


def _load(folder: Path, threads: int) -> _Loaded:
    card = read_card(folder)
    network = Network(folder, at_once=threads)
    try:
        contents = {name: (folder / name).read_bytes() for name in ("linear.npz", "lexicon.txt")}
        for name, content in contents.items():
            if hashlib.sha256(content).hexdigest() != card.files[name]:
                raise ScorerUnavailable(
                    f"{name} of the bundled model is damaged: its SHA-256 is another."
                )
        linear = read_linear(contents["linear.npz"])
        spelling = read_lexicon(contents["lexicon.txt"].decode(), network.words)
        heads = [card.facts["mix"][label] for label in card.labels]
        mix = _Mix(
            _column(heads, "linear"),
            _column(heads, "transformer"),
            _column(heads, "offset"),
            np.array([[head["blend"].get(one, 0.0) for one in card.labels] for head in heads]),
            _column(heads, "shift"),
            _column(heads, "chance"),
            _column(heads, "alone").T,
        )
    except (OSError, ValueError, KeyError, TypeError):
        raise ScorerUnavailable("The bundled model cannot be read.") from None
    return _Loaded(network, linear, spelling, mix, f"{card.id}-{card.version}", _digest(card.files))


def _column(heads: Sequence[Mapping[str, object]], name: str) -> NDArray[np.float64]:
    return np.array([head[name] for head in heads], np.float64)


def _digest(files: dict[str, str]) -> str:
    """One SHA-256 for all files: of their names and SHA-256, sorted, one a line."""
    lines = "".join(f"{name} {digest}\n" for name, digest in sorted(files.items()))
    return hashlib.sha256(lines.encode()).hexdigest()
