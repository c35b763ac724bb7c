"""The pieces of a text that the bundled model reads alone: chosen by its linear half, mostly none."""

from collections.abc import Sequence
from itertools import accumulate, pairwise

import numpy as np
from numpy.typing import NDArray

from moderation.scorers.models.bundled_weights import Weights, linear_only, mix_logits
from moderation.scorers.models.pieces import Place, runs, sentences

# Of a text with fewer windows, sentences are read alone as well: those in which the linear half sees a label at this
# probability or more, so many of them; of the first of these also the worst runs of so many words.
_SUSPICIOUS, _SENTENCES_READ, _SENTENCES_SEARCHED, _RUNS = 0.08, 3, 2, (6, 10)
# Threats are suspected so many times as often: many have no ugly word, by which the linear half would know them.
_THREATS = 8
# Logits: what a piece of fewer words counts less than others. "Ugly." is read as worse than it is.
_SHORT_WORDS, _SHORT = 4, 1.5


def suspicious_pieces(model: Weights, texts: Sequence[str]) -> list[list[Place]]:
    """The pieces of each text that the transformer should read alone, the worst by the linear half first: mostly none.

    It costs a hundredth of the transformer. What it finds harmless, the mix of both halves finds harmless too.
    """
    sentences_of_texts = [sentences(text) for text in texts]
    probabilities = split_rows(
        _worst_probabilities(model, texts, sentences_of_texts), sentences_of_texts
    )
    found: list[list[tuple[float, Place]]] = []
    # The number of a text, and the runs of one length in a sentence of it.
    searched: list[tuple[int, list[Place]]] = []
    for number, (places, values) in enumerate(zip(sentences_of_texts, probabilities, strict=True)):
        order = np.argsort(-values, kind="stable")[:_SENTENCES_READ].tolist()
        suspicious = [position for position in order if values[position] >= _SUSPICIOUS]
        worst = [places[position] for position in suspicious]
        found.append(
            [(float(values[position]), places[position]) for position in suspicious]
            if len(places) > 1
            else []
        )
        searched += [
            (number, all_runs)
            for place in worst[:_SENTENCES_SEARCHED]
            for word_count in _RUNS
            if (all_runs := runs(texts[number], place, word_count))
        ]
    runs_searched = [all_runs for _, all_runs in searched]
    values_of_runs = split_rows(
        _worst_probabilities(model, [texts[number] for number, _ in searched], runs_searched),
        runs_searched,
    )
    for (number, all_runs), values in zip(searched, values_of_runs, strict=True):
        found[number].append((float(values.max()), all_runs[int(values.argmax())]))
    return [[place for _, place in sorted(of_text, reverse=True)] for of_text in found]


def read_suspicious(
    model: Weights, texts: Sequence[str], enough: float
) -> list[tuple[list[Place], NDArray[np.float64]]]:
    """The suspicious pieces of each text, with their logits as read_pieces() gives them.

    The first one by itself: where its toxicity is `enough` (a logit) the others are not read. So a flood of plain insults
    takes few passes more than a harmless one.
    """
    places = suspicious_pieces(model, texts)
    first = read_pieces(model, texts, [of_text[:1] for of_text in places])
    others = [
        [] if (logits[:, 0] >= enough).any() else of_text[1:]
        for of_text, logits in zip(places, first, strict=True)
    ]
    return [
        (of_text[: len(more) + 1], np.concatenate([logits, more_logits]))
        for of_text, more, logits, more_logits in zip(
            places, others, first, read_pieces(model, texts, others), strict=True
        )
    ]


def _worst_probabilities(
    model: Weights, texts: Sequence[str], places: Sequence[Sequence[Place]]
) -> NDArray[np.float64]:
    """The highest probability of a label, by the linear half, of each piece of each text in a row."""
    pieces = [
        text[start:end]
        for text, of_text in zip(texts, places, strict=True)
        for start, end in of_text
    ]
    probabilities = linear_only(model, model.linear.logits(pieces))
    probabilities[:, list(model.network.labels).index("threat")] *= _THREATS
    return np.asarray(probabilities.max(axis=1))


def read_pieces(
    model: Weights, texts: Sequence[str], places: Sequence[Sequence[Place]]
) -> list[NDArray[np.float64]]:
    """The logits of each text's pieces, less what a piece counts less than a whole comment."""
    pieces = [
        text[start:end]
        for text, of_text in zip(texts, places, strict=True)
        for start, end in of_text
    ]
    logits = mix_logits(
        model, model.linear.logits(pieces), model.network.logits(pieces, of_pieces=True)
    )
    is_short = np.array([len(piece.split()) < _SHORT_WORDS for piece in pieces], np.float64)
    logits = logits - model.mix.piece - _SHORT * is_short[:, None]
    return split_rows(logits, places)


def word_runs(words: Sequence[Place], word_count: int) -> list[Place]:
    """Runs of `word_count` words, each a quarter of that further on."""
    return [
        (words[position][0], words[min(position + word_count, len(words)) - 1][1])
        for position in range(0, max(len(words) - word_count // 2, 1), word_count // 4)
        if words
    ]


def worst_runs(model: Weights, text: str, runs: Sequence[Place], limit: int) -> list[Place]:
    """The worst runs by the linear model that do not overlap: four steps are one run of words."""
    probabilities = linear_only(
        model, model.linear.logits([text[start:end] for start, end in runs])
    )
    chosen: list[int] = []
    for position in np.argsort(-probabilities.max(axis=1), kind="stable").tolist() if runs else ():
        if all(abs(position - other) >= 4 for other in chosen):
            chosen.append(position)
        if len(chosen) == limit:
            break
    return [runs[position] for position in chosen]


def split_rows(
    rows: NDArray[np.float64], parts: Sequence[Sequence[object]]
) -> list[NDArray[np.float64]]:
    """The rows of each part, as many as it has members."""
    ends = list(accumulate(map(len, parts), initial=0))
    return [rows[start:end] for start, end in pairwise(ends)]
