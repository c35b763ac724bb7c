"""Reads the public test sets from a folder: CSV, UTF-8, gzip, one file each; none is in the repository."""

import csv
import gzip
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

LABELS = ("toxicity", "severe_toxicity", "obscene", "threat", "insult", "identity_attack")
JIGSAW = ("toxic", "severe_toxic", "obscene", "threat", "insult", "identity_hate")
# The folder may have a test set whole, or the half of it for development or for testing.
_ENDINGS = ("", "_dev", "_test", "_held")
csv.field_size_limit(1 << 30)


def rows(folder: Path, name: str) -> Iterator[dict[str, str]]:
    """The rows of one file. Raises FileNotFoundError."""
    with gzip.open(folder / f"{name}.csv.gz", "rt", encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def find(folder: Path, name: str) -> str | None:
    """The name of the file that holds a set, whole or in part; None where the folder has none."""
    file_names = (name + ending for ending in _ENDINGS)
    return next(
        (file_name for file_name in file_names if (folder / f"{file_name}.csv.gz").is_file()), None
    )


@dataclass(frozen=True, slots=True)
class Jigsaw:
    """The official test set of 2018. truth: (texts, 6), in the order of LABELS. weights: how many comments
    of the whole test each row stands for (clean ones are a sample)."""

    texts: list[str]
    truth: NDArray[np.int64]
    weights: NDArray[np.float64]


def jigsaw(folder: Path, name: str) -> Jigsaw:
    """Reads the set: columns text, the six labels by their names of 2018, and w where rows are sampled."""
    table = list(rows(folder, name))
    return Jigsaw(
        [row["text"] for row in table],
        np.array([[int(float(row[label])) for label in JIGSAW] for row in table]),
        np.array([float(row.get("w") or 1) for row in table]),
    )
