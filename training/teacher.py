"""Labels the examples anew with a larger model: python -m training.teacher --base FOLDER --work WORK.

MPNet (Song et al. 2020, arXiv 2004.09297) as all-mpnet-base-v2 (Apache-2.0), eight times the size of what is shipped,
learns from all parts but one of what prepare.py wrote, and labels that one; so for each part, as it must not label
what it knows by heart. Where people disagreed or did not label, its label is the better one.
Writes teacher.npz: float16, (examples, 6), probabilities. Minutes of a large GPU, a night of a CPU.
"""

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import torch
from transformers import MPNetModel

from training.learning import Reader, TrainingPlan, auc_by_label, predict_logits, train_epochs
from training.rows import Rows, read_rows

FILLER = 1  # MPNet's <pad>


def main(command: Sequence[str] | None = None) -> None:
    arguments = _arguments(command)
    work: Path = arguments.work
    base, written = read_rows(work / "teacher-base.npz"), read_rows(work / "teacher-written.npz")
    parts = np.random.default_rng(arguments.seed).permutation(len(base)) % arguments.parts
    plan = TrainingPlan(
        epochs=arguments.epochs,
        batch=16_384,
        rate=8e-5,
        deeper=0.9,
        filler=FILLER,
        seed=arguments.seed,
        device=arguments.device,
    )
    probabilities = np.zeros(base.labels.shape, np.float16)
    for part in range(arguments.parts):
        torch.manual_seed(arguments.seed + part)
        model = Reader(
            MPNetModel.from_pretrained(arguments.base, add_pooling_layer=False),
            base.labels.shape[1],
        )
        train_epochs(
            model,
            plan,
            _same_rows(base.select(np.flatnonzero(parts != part)) + written),
            lambda _: None,
        )
        part_positions = np.flatnonzero(parts == part)
        part_rows = base.select(part_positions)
        logits = predict_logits(model, part_rows, plan)
        probabilities[part_positions] = 1 / (1 + np.exp(-logits))
        print(
            f"part {part}: AUC of what it has not seen", auc_by_label(part_rows, logits), flush=True
        )
    np.savez_compressed(work / "teacher.npz", said=probabilities)


def _same_rows(rows: Rows) -> Callable[[int], Rows]:
    """The same rows in every epoch."""
    return lambda _: rows


def _arguments(command: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--base", type=Path, required=True, help="folder of all-mpnet-base-v2")
    parser.add_argument("--work", type=Path, required=True, help="folder that prepare.py wrote")
    parser.add_argument("--parts", type=int, default=3)
    parser.add_argument("--epochs", type=int, default=2)
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--seed", type=int, default=20)
    return parser.parse_args(command)


if __name__ == "__main__":
    main()
