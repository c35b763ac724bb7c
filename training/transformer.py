"""Fine-tunes MiniLM-L6 on six labels: python -m training.transformer --work WORK.

Learns from what prepare.py wrote there, and from teacher.py's labels where there are any. Each epoch has every
public example once, new disguised copies, of toxic sentences hidden in harmless ones, and of
written sentences. Wikipedia's readers call other things toxic than the other datasets do: each has a
head of its own, and both are joined when the model is written. bf16; a GPU takes minutes, a CPU with AMX half an hour an epoch.
"""

import argparse
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from transformers import BertConfig, BertModel

from training.corpus import UNKNOWN
from training.learning import Reader, TrainingPlan, auc_by_label, predict_logits, train_epochs
from training.rows import Rows, read_rows
from training.vocabulary import LENGTH

HEAD_WIDTH = 32  # numbers of one attention head: MiniLM-L6 has twelve of them in each layer
# Weight of the other datasets' head, per label; Wikipedia's has the rest. Groups are mostly attacked elsewhere.
OTHERS = (0.3, 0.3, 0.3, 0.3, 0.3, 0.6)


def main(command: Sequence[str] | None = None) -> None:
    arguments = _arguments(command)
    torch.manual_seed(arguments.seed)
    work: Path = arguments.work
    base, held_out = read_rows(work / "base.npz"), read_rows(work / "held.npz")
    draws = len(list(work.glob("more-*.npz")))
    wikipedia = json.loads((work / "facts.json").read_text())["wikipedia"]
    teacher_labels = (
        np.load(work / "teacher.npz")["said"] if (work / "teacher.npz").is_file() else None
    )
    if teacher_labels is not None and len(teacher_labels) != len(base):
        raise SystemExit("teacher.npz is of other examples: run training.teacher again.")
    print("with a teacher" if teacher_labels is not None else "without a teacher", flush=True)
    start = torch.load(work / "start.pt", weights_only=True)
    model = Reader(_body(start, arguments.device), 2 * base.labels.shape[1])
    model.body.load_state_dict(start)
    plan = TrainingPlan(
        epochs=arguments.epochs,
        batch=8_192,
        rate=arguments.rate,
        deeper=0.85,
        filler=0,
        seed=arguments.seed,
        device=arguments.device,
    )

    def rows_of(epoch: int) -> Rows:
        rows = base + read_rows(work / f"more-{epoch % draws}.npz")
        return labels_for_both_heads(rows, wikipedia, teacher_labels, arguments.trust)

    def after(epoch: int) -> None:
        torch.save(join_heads(model), work / arguments.out)
        logits = np.split(
            predict_logits(model, labels_for_both_heads(held_out, wikipedia), plan), 2, axis=1
        )
        heads = (auc_by_label(held_out, head_logits) for head_logits in logits)
        print(f"epoch {epoch}: held-out AUC, by head", *heads, sep="\n", flush=True)

    train_epochs(model, plan, rows_of, after)


def _arguments(command: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, required=True, help="folder that prepare.py wrote")
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--trust", type=float, default=0.5, help="the teacher's part in a label")
    parser.add_argument("--rate", type=float, default=3.5e-4)
    parser.add_argument("--out", default="reader.pt", help="the checkpoint's name in WORK")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--seed", type=int, default=20)
    return parser.parse_args(command)


def labels_for_both_heads(
    rows: Rows, wikipedia: int, teacher_labels: np.ndarray | None = None, trust: float = 0.0
) -> Rows:
    """Labels for both heads, (texts, 12): people's for the head of their dataset, the teacher's for the other.

    wikipedia: so many public examples, the first, are Wikipedia's. Written sentences teach both heads alike.
    trust: the teacher's share in a label that people gave; where they gave none, its own is taken.
    """
    if teacher_labels is None:
        teacher_alone, mixed = np.full_like(rows.labels, UNKNOWN), rows.labels
    else:
        teacher_alone = teacher_labels[rows.origin.clip(min=0)]
        mixed = np.where(
            rows.labels < 0, teacher_alone, trust * teacher_alone + (1 - trust) * rows.labels
        )
    mixed = np.where(rows.origin[:, None] < 0, rows.labels, mixed)
    elsewhere = rows.origin[:, None] >= wikipedia
    wiki = (rows.origin[:, None] >= 0) & ~elsewhere
    labels = np.concatenate(
        (np.where(elsewhere, teacher_alone, mixed), np.where(wiki, teacher_alone, mixed)), axis=1
    )
    return replace(rows, labels=labels.astype(np.float32))


def join_heads(model: Reader) -> dict[str, torch.Tensor]:
    """The weights with both heads joined to one, weighted by OTHERS."""
    state = {name: value.detach().float().cpu() for name, value in model.state_dict().items()}
    other_share = torch.tensor(OTHERS)
    wiki, other = state["head.weight"].chunk(2)
    state["head.weight"] = (1 - other_share)[:, None] * wiki + other_share[:, None] * other
    wiki, other = state["head.bias"].chunk(2)
    state["head.bias"] = (1 - other_share) * wiki + other_share * other
    return state


def layers_of(state: Mapping[str, Any]) -> int:
    """How many layers the transformer has whose weights these are."""
    return sum(name.endswith("attention.self.query.weight") for name in state)


def _body(state: Mapping[str, torch.Tensor], device: str = "cpu") -> BertModel:
    """A network for these weights, as MiniLM-L6 is built, without them and without dropout."""
    vocabulary_size, width = state["embeddings.word_embeddings.weight"].shape
    config = BertConfig(
        vocab_size=vocabulary_size,
        hidden_size=width,
        num_hidden_layers=layers_of(state),
        num_attention_heads=width // HEAD_WIDTH,
        intermediate_size=4 * width,
        max_position_embeddings=LENGTH,
        attention_probs_dropout_prob=0.0,
        hidden_dropout_prob=0.0,
        # On a CPU the backward pass of the other is ten times slower.
        attn_implementation="eager" if device == "cpu" else "sdpa",
    )
    return BertModel(config, add_pooling_layer=False)


def load_reader(work: Path, checkpoint: str = "reader.pt") -> Reader:
    """The model as training left it, in evaluation mode."""
    state = torch.load(work / checkpoint, weights_only=True, map_location="cpu")
    body = {name.removeprefix("body."): value for name, value in state.items()}
    reader = Reader(_body(body), len(state["head.bias"]))
    reader.load_state_dict(state)
    reader.eval()
    return reader


if __name__ == "__main__":
    main()
