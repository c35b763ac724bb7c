"""The public test sets, out of a folder: CSV, UTF-8, gzip, one file each. Texts stay out of the repository."""

import csv
import gzip
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

LABELS = ("toxicity", "severe_toxicity", "obscene", "threat", "insult", "identity_attack")
JIGSAW = ("toxic", "severe_toxic", "obscene", "threat", "insult", "identity_hate")
# A test set may be here whole, or one half of it (for development) under the second name.
_ENDINGS = ("", "_dev", "_test", "_held")
csv.field_size_limit(1 << 30)


def rows(folder: Path, name: str) -> Iterator[dict[str, str]]:
    """The rows of one file. Raises FileNotFoundError."""
    with gzip.open(folder / f"{name}.csv.gz", "rt", encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def find(folder: Path, name: str) -> str | None:
    """The name of the file that holds a set, whole or in part; None where there is none."""
    names = (name + ending for ending in _ENDINGS)
    return next((one for one in names if (folder / f"{one}.csv.gz").is_file()), None)


@dataclass(frozen=True, slots=True)
class Jigsaw:
    """The official 2018 test. truth: (texts, 6), in the order of LABELS. weights: how many comments
    of the whole test each row stands for (clean ones are a sample)."""

    texts: list[str]
    truth: NDArray[np.int64]
    weights: NDArray[np.float64]


def jigsaw(folder: Path, name: str) -> Jigsaw:
    """Reads it: columns text, the six labels by their names of 2018, and w where rows are sampled."""
    table = list(rows(folder, name))
    return Jigsaw(
        [row["text"] for row in table],
        np.array([[int(float(row[label])) for label in JIGSAW] for row in table]),
        np.array([float(row.get("w") or 1) for row in table]),
    )
