"""Teaches the shipped transformer new sentences: python -m training.refine --data DIR --work WORK.

Without a teacher, a GPU or hours: some minutes of one core. Only the last linear layer learns; the network below it
stays as it ships, in its eight bits. It learns the sentences of plain_sentences.py from their labels, and a sample of
everything else again, labelled half by people and half by the shipped weights, so that it forgets little. Writes
reader.pt and the other files that assemble.py needs.
"""

import argparse
import random
import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor

from moderation.scorers.models.bundled import FOLDER
from moderation.scorers.models.onnx_classifier import OnnxClassifier, sigmoid
from moderation.scorers.models.spelling import read_lexicon
from training.corpus import Example
from training.evasions import toxic_words
from training.examples import buried_examples, epoch_additions, split
from training.learning import loss
from training.plain_sentences import plain_sentences
from training.prepare import texts_as_scored

LONGEST = 260  # characters of a text that is learned again: long ones cost most
TRUST = 0.5  # what the shipped weights say, in a label that is learned again
NEW = 0.4  # the new sentences' part in the loss
_NEWS = ("toxic_spans", "rest of toxic_spans", "civil")
# Of the examples that are learned again. made: written by sentences.py, disguised, set among others.
_SHARES = {"wiki": 0.4, "news": 0.2, "other": 0.2, "made": 0.2}


