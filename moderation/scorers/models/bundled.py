"""The bundled toxicity model: a small transformer and a linear model, 16 MB, onnxruntime and numpy.

Made by training/; what it can and cannot do is in moderation/weights/bundled/CARD.md.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from moderation.domain.markup import as_displayed
from moderation.domain.normalised_text import NormalisedText
from moderation.domain.score import Candidate, Signal, Span
from moderation.scorers.models.bundled_evidence import find_evidence, part_to_search
from moderation.scorers.models.bundled_pieces import (
    read_suspicious,
    split_rows,
    word_runs,
    worst_runs,
)
from moderation.scorers.models.bundled_weights import (
    Weights,
    alone_logits,
    linear_only,
    mix_logits,
    read_weights,
)
from moderation.scorers.models.onnx_classifier import Window, sigmoid
from moderation.scorers.models.pieces import Place, words_of
from moderation.scorers.models.sampling import needs_sample, sample, unread_share, unread_signals
from moderation.scorers.models.vectors import pack_vector

FOLDER = Path(__file__).parents[2] / "weights" / "bundled"
# A text of so many windows is also read in so many runs of words, each of so many words.
_MANY_WINDOWS, _SENTENCES_REREAD, _SENTENCE_WORDS = 8, 10, 22
_PHRASE_WORDS = 8  # words: the worst phrase of each of these runs is read by itself as well
# Characters of a run that are read where the text is too much to read whole: a word may be all of it.
_RUN_CHARACTERS = 600
# Texts of fewer words are read as pieces are, without what the middle layers add: they are mostly names.
_FEWEST_WORDS = 3
# Once the whole text, or what is read of it alone, is as toxic as this (logit), nothing worse is sought in it.
_PLAIN = 2.0
_EXPLANATIONS_KEPT = 512  # explanations remembered: a flood of copies is explained once


class Bundled:
    """Toxicity, severe_toxicity, obscene, threat, insult and identity_attack of English text, 0..1.

    Calibrated: of the comments that get 0.8, about eight in ten have the label in the training data. A text
    longer than the network's window is read in overlapping windows; sentences that may be worse than the whole are read
    alone too. Each label is the highest of them, less a little for being the highest of several. Of a text
    with more tokens than sampling.MOST_TOKENS some windows are read; the signal `unread` says how much is not.

    threads: passes at the same time. cascade: 0..1; where the linear model gives every label less than this,
    the transformer does not run (0: it always does). The weights are read at first use; their SHA-256 must be those in model.json.
    """

    name = "bundled"

    def __init__(self, folder: Path = FOLDER, *, threads: int = 1, cascade: float = 0.0) -> None:
        self._folder, self._threads, self._cascade = folder, threads, cascade
        self._model: Weights | None = None
        self._spans = lru_cache(_EXPLANATIONS_KEPT)(self._explain_text)

    @property
    def languages(self) -> frozenset[str]:
        """Codes of the languages the model has learned."""
        return frozenset({"en"})

    def load(self) -> None:
        """Reads and warms up the model, unless that is done. Raises ScorerUnavailable."""
        self._loaded()

    def measure(self, batch: Sequence[Candidate]) -> list[tuple[Signal, ...]]:
        """Six scores per candidate; the vector of the text is in the first. Raises ScorerUnavailable when the weights
        are missing or damaged.
        """
        model = self._loaded()
        readings = [_read(model, self._view(candidate).text) for candidate in batch]
        probabilities, vectors = self._measured(model, readings)
        return [
            (
                *(
                    Signal(
                        label,
                        value,
                        self.name,
                        model.version,
                        model.sha256,
                        runtime=model.network.runtime,
                        vector=vector if label == model.network.labels[0] else b"",
                    )
                    for label, value in zip(model.network.labels, values, strict=True)
                ),
                *unread_signals(self.name, reading.unread),
            )
            for reading, values, vector in zip(
                readings, probabilities.tolist(), vectors, strict=True
            )
        ]

    def probabilities(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """(texts, labels), 0..1, of texts that are normalised and without markup."""
        model = self._loaded()
        return self._measured(model, [_read(model, text) for text in texts])[0]

    def _measured(
        self, model: Weights, readings: Sequence["_Reading"]
    ) -> tuple[NDArray[np.float64], list[bytes]]:
        """(texts, labels), 0..1, and the vector of each text, b'' where the transformer did not run."""
        windows = [reading.windows for reading in readings]
        pieces = [texts_for_linear(reading.text, reading.windows) for reading in readings]
        of_pieces = model.linear.logits([piece for text_pieces in pieces for piece in text_pieces])
        linear_logits = split_rows(of_pieces, pieces)
        # Where the linear model is sure enough that no label applies.
        is_spared = [
            bool((linear_only(model, counted_of_text) < self._cascade).all())
            for counted_of_text in linear_logits
        ]
        windows = [
            [] if spared else text_windows
            for spared, text_windows in zip(is_spared, windows, strict=True)
        ]
        # The whole batch at once, so that several passes can run at the same time.
        rows, seen = model.network.readings(
            [window for text_windows in windows for window in text_windows]
        )
        network_logits = [
            model.network.rows(of_text, of_pieces=True) if of_text and reading.is_short else own
            for reading, of_text, own in zip(
                readings, windows, split_rows(rows, windows), strict=True
            )
        ]
        vectors = [
            pack_vector(of_text, [window.token_count for window in text_windows])
            for of_text, text_windows in zip(split_rows(seen, windows), windows, strict=True)
        ]
        logits = [
            alone_logits(model, own) if spared else _window_logits(model, reading, own, network)
            for spared, reading, own, network in zip(
                is_spared, readings, linear_logits, network_logits, strict=True
            )
        ]
        hiding = [
            position
            for position, spared in enumerate(is_spared)
            if not spared and _may_hide(readings[position], logits[position])
        ]
        read = read_suspicious(model, [readings[position].text for position in hiding], _PLAIN)
        for position, (_, piece_logits) in zip(hiding, read, strict=True):
            logits[position] = np.concatenate([logits[position], piece_logits])
        probabilities = [np.asarray(sigmoid(of_text.max(axis=0))) for of_text in logits]
        return np.array(probabilities).reshape(len(readings), len(model.network.labels)), vectors

    def explain(self, candidate: Candidate, label: str) -> tuple[Span, ...]:
        """The words without which the label would be lower, strongest first; of a long text, in its worst window.

        Deterministic. Each span named lowers the score of its window when it is left out.
        """
        model = self._loaded()
        if label not in model.network.labels:
            return ()
        view = self._view(candidate)
        spans = self._spans(view.text, model.network.labels.index(label))
        return tuple(Span(*view.original(start, end)) for start, end in spans)

    def _explain_text(self, text: str, label_index: int) -> tuple[Place, ...]:
        """What was read when the text was scored is remembered, and so are the passes for other labels."""
        model = self._loaded()
        reading = _read(model, text)
        places = [(window.start, window.end) for window in reading.windows]
        logits = _window_logits(
            model,
            reading,
            model.linear.logits(texts_for_linear(text, reading.windows)),
            model.network.rows(reading.windows, of_pieces=reading.is_short),
        )
        if len(reading.windows) >= _MANY_WINDOWS:
            places += _reread_sentences(model, reading)[0]
        elif _may_hide(reading, logits):
            [(pieces, piece_logits)] = read_suspicious(model, [text], _PLAIN)
            places, logits = places + pieces, np.concatenate([logits, piece_logits])
        worst = places[int(logits[:, label_index].argmax())]
        tokens = sum(window.token_count for window in reading.windows)
        return find_evidence(
            model, text, part_to_search(model, text, worst, label_index), label_index, tokens
        )

    def _view(self, candidate: Candidate) -> NormalisedText:
        return self._loaded().spelling.repaired(as_displayed(candidate.view, candidate.parent_text))

    def _loaded(self) -> Weights:
        if self._model is None:
            self._model = read_weights(self._folder, self._threads)
        return self._model


@dataclass(frozen=True, slots=True)
class _Reading:
    """A text, the windows of it that are read, and the share of it, 0..1, that is not."""

    text: str
    windows: list[Window]
    unread: float = 0.0

    @property
    def is_short(self) -> bool:
        return len(self.text.split(maxsplit=_FEWEST_WORDS)) < _FEWEST_WORDS


def _read(model: Weights, text: str) -> _Reading:
    """The windows of a text that are read: of too many those that the linear model finds worst, and others."""
    windows = model.network.windows(text)
    tokens = [window.token_count for window in windows]
    if not needs_sample(tokens):
        return _Reading(text, windows)
    logits = model.linear.logits([text[window.start : window.end] for window in windows])
    positions = sample(tokens, linear_only(model, logits).max(axis=1).tolist())
    return _Reading(
        text, [windows[position] for position in positions], unread_share(tokens, positions)
    )


def _window_logits(
    model: Weights,
    reading: _Reading,
    linear_logits: NDArray[np.float64],
    network_logits: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Of each window and, where there are many, of the sentences that are then read again."""
    logits = mix_logits(model, linear_logits, network_logits) - _chance_of_several(
        model, len(network_logits)
    )
    if len(network_logits) >= _MANY_WINDOWS:
        logits = np.concatenate([logits, _reread_sentences(model, reading)[1]])
    return logits


