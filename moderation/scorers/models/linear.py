"""The linear half of the bundled model: a logistic regression per label over hashed n-grams.

Made by training/linear.py. It costs a hundredth of the transformer and knows rare slurs by their letters, but
has no notion of context; see moderation/weights/bundled/CARD.md.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from moderation.scorers.models import ngrams

_TEXTS_AT_ONCE = (
    256  # pieces: without this limit a batch of 65 kB comments takes hundreds of megabytes
)


@dataclass(frozen=True, slots=True)
class Linear:
    """weights: int8, (ngrams.INDEX_COUNT, labels). gains, biases: per label; a text's logit is
    gain x sum of weights / sqrt(number of n-grams) + bias."""

    weights: NDArray[np.int8]
    gains: NDArray[np.float64]
    biases: NDArray[np.float64]

    def logits(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """(texts, labels)."""
        parts = [
            texts[first : first + _TEXTS_AT_ONCE] for first in range(0, len(texts), _TEXTS_AT_ONCE)
        ]
        if not parts:
            return np.empty((0, len(self.gains)))
        return np.concatenate([self._logits_of_part(part) for part in parts])

    def contributions(self, text: str) -> list[tuple[float, int, int]]:
        """(sum of the weights for all labels, start, end) of each word of a text.

        N-grams of several words count for each in part.
        """
        return ngrams.weigh_words(
            [text], lambda indexes: self.weights[indexes].sum(axis=1, dtype=np.int32)
        )[0]

    def _logits_of_part(self, texts: Sequence[str]) -> NDArray[np.float64]:
        indexes, starts = ngrams.presence(texts)
        counts = np.diff(starts)
        sums = np.zeros((len(texts), len(self.gains)))
        has_grams = counts > 0  # an empty text has no n-grams, and reduceat no empty pieces
        if has_grams.any():
            sums[has_grams] = np.add.reduceat(
                self.weights[indexes], starts[:-1][has_grams], axis=0, dtype=np.int32
            )
        return np.asarray(self.gains * sums / np.sqrt(np.maximum(counts, 1))[:, None] + self.biases)


def read_linear(content: bytes) -> Linear:
    """What training/linear.py wrote. Raises ValueError or KeyError for anything else."""
    with np.load(io.BytesIO(content), allow_pickle=False) as file:
        weights, gains, biases = file["weights"], file["gains"], file["biases"]
    if weights.shape != (ngrams.INDEX_COUNT, len(gains)) or weights.dtype != np.int8:
        raise ValueError("another shape than the program's")
    return Linear(weights, gains.astype(np.float64), biases.astype(np.float64))


def write_linear(
    weights: NDArray[np.int8], gains: Sequence[float], biases: Sequence[float]
) -> bytes:
    """The file that read_linear reads."""
    file = io.BytesIO()
    np.savez_compressed(file, weights=weights, gains=np.array(gains), biases=np.array(biases))
    return file.getvalue()
