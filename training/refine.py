"""Trains the shipped transformer a little further: python -m training.refine --data DIR --work WORK.

For new sentences, without the teacher and without a GPU: an hour of one core. Starts from the weights in
moderation/weights/bundled/, eight bits as they are. Learns the sentences of plain_sentences.py from their labels, and a sample
of everything else again, whose labels count half: the other half is what the shipped weights say, so that they
forget little. The embeddings and the lower layers stay. Writes reader.pt and what assemble.py needs beside it.
"""

import argparse
import random
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import numpy_helper

from moderation.scorers.models.bundled import FOLDER
from moderation.scorers.models.onnx_classifier import OnnxClassifier, sigmoid
from moderation.scorers.models.spelling import read_lexicon
from training.corpus import Example
from training.evasions import toxic_words
from training.examples import buried_examples, epoch_additions, split
from training.learning import Reader, TrainingPlan, auc_by_label, predict_logits, train_epochs
from training.plain_sentences import plain_sentences
from training.prepare import texts_as_scored, to_rows
from training.rows import Rows
from training.transformer import body_for
from training.vocabulary import read_tokenizer

LONGEST = 260  # characters of a text that is learned again: long ones cost most
TOKENS = 80
TRUST = 0.5  # what the shipped weights say, in a label that is learned again
_MEASURED = 400  # held-out comments after each epoch
_NEWS = ("toxic_spans", "rest of toxic_spans", "civil")
# Of the examples that are learned again. made: written by sentences.py, disguised, set among others.
_SHARES = {"wiki": 0.35, "news": 0.2, "other": 0.2, "made": 0.25}


def main(command: Sequence[str] | None = None) -> None:
    arguments = _arguments(command)
    torch.manual_seed(arguments.seed)
    work: Path = arguments.work
    work.mkdir(parents=True, exist_ok=True)
    for name in ("tokenizer.json", "lexicon.txt", "linear.npz"):
        shutil.copyfile(FOLDER / name, work / name)
    state = shipped_state(FOLDER / "model.onnx")
    body = {name.removeprefix("body."): value for name, value in state.items()}
    model = Reader(body_for(body), len(state["head.bias"]))
    model.load_state_dict(state)
    for name, parameter in model.body.named_parameters():
        lower = any(f"layer.{layer}." in name for layer in range(arguments.frozen))
        parameter.requires_grad = not (lower or name.startswith("embeddings"))
    train, held_out = split(arguments.data, arguments.seed)
    epochs = _Epochs(train, arguments)
    held_rows = epochs.rows(held_out[:_MEASURED])
    plan = TrainingPlan(
        epochs=arguments.epochs,
        batch=arguments.batch,
        rate=arguments.rate,
        deeper=0.85,
        filler=0,
        seed=arguments.seed,
        device="cpu",
        seconds=60 * arguments.minutes,
    )

    def after(epoch: int) -> None:
        torch.save(model.state_dict(), work / "reader.pt")
        areas = auc_by_label(held_rows, predict_logits(model, held_rows, plan))
        print(f"epoch {epoch}: held-out AUC {areas}", flush=True)

    train_epochs(model, plan, epochs.of, after)


