"""Examples as arrays of tokens, labels and weights: what prepare.py writes and the networks learn from."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

POOL = 8_192  # texts that are sorted by length together


@dataclass(frozen=True, slots=True)
class Rows:
    """Texts of one kind. ids: uint16, all texts' tokens in a row; ends: int64, where each ends.

    labels: float32, (texts, 6), 0 to 1 or below 0 where unknown. weights: float32. origin: int32, which
    public example a disguised or buried copy was made of, -1 where none.
    """

    ids: np.ndarray
    ends: np.ndarray
    labels: np.ndarray
    weights: np.ndarray
    origin: np.ndarray

    def __len__(self) -> int:
        return len(self.ends)

    def __add__(self, other: "Rows") -> "Rows":
        return Rows(
            np.concatenate((self.ids, other.ids)),
            np.concatenate((self.ends, other.ends + len(self.ids))),
            np.concatenate((self.labels, other.labels)),
            np.concatenate((self.weights, other.weights)),
            np.concatenate((self.origin, other.origin)),
        )

    def tokens(self, position: int) -> np.ndarray:
        """The tokens of one text."""
        return self.ids[self.ends[position - 1] if position else 0 : self.ends[position]]

    def select(self, positions: np.ndarray) -> "Rows":
        """Only these texts."""
        tokens = [self.tokens(position) for position in positions]
        return Rows(
            np.concatenate(tokens),
            np.cumsum([len(text_tokens) for text_tokens in tokens]),
            self.labels[positions],
            self.weights[positions],
            self.origin[positions],
        )

    def save(self, path: Path) -> None:
        np.savez_compressed(
            path,
            ids=self.ids,
            ends=self.ends,
            labels=self.labels,
            weights=self.weights,
            origin=self.origin,
        )


def read_rows(path: Path) -> Rows:
    """What save wrote."""
    with np.load(path) as file:
        return Rows(*(file[name] for name in ("ids", "ends", "labels", "weights", "origin")))


def batches(rows: Rows, size: int, random_: random.Random) -> list[list[int]]:
    """Places by like length, so that little is padding; at most size tokens each; in random order."""
    lengths = np.diff(rows.ends, prepend=0)
    order = list(range(len(rows)))
    random_.shuffle(order)
    batches_ = []
    for first in range(0, len(order), POOL):
        batch: list[int] = []
        for position in sorted(order[first : first + POOL], key=lambda position: lengths[position]):
            if batch and lengths[position] * (len(batch) + 1) > size:
                batches_.append(batch)
                batch = []
            batch.append(position)
        batches_.append(batch)
    random_.shuffle(batches_)
    return batches_


def padded(rows: Rows, positions: Sequence[int], filler: int = 0) -> tuple[Tensor, Tensor]:
    """Tokens and mask of a batch: int64, (texts, tokens)."""
    tokens = [rows.tokens(position) for position in positions]
    size = max(map(len, tokens))
    ids = np.full((len(tokens), size), filler, np.int64)
    mask = np.zeros_like(ids)
    for row, text_tokens in enumerate(tokens):
        ids[row, : len(text_tokens)], mask[row, : len(text_tokens)] = text_tokens, 1
    return torch.from_numpy(ids), torch.from_numpy(mask)
