"""The bundled toxicity model: a small transformer and a linear model, 16 MB, onnxruntime and numpy.

Made by training/; what it can and cannot do is in moderation/weights/bundled/CARD.md.
"""

import hashlib
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
from moderation.scorers.models.onnx_classifier import OnnxClassifier, Window, read_card, sigmoid
from moderation.scorers.models.pieces import (
    Place,
    runs,
    sentences,
    words_of,
)
from moderation.scorers.models.sampling import needs_sample, sample, unread_share, unread_signals
from moderation.scorers.models.spelling import Spelling, read_lexicon

FOLDER = Path(__file__).parents[2] / "weights" / "bundled"
# Words left out one by one to explain a score, those with the most weight in the linear model: so many that it takes
# about as many tokens as scoring did, within these bounds.
_FEWEST_TRIED, _WORDS_TRIED = 4, 24
# Words count as evidence from this share of the strongest word's effect on, up to so many.
_EVIDENCE_SHARE, _EVIDENCE_LIMIT = 0.25, 8
# A text of so many windows is also read in so many runs of words, each of so many words.
_MANY_WINDOWS, _SENTENCES_REREAD, _SENTENCE_WORDS = 8, 10, 22
_PHRASE_WORDS = 8  # words: the worst phrase of each of these runs is read by itself as well
# Characters of a run that are read where the text is too much to read whole: a word may be all of it.
_RUN_CHARACTERS = 600
# Tokens read to explain a score. A window or a run of ordinary words has 128 at most.
_TOKENS_TRIED = 2 * 128 * _WORDS_TRIED
# Of a text with fewer windows, sentences are read alone as well: those in which the linear half sees a label at this
# probability or more, so many of them; of the first of these also the worst runs of so many words.
_SUSPICIOUS, _SENTENCES_READ, _SENTENCES_SEARCHED, _RUNS = 0.08, 3, 2, (6, 10)
_THREATS = (
    8  # times as often suspected: many have no ugly word, by which the linear half would know them
)
# Once the whole text is as toxic as this (logit), nothing hides in it.
_PLAIN = 2.0
# Logits: what a piece of fewer words counts less than others. "Ugly." is read as worse than it is.
_SHORT_WORDS, _SHORT = 4, 1.5
_EXPLANATIONS_KEPT = 512  # explanations remembered: a flood of copies is explained once