def _may_hide(reading: _Reading, logits: NDArray[np.float64]) -> bool:
    """Whether a piece of a text may be worse than the whole. Very long ones are reread in another way."""
    return len(reading.windows) < _MANY_WINDOWS and float(logits[:, 0].max()) < _PLAIN


def texts_for_linear(text: str, windows: Sequence[Window]) -> list[str]:
    """What the linear model reads: the whole text once for all windows, or each window of a very long one.

    It adds up words, so more of them tell it more; but among _MANY_WINDOWS windows an insult would be lost.
    """
    if len(windows) < _MANY_WINDOWS:
        return [text]
    return [text[window.start : window.end] for window in windows]


def _reread_sentences(model: Weights, reading: _Reading) -> tuple[list[Place], NDArray[np.float64]]:
    """The worst sentences of a long text by the linear model, read one by one: spans and logits.

    In a window of a hundred harmless words one insult may be lost.
    """
    text = reading.text
    words = words_of(text, (0, len(text)))
    chosen = worst_runs(model, text, word_runs(words, _SENTENCE_WORDS), _SENTENCES_REREAD)
    for start, end in list(chosen):
        words_inside = [word for word in words if start <= word[0] and word[1] <= end]
        chosen += worst_runs(model, text, word_runs(words_inside, _PHRASE_WORDS), 1)
    if reading.unread:
        chosen = [(start, min(end, start + _RUN_CHARACTERS)) for start, end in chosen]
    pieces = [text[start:end] for start, end in chosen]
    network = model.network.logits(pieces, of_pieces=True)
    return chosen, mix_logits(model, model.linear.logits(pieces), network)


def _chance_of_several(model: Weights, windows: int) -> NDArray[np.float64]:
    return model.mix.chance * (windows > 1)
