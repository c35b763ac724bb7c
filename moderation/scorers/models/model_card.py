"""The card of a model's folder, model.json, and the files that it describes, checked against it."""

import hashlib
import io
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from moderation.domain.errors import ScorerUnavailable


@dataclass(frozen=True, slots=True)
class Card:
    """What model.json says about the files beside it.

    id, version: of the model. labels: in the order of the outputs. languages: codes the model has
    learned. window: tokens of text that one pass takes at most, special ones not counted. overlap:
    tokens that two windows of a longer text share at most. precision: 'int8' or 'fp32'.
    files: SHA-256 hex by file name. vector: (tensor, file) of a model that also says how it sees a text, else None.
    of_pieces: the tensor with the logits of a piece of a text, where they are others than a whole text's, else ''.
    facts: everything in the file.
    """

    id: str
    version: str
    labels: tuple[str, ...]
    languages: frozenset[str]
    window: int
    overlap: int
    precision: str
    files: dict[str, str]
    vector: tuple[str, str] | None
    of_pieces: str
    facts: dict[str, Any]


def read_card(folder: Path) -> Card:
    """The card of a model's folder. Raises ScorerUnavailable when there is none or it is damaged."""
    try:
        facts = json.loads((folder / "model.json").read_bytes())
        card = Card(
            str(facts["id"]),
            str(facts["version"]),
            tuple(map(str, facts["labels"])),
            frozenset(map(str, facts["languages"])),
            int(facts["window"]),
            int(facts["overlap"]),
            str(facts["precision"]),
            {str(name): str(digest) for name, digest in facts["files"].items()},
            (str(vector["tensor"]), str(vector["file"]))
            if (vector := facts.get("vector"))
            else None,
            str(facts.get("of_pieces", "")),
            facts,
        )
    except FileNotFoundError:
        raise ScorerUnavailable(f"There is no model in {folder.name}.") from None
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        raise ScorerUnavailable(f"The card of the model {folder.name} cannot be read.") from None
    if not (card.labels and card.window > 1 and card.overlap >= 0):
        raise ScorerUnavailable(f"The card of the model {folder.name} makes no sense.")
    return card


def read_checked(folder: Path, name: str, card: Card) -> bytes:
    """A file of the folder. Raises ScorerUnavailable for one that is missing, or is not the card's."""
    try:
        content = (folder / name).read_bytes()
    except OSError:
        raise ScorerUnavailable(f"{name} of the model {folder.name} cannot be read.") from None
    if hashlib.sha256(content).hexdigest() != card.files.get(name):
        raise ScorerUnavailable(
            f"{name} of the model {folder.name} is damaged: its SHA-256 is another."
        )
    return content


def read_basis(folder: Path, card: Card) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """What is taken off the tensor of a vector, and the directions that are kept of it; none without a vector."""
    if card.vector is None:
        return np.zeros(0, np.float32), np.zeros((0, 0), np.float32)
    content = read_checked(folder, card.vector[1], card)
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as file:
            center, basis = file["center"].astype(np.float32), file["basis"].astype(np.float32)
    except (OSError, ValueError, KeyError):
        raise ScorerUnavailable(f"The vectors of the model {folder.name} cannot be read.") from None
    return center, basis
