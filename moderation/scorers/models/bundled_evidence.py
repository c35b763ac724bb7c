"""The words behind a score of the bundled model: left out one by one, those that lower it most."""

import numpy as np
from numpy.typing import NDArray

from moderation.scorers.models.bundled_weights import Weights, mix_logits
from moderation.scorers.models.pieces import Place, sentences, words_of

# Words left out one by one to explain a score, those with the most weight in the linear model: so many that it takes
# about as many tokens as scoring did, within these bounds.
_FEWEST_TRIED, _WORDS_TRIED = 4, 24
# Words count as evidence from this share of the strongest word's effect on, up to so many.
_EVIDENCE_SHARE, _EVIDENCE_LIMIT = 0.25, 8
# Tokens read to explain a score. A window or a run of ordinary words has 128 at most.
_TOKENS_TRIED = 2 * 128 * _WORDS_TRIED


def part_to_search(model: Weights, text: str, place: Place, label_index: int) -> Place:
    """The part of what was read in which words are sought: its worst sentence by the linear half."""
    start, end = place
    inside = [(start + first, start + last) for first, last in sentences(text[start:end])]
    if len(inside) < 2:
        return place
    logits = model.linear.logits([text[first:last] for first, last in inside])
    return inside[int(logits[:, label_index].argmax())]


def find_evidence(
    model: Weights, text: str, place: Place, label_index: int, tokens: int
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
    logits = _logits_of(model, [piece, *without])[:, label_index]
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


def _logits_of(model: Weights, texts: list[str]) -> NDArray[np.float64]:
    """As whole texts where that makes a difference for the first, else as pieces: a few of its words might be
    raised where it is not."""
    first = texts[:1]
    is_raised = (model.network.logits(first) != model.network.logits(first, of_pieces=True)).any()
    network_logits = model.network.logits(texts, of_pieces=not is_raised)
    return mix_logits(model, model.linear.logits(texts), network_logits)


def _words_by_weight(model: Weights, text: str) -> list[Place]:
    """The words of a text, those with the most weight in the linear model first: for all labels the same ones."""
    weight_by_start = {start: value for value, start, _ in model.linear.contributions(text)}
    return sorted(
        words_of(text, (0, len(text))),
        key=lambda word: (-weight_by_start.get(word[0], 0.0), word),
    )
