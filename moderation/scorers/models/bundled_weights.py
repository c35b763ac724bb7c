"""The bundled model's files: read, checked, and its two halves mixed into one logit for each label."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from moderation.domain.errors import ScorerUnavailable
from moderation.scorers.models.linear import Linear, read_linear
from moderation.scorers.models.model_card import read_card
from moderation.scorers.models.onnx_classifier import OnnxClassifier, sigmoid
from moderation.scorers.models.spelling import Spelling, read_lexicon


@dataclass(frozen=True, slots=True)
class Mix:
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
class Weights:
    network: OnnxClassifier
    linear: Linear
    spelling: Spelling
    mix: Mix
    version: str
    sha256: str


def read_weights(folder: Path, threads: int) -> Weights:
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
        mix = Mix(
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
    return Weights(
        network, linear, spelling, mix, f"{card.id}-{card.version}", _digest_of_files(card.files)
    )


def _mix_column(heads: Sequence[Mapping[str, object]], name: str) -> NDArray[np.float64]:
    return np.array([head[name] for head in heads], np.float64)


def _digest_of_files(files: dict[str, str]) -> str:
    """One SHA-256 for all files: of their names and SHA-256, sorted, one a line."""
    lines = "".join(f"{name} {digest}\n" for name, digest in sorted(files.items()))
    return hashlib.sha256(lines.encode()).hexdigest()


def alone_logits(model: Weights, linear_logits: NDArray[np.float64]) -> NDArray[np.float64]:
    """Logits by the linear model alone."""
    return np.asarray(linear_logits * model.mix.alone[0] + model.mix.alone[1])


def linear_only(model: Weights, linear_logits: NDArray[np.float64]) -> NDArray[np.float64]:
    """Probabilities by the linear model alone."""
    return sigmoid(alone_logits(model, linear_logits))


def mix_logits(
    model: Weights, linear_logits: NDArray[np.float64], network_logits: NDArray[np.float64]
) -> NDArray[np.float64]:
    mix = model.mix
    separate = mix.linear * linear_logits + mix.transformer * network_logits + mix.offset
    return np.asarray(separate @ mix.blend.T + mix.shift)