def _arguments(command: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the public datasets")
    parser.add_argument("--work", type=Path, required=True, help="folder for the checkpoint")
    parser.add_argument("--epochs", type=int, default=12, help="a checkpoint after each")
    parser.add_argument("--again", type=int, default=2_000, help="public examples in each epoch")
    parser.add_argument("--written", type=int, default=5_000, help="new sentences in each epoch")
    parser.add_argument("--frozen", type=int, default=3, help="lower layers that stay as they are")
    parser.add_argument("--batch", type=int, default=1_536, help="tokens")
    parser.add_argument("--rate", type=float, default=2e-4)
    parser.add_argument("--minutes", type=float, default=60, help="it stops then, wherever it is")
    parser.add_argument("--seed", type=int, default=20)
    return parser.parse_args(command)


def shipped_state(path: Path) -> dict[str, torch.Tensor]:
    """The weights of a model.onnx that export.py wrote, as Reader names them: float32, in their eight bits."""
    found = {
        weight.name: numpy_helper.to_array(weight) for weight in onnx.load(path).graph.initializer
    }
    for name in [name for name in found if name.endswith("_quantized")]:
        stem = name.removesuffix("_quantized")
        integers = found.pop(name).astype(np.float32)
        zero = found.pop(f"{stem}_zero_point").astype(np.float32)
        found[stem] = (integers - zero) * found.pop(f"{stem}_scale")
    state = {
        "head.weight": found.pop("head.weight_Transposed").T,
        "head.bias": found.pop("head.bias"),
        "body.embeddings.position_embeddings.weight": found.pop("places"),  # types are in them
        "body.embeddings.word_embeddings.weight": found.pop("embeddings.word_embeddings.weight"),
    }
    width = state["head.weight"].shape[1] // 3
    state["body.embeddings.token_type_embeddings.weight"] = np.zeros((2, width), np.float32)
    for name, value in found.items():
        layer, _, part = name.partition(".qkv")
        if name in ("zero", "one"):
            continue
        if layer != name:
            for kind, piece in zip(("query", "key", "value"), np.split(value, 3, -1), strict=True):
                state[f"body.{layer}.attention.self.{kind}{part or '.weight'}"] = piece.T
        else:
            state[f"body.{name}"] = value.T if value.ndim == 2 else value
    return {name: torch.from_numpy(np.array(value, np.float32)) for name, value in state.items()}


class _Epochs:
    """The rows of each epoch: new sentences, some set among harmless ones, and a sample of everything else."""

    def __init__(self, train: Sequence[Example], arguments: argparse.Namespace) -> None:
        self._train, self._arguments = train, arguments
        self._toxic = toxic_words(train)
        self._shipped = OnnxClassifier(FOLDER)
        self._spelling = read_lexicon(
            (FOLDER / "lexicon.txt").read_text(encoding="utf-8"), self._shipped.words
        )
        self._tokenizer = read_tokenizer(FOLDER, TOKENS)

    def rows(self, examples: Sequence[Example]) -> Rows:
        """The examples as they are labelled."""
        return to_rows(examples, texts_as_scored(examples, self._spelling), self._tokenizer)

    def of(self, epoch: int) -> Rows:
        """The rows of an epoch, counted from 0."""
        seed = self._arguments.seed + epoch
        random_ = random.Random(seed)
        new = list(plain_sentences(seed, self._arguments.written))
        hidden = buried_examples(new, len(new) // 10, random_)
        return self.rows([*new, *hidden]) + self._again(seed, random_)

    def _again(self, seed: int, random_: random.Random) -> Rows:
        """Examples that the shipped weights have learned; their own opinion counts TRUST."""
        count = self._arguments.again
        sources = {"jigsaw": "wiki", "talk": "wiki"} | dict.fromkeys(_NEWS, "news")
        short: dict[str, list[Example]] = {"wiki": [], "news": [], "other": []}
        for example in self._train:
            if len(example.text) < LONGEST:
                short[sources.get(example.source, "other")].append(example)
        few = random_.sample(self._train, min(len(self._train), 2 * count))
        short["made"] = epoch_additions(few, self._toxic, seed, count)
        chosen = [
            example
            for kind, share in _SHARES.items()
            for example in random_.sample(short[kind], min(len(short[kind]), int(count * share)))
        ]
        rows = self.rows(chosen)
        windows = [
            self._shipped.windows(text)[:1] for text in texts_as_scored(chosen, self._spelling)
        ]
        said = sigmoid(
            self._shipped.rows([window for text_windows in windows for window in text_windows])
        )
        labels = np.where(rows.labels < 0, said, TRUST * said + (1 - TRUST) * rows.labels)
        return replace(rows, labels=labels.astype(np.float32))


if __name__ == "__main__":
    main()