@dataclass(frozen=True, slots=True)
class _Mix:
    """How both models make one logit: linear x its logit + transformer x its logit + offset, each per label.

    blend: then each label takes shares of all of these, (labels, labels), and shift is added. chance: what is
    taken off a label's logit that is the highest of several windows, as that is partly chance.
    piece: what is taken off the logits of a sentence that is read alone, likewise.
    alone: (gain, offset) per label for the linear model without the transformer, (2, labels).
    """

    linear: NDArray[np.float64]
    transformer: NDArray[np.float64]
    offset: NDArray[np.float64]
    blend: NDArray[np.float64]
    shift: NDArray[np.float64]
    chance: NDArray[np.float64]
    piece: NDArray[np.float64]
    alone: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class _Loaded:
    network: OnnxClassifier
    linear: Linear
    spelling: Spelling
    mix: _Mix
    version: str
    sha256: str


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
        self._model: _Loaded | None = None
        self._spans = lru_cache(_EXPLANATIONS_KEPT)(self._explain_text)

    @property
    def languages(self) -> frozenset[str]:
        """Codes of the languages the model has learned."""
        return frozenset({"en"})

    def load(self) -> None:
        """Reads and warms up the model, unless that is done. Raises ScorerUnavailable."""
        self._loaded()

    def measure(self, batch: Sequence[Candidate]) -> list[tuple[Signal, ...]]:
        """Six scores per candidate. Raises ScorerUnavailable when the weights are missing or damaged."""
        model = self._loaded()
        readings = [_read(model, self._view(candidate).text) for candidate in batch]
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
                    )
                    for label, value in zip(model.network.labels, probabilities, strict=True)
                ),
                *unread_signals(self.name, reading.unread),
            )
            for reading, probabilities in zip(
                readings, self._probabilities(model, readings).tolist(), strict=True
            )
        ]

    def probabilities(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """(texts, labels), 0..1, of texts that are normalised and without markup."""
        model = self._loaded()
        return self._probabilities(model, [_read(model, text) for text in texts])

    def _probabilities(self, model: _Loaded, readings: Sequence["_Reading"]) -> NDArray[np.float64]:
        windows = [reading.windows for reading in readings]
        pieces = [texts_for_linear(reading.text, reading.windows) for reading in readings]
        of_pieces = model.linear.logits([piece for text_pieces in pieces for piece in text_pieces])
        linear_logits = _split_rows(of_pieces, pieces)
        # Where the linear model is sure enough that no label applies.
        is_spared = [
            bool((_linear_only(model, counted_of_text) < self._cascade).all())
            for counted_of_text in linear_logits
        ]
        windows = [
            [] if spared else text_windows
            for spared, text_windows in zip(is_spared, windows, strict=True)
        ]
        # The whole batch at once, so that several passes can run at the same time.
        network_logits = _split_rows(
            model.network.rows([window for text_windows in windows for window in text_windows]),
            windows,
        )
        logits = [
            _alone_logits(model, own) if spared else _window_logits(model, reading, own, network)
            for spared, reading, own, network in zip(
                is_spared, readings, linear_logits, network_logits, strict=True
            )
        ]
        hiding = [
            position
            for position, spared in enumerate(is_spared)
            if not spared and _may_hide(readings[position], logits[position])
        ]
        places = _suspicious_pieces(model, [readings[position].text for position in hiding])
        read = _read_pieces(model, [readings[position].text for position in hiding], places)
        for position, piece_logits in zip(hiding, read, strict=True):
            logits[position] = np.concatenate([logits[position], piece_logits])
        return np.array([np.asarray(sigmoid(of_text.max(axis=0))) for of_text in logits]).reshape(
            len(readings), len(model.network.labels)
        )

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
            model.network.rows(reading.windows),
        )
        if len(reading.windows) >= _MANY_WINDOWS:
            places += _reread_sentences(model, reading)[0]
        elif _may_hide(reading, logits):
            [pieces] = _suspicious_pieces(model, [text])
            [piece_logits] = _read_pieces(model, [text], [pieces])
            places, logits = places + pieces, np.concatenate([logits, piece_logits])
        worst = places[int(logits[:, label_index].argmax())]
        tokens = sum(window.token_count for window in reading.windows)
        return _evidence(
            model, text, _searched(model, text, worst, label_index), label_index, tokens
        )

    def _view(self, candidate: Candidate) -> NormalisedText:
        return self._loaded().spelling.repaired(as_displayed(candidate.view, candidate.parent_text))

    def _loaded(self) -> _Loaded:
        if self._model is None:
            self._model = _load(self._folder, self._threads)
        return self._model


def _split_rows(
    rows: NDArray[np.float64], parts: Sequence[Sequence[object]]
) -> list[NDArray[np.float64]]:
    """The rows of each part, as many as it has members."""
    ends = list(accumulate(map(len, parts), initial=0))
    return [rows[start:end] for start, end in pairwise(ends)]


@dataclass(frozen=True, slots=True)
class _Reading:
    """A text, the windows of it that are read, and the share of it, 0..1, that is not."""

    text: str
    windows: list[Window]
    unread: float = 0.0


def _read(model: _Loaded, text: str) -> _Reading:
    """The windows of a text that are read: of too many those that the linear model finds worst, and others."""
    windows = model.network.windows(text)
    tokens = [window.token_count for window in windows]
    if not needs_sample(tokens):
        return _Reading(text, windows)
    logits = model.linear.logits([text[window.start : window.end] for window in windows])
    positions = sample(tokens, _linear_only(model, logits).max(axis=1).tolist())
    return _Reading(
        text, [windows[position] for position in positions], unread_share(tokens, positions)
    )