def main(command: Sequence[str] | None = None) -> None:
    arguments = _arguments(command)
    work: Path = arguments.work
    work.mkdir(parents=True, exist_ok=True)
    for name in ("tokenizer.json", "lexicon.txt", "linear.npz"):
        shutil.copyfile(arguments.start / name, work / name)
    random_ = random.Random(arguments.seed)
    train, _ = split(arguments.data, arguments.seed)
    new = list(plain_sentences(arguments.seed, arguments.written))
    new += buried_examples(new, len(new) // 12, random_)
    again = _sample(train, arguments.again, arguments.seed, random_)
    print(f"{len(new):,} new sentences, {len(again):,} examples again", flush=True)
    features, said = _as_shipped([*new, *again], arguments.start)
    labels = np.array([example.labels for example in (*new, *again)])
    learned = np.arange(len(labels)) >= len(new)
    mixed = np.where(labels < 0, said, TRUST * said + (1 - TRUST) * labels)
    labels = np.where(learned[:, None], mixed, labels)
    weights = np.where(learned, (1 - NEW) / len(again), NEW / len(new))
    state = shipped_state(arguments.start / "model.onnx")
    head = fit_head(
        features, labels, weights, (state["head.weight"], state["head.bias"]), arguments.stay
    )
    state["head.weight"], state["head.bias"] = head
    torch.save(state, work / "reader.pt")


def _arguments(command: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the public datasets")
    parser.add_argument("--work", type=Path, required=True, help="folder for the checkpoint")
    parser.add_argument("--start", type=Path, default=FOLDER, help="the model's folder")
    parser.add_argument("--written", type=int, default=6_000, help="new sentences")
    parser.add_argument("--again", type=int, default=5_400, help="examples to learn again")
    parser.add_argument(
        "--stay", type=float, default=1e-3, help="how much the layer should stay as it is"
    )
    parser.add_argument("--seed", type=int, default=20)
    return parser.parse_args(command)


def _sample(
    train: Sequence[Example], count: int, seed: int, random_: random.Random
) -> list[Example]:
    """Short examples of each kind that the shipped weights have learned."""
    short: dict[str, list[Example]] = {"wiki": [], "news": [], "other": []}
    for example in train:
        if len(example.text) < LONGEST:
            is_wiki, is_news = example.source in ("jigsaw", "talk"), example.source in _NEWS
            short["wiki" if is_wiki else "news" if is_news else "other"].append(example)
    few = random_.sample(train, min(len(train), count))
    short["made"] = epoch_additions(few, toxic_words(few), seed, count // 2)
    return [
        example
        for kind, share in _SHARES.items()
        for example in random_.sample(short[kind], min(len(short[kind]), int(share * count)))
    ]


def _as_shipped(examples: Sequence[Example], folder: Path) -> tuple[np.ndarray, np.ndarray]:
    """(what the shipped network hands to its last layer, the probabilities of that), one row a text."""
    classifier = OnnxClassifier(folder)
    lexicon = (folder / "lexicon.txt").read_text(encoding="utf-8")
    model = onnx.load(folder / "model.onnx")
    model.graph.output.append(
        helper.make_tensor_value_info("pooled", TensorProto.FLOAT, ["texts", "numbers"])
    )
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), providers=["CPUExecutionProvider"]
    )
    rows = []
    for text in texts_as_scored(examples, read_lexicon(lexicon, classifier.words)):
        ids = np.frombuffer(classifier.windows(text)[0].ids, np.int32).astype(np.int64)
        rows.append(session.run(["pooled", "logits"], {"input_ids": ids[None]}))
    features, logits = (np.concatenate(column) for column in zip(*rows, strict=True))
    return features, sigmoid(logits)


def fit_head(
    features: np.ndarray,
    labels: np.ndarray,
    weights: np.ndarray,
    head: tuple[Tensor, Tensor],
    stay: float,
) -> tuple[Tensor, Tensor]:
    """Weights and biases of the last layer. labels: below 0 where unknown. head: as they were; what they
    change by costs `stay` times its square, each number of the features counted by its spread."""
    inputs, wanted, parts = (
        torch.from_numpy(array.astype(np.float32)) for array in (features, labels, weights)
    )
    spread = inputs.std(0) + 1e-3
    change, shift = torch.zeros_like(head[0]), torch.zeros_like(head[1])
    for part in (change, shift):
        part.requires_grad_()
    optimiser = torch.optim.LBFGS([change, shift], max_iter=60, line_search_fn="strong_wolfe")

    def step() -> float:
        optimiser.zero_grad()
        logits = inputs @ (head[0] + change / spread).T + head[1] + shift
        cost = loss(logits, wanted, parts) + stay * (change**2).sum()
        torch.autograd.backward(cost)
        return float(cost)

    optimiser.step(step)
    return (head[0] + change / spread).detach(), (head[1] + shift).detach()


def shipped_state(path: Path) -> dict[str, Tensor]:
    """The weights of a model.onnx that export.py wrote, as Reader names them, in float32."""
    found = {
        weight.name: numpy_helper.to_array(weight) for weight in onnx.load(path).graph.initializer
    }
    for name in [name for name in found if name.endswith("_quantized")]:
        stem = name.removesuffix("_quantized")
        integers = found.pop(name).astype(np.float32)
        zero = found.pop(f"{stem}_zero_point").astype(np.float32)
        found[stem] = (integers - zero) * found.pop(f"{stem}_scale")
    embeddings = "body.embeddings"
    state = {
        "head.weight": found.pop("head.weight_Transposed").T,
        "head.bias": found.pop("head.bias"),
        f"{embeddings}.position_embeddings.weight": found.pop("places"),  # types are in them
        f"{embeddings}.word_embeddings.weight": found.pop("embeddings.word_embeddings.weight"),
    }
    width = state["head.weight"].shape[1] // 3
    state[f"{embeddings}.token_type_embeddings.weight"] = np.zeros((2, width), np.float32)
    for name, value in found.items():
        layer, is_joined, part = name.partition(".qkv")
        if is_joined:
            for kind, piece in zip(("query", "key", "value"), np.split(value, 3, -1), strict=True):
                state[f"body.{layer}.attention.self.{kind}{part or '.weight'}"] = piece.T
        elif name not in ("zero", "one"):
            state[f"body.{name}"] = value.T if value.ndim == 2 else value
    return {name: torch.from_numpy(np.array(value, np.float32)) for name, value in state.items()}


if __name__ == "__main__":
    main()