def _window_logits(
    model: _Loaded,
    reading: _Reading,
    linear_logits: NDArray[np.float64],
    network_logits: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Of each window and, where there are many, of the sentences that are then read again."""
    logits = _mix_logits(model, linear_logits, network_logits) - _chance_of_several(
        model, len(network_logits)
    )
    if len(network_logits) >= _MANY_WINDOWS:
        logits = np.concatenate([logits, _reread_sentences(model, reading)[1]])
    return logits


def _may_hide(reading: _Reading, logits: NDArray[np.float64]) -> bool:
    """Whether a piece of a text may be worse than the whole. Very long ones are reread in another way."""
    return len(reading.windows) < _MANY_WINDOWS and float(logits[:, 0].max()) < _PLAIN


def _suspicious_pieces(model: _Loaded, texts: Sequence[str]) -> list[list[Place]]:
    """The pieces of each text that the transformer should read alone, by the linear half: mostly none.

    It costs a hundredth of the transformer. What it finds harmless, the mix of both halves finds harmless too.
    """
    sentences_of_texts = [sentences(text) for text in texts]
    probabilities = _split_rows(
        _worst_probabilities(model, texts, sentences_of_texts), sentences_of_texts
    )
    found: list[list[Place]] = []
    # The number of a text, and the runs of one length in a sentence of it.
    searched: list[tuple[int, list[Place]]] = []
    for number, (places, values) in enumerate(zip(sentences_of_texts, probabilities, strict=True)):
        order = np.argsort(-values, kind="stable")[:_SENTENCES_READ].tolist()
        worst = [places[position] for position in order if values[position] >= _SUSPICIOUS]
        found.append(worst if len(places) > 1 else [])
        searched += [
            (number, all_runs)
            for place in worst[:_SENTENCES_SEARCHED]
            for word_count in _RUNS
            if (all_runs := runs(texts[number], place, word_count))
        ]
    runs_searched = [all_runs for _, all_runs in searched]
    values_of_runs = _split_rows(
        _worst_probabilities(model, [texts[number] for number, _ in searched], runs_searched),
        runs_searched,
    )
    for (number, all_runs), values in zip(searched, values_of_runs, strict=True):
        found[number].append(all_runs[int(values.argmax())])
    return found


def _worst_probabilities(
    model: _Loaded, texts: Sequence[str], places: Sequence[Sequence[Place]]
) -> NDArray[np.float64]:
    """The highest probability of a label, by the linear half, of each piece of each text in a row."""
    pieces = [
        text[start:end]
        for text, of_text in zip(texts, places, strict=True)
        for start, end in of_text
    ]
    probabilities = _linear_only(model, model.linear.logits(pieces))
    probabilities[:, list(model.network.labels).index("threat")] *= _THREATS
    return np.asarray(probabilities.max(axis=1))


def _read_pieces(
    model: _Loaded, texts: Sequence[str], places: Sequence[Sequence[Place]]
) -> list[NDArray[np.float64]]:
    """The logits of each text's pieces, less what a piece counts less than a whole comment."""
    pieces = [
        text[start:end]
        for text, of_text in zip(texts, places, strict=True)
        for start, end in of_text
    ]
    logits = _mix_logits(model, model.linear.logits(pieces), model.network.logits(pieces))
    is_short = np.array([len(piece.split()) < _SHORT_WORDS for piece in pieces], np.float64)
    logits = logits - model.mix.piece - _SHORT * is_short[:, None]
    return _split_rows(logits, places)


def texts_for_linear(text: str, windows: Sequence[Window]) -> list[str]:
    """What the linear model reads: the whole text once for all windows, or each window of a very long one.

    It adds up words, so more of them tell it more; but among _MANY_WINDOWS windows an insult would be lost.
    """
    if len(windows) < _MANY_WINDOWS:
        return [text]
    return [text[window.start : window.end] for window in windows]


def _reread_sentences(model: _Loaded, reading: _Reading) -> tuple[list[Place], NDArray[np.float64]]:
    """The worst sentences of a long text by the linear model, read one by one: spans and logits.

    In a window of a hundred harmless words one insult may be lost.
    """
    text = reading.text
    words = words_of(text, (0, len(text)))
    chosen = _worst_runs(model, text, _word_runs(words, _SENTENCE_WORDS), _SENTENCES_REREAD)
    for start, end in list(chosen):
        words_inside = [word for word in words if start <= word[0] and word[1] <= end]
        chosen += _worst_runs(model, text, _word_runs(words_inside, _PHRASE_WORDS), 1)
    if reading.unread:
        chosen = [(start, min(end, start + _RUN_CHARACTERS)) for start, end in chosen]
    pieces = [text[start:end] for start, end in chosen]
    return chosen, _mix_logits(model, model.linear.logits(pieces), model.network.logits(pieces))


def _word_runs(words: Sequence[Place], word_count: int) -> list[Place]:
    """Runs of `word_count` words, each a quarter of that further on."""
    return [
        (words[position][0], words[min(position + word_count, len(words)) - 1][1])
        for position in range(0, max(len(words) - word_count // 2, 1), word_count // 4)
        if words
    ]


def _worst_runs(model: _Loaded, text: str, runs: Sequence[Place], limit: int) -> list[Place]:
    """The worst runs by the linear model that do not overlap: four steps are one run of words."""
    probabilities = _linear_only(
        model, model.linear.logits([text[start:end] for start, end in runs])
    )
    chosen: list[int] = []
    for position in np.argsort(-probabilities.max(axis=1), kind="stable").tolist() if runs else ():
        if all(abs(position - other) >= 4 for other in chosen):
            chosen.append(position)
        if len(chosen) == limit:
            break
    return [runs[position] for position in chosen]


def _alone_logits(model: _Loaded, linear_logits: NDArray[np.float64]) -> NDArray[np.float64]:
    """Logits by the linear model alone."""
    return np.asarray(linear_logits * model.mix.alone[0] + model.mix.alone[1])


def _linear_only(model: _Loaded, linear_logits: NDArray[np.float64]) -> NDArray[np.float64]:
    """Probabilities by the linear model alone."""
    return sigmoid(_alone_logits(model, linear_logits))


def _chance_of_several(model: _Loaded, windows: int) -> NDArray[np.float64]:
    return model.mix.chance * (windows > 1)


def _mix_logits(
    model: _Loaded, linear_logits: NDArray[np.float64], network_logits: NDArray[np.float64]
) -> NDArray[np.float64]:
    mix = model.mix
    separate = mix.linear * linear_logits + mix.transformer * network_logits + mix.offset
    return np.asarray(separate @ mix.blend.T + mix.shift)


def _searched(model: _Loaded, text: str, place: Place, label_index: int) -> Place:
    """The part of what was read in which words are sought: its worst sentence by the linear half."""
    start, end = place
    inside = [(start + first, start + last) for first, last in sentences(text[start:end])]
    if len(inside) < 2:
        return place
    logits = model.linear.logits([text[first:last] for first, last in inside])
    return inside[int(logits[:, label_index].argmax())]


def _evidence(
    model: _Loaded, text: str, place: Place, label_index: int, tokens: int
) -> tuple[Place, ...]:
    """The words of a sentence without which its logit is lower, strongest first; the sentence, if that is no single word.

    tokens: what the text took to score, and about what this may take.
    """
    offset, end = place
    piece = text[offset:end]
    size = max(len(model.network.tokens(piece)), 1)
    tried = min(_WORDS_TRIED, max(_FEWEST_TRIED, tokens // size), max(1, _TOKENS_TRIED // size))
    words = _words_by_weight(model, piece)[:tried]
    without = [piece[:start] + piece[end:] for start, end in words]
    logits = _mix_logits(
        model,
        model.linear.logits([piece, *without]),
        model.network.logits([piece, *without]),
    )[:, label_index]
    drops = sorted(
        (logit - logits[0], start, end)
        for logit, (start, end) in zip(logits[1:].tolist(), words, strict=True)
    )
    found = tuple(
        (offset + start, offset + end)
        for drop, start, end in drops[:_EVIDENCE_LIMIT]
        if drop < 0 and drop <= _EVIDENCE_SHARE * drops[0][0]
    )
    return found or ((place,) if place != (0, len(text)) and words else ())


def _words_by_weight(model: _Loaded, text: str) -> list[Place]:
    """The words of a text, those with the most weight in the linear model first: for all labels the same ones."""
    weight_by_start = {start: value for value, start, _ in model.linear.contributions(text)}
    return sorted(
        words_of(text, (0, len(text))),
        key=lambda word: (-weight_by_start.get(word[0], 0.0), word),
    )


def _load(folder: Path, threads: int) -> _Loaded:
    card = read_card(folder)
    network = OnnxClassifier(folder, at_once=threads)
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
            _mix_column(heads, "linear"),
            _mix_column(heads, "transformer"),
            _mix_column(heads, "offset"),
            np.array([[head["blend"].get(other, 0.0) for other in card.labels] for head in heads]),
            _mix_column(heads, "shift"),
            _mix_column(heads, "chance"),
            _mix_column(heads, "piece"),
            _mix_column(heads, "alone").T,
        )
    except (OSError, ValueError, KeyError, TypeError):
        raise ScorerUnavailable("The bundled model cannot be read.") from None
    return _Loaded(
        network, linear, spelling, mix, f"{card.id}-{card.version}", _digest_of_files(card.files)
    )


def _mix_column(heads: Sequence[Mapping[str, object]], name: str) -> NDArray[np.float64]:
    return np.array([head[name] for head in heads], np.float64)


def _digest_of_files(files: dict[str, str]) -> str:
    """One SHA-256 for all files: of their names and SHA-256, sorted, one a line."""
    lines = "".join(f"{name} {digest}\n" for name, digest in sorted(files.items()))
    return hashlib.sha256(lines.encode()).hexdigest()
