"""The network that reads comments and how it is trained, for the teacher and for the shipped model."""

import math
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from sklearn.metrics import roc_auc_score
from torch import Tensor, nn

from training.rows import Rows, batches, padded

WARM_UP = 0.06  # of all steps


class Reader(nn.Module):
    """A transformer with one linear layer over the first, the mean and the greatest of its outputs."""

    def __init__(self, body: Any, labels: int) -> None:
        super().__init__()
        self.body = body  # a model of transformers, which is not type-checked
        self.head = nn.Linear(3 * body.config.hidden_size, labels)
        nn.init.normal_(self.head.weight, std=0.02)
        nn.init.zeros_(self.head.bias)

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        """Logits, one column per label. Both arguments: int64, (texts, tokens)."""
        hidden = self.body(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        mask = attention_mask.unsqueeze(-1).to(hidden.dtype)
        mean = (hidden * mask).sum(1) / mask.sum(1)
        greatest = (hidden - (1 - mask) * 1e4).amax(1)
        pooled = torch.cat((hidden[:, 0], mean, greatest), 1)
        logits: Tensor = self.head(nn.functional.dropout(pooled, 0.1, self.training))
        return logits


@dataclass(frozen=True, slots=True)
class TrainingPlan:
    """How a network learns. batch: tokens, padding included. rate: peak, of the last layer; each layer
    below learns at `deeper` of it. filler: the id of the padding."""

    epochs: int
    batch: int
    rate: float
    deeper: float
    filler: int
    seed: int
    device: str


def train_epochs(
    model: Reader, plan: TrainingPlan, rows_of: Callable[[int], Rows], after: Callable[[int], None]
) -> None:
    """Trains for plan.epochs epochs. rows_of: the rows of an epoch. after: called at the end of each."""
    optimiser = _optimiser(model, plan)
    device = plan.device
    model.to(device).train()
    total = torch.zeros((), device=device)
    begun, step = time.time(), 0
    for epoch in range(plan.epochs):
        rows = rows_of(epoch)
        batch_plan = batches(rows, plan.batch, random.Random(plan.seed + epoch))
        for batch_number, positions in enumerate(batch_plan):
            progress = (epoch + batch_number / len(batch_plan)) / plan.epochs
            for group in optimiser.param_groups:
                group["lr"] = group["peak"] * _schedule(progress)
            ids, mask = padded(rows, positions, plan.filler)
            with torch.autocast(device, torch.bfloat16, enabled=_uses_bfloat16(device)):
                logits = model(ids.to(device), mask.to(device))
            labels, weights = (
                torch.from_numpy(array[positions]).to(device)
                for array in (rows.labels, rows.weights)
            )
            cost = loss(logits.float(), labels, weights)
            torch.autograd.backward(cost)
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimiser.step()
            optimiser.zero_grad()
            step += 1
            total += cost.detach()
            if step % 100 == 0:
                mean, seconds = total.item() / 100, time.time() - begun
                print(
                    f"step {step:,}, {progress:.1%}, loss {mean:.4f}, {seconds:.0f} s", flush=True
                )
                total.zero_()
        after(epoch)


def loss(logits: Tensor, labels: Tensor, weights: Tensor) -> Tensor:
    """Binary cross-entropy over the labels that are known, each example by its weight."""
    label_weights = (labels >= 0).float() * weights.unsqueeze(1)
    each = nn.functional.binary_cross_entropy_with_logits(
        logits, labels.clamp(min=0), reduction="none"
    )
    return (each * label_weights).sum() / label_weights.sum().clamp(min=1)


def predict_logits(model: Reader, rows: Rows, plan: TrainingPlan) -> np.ndarray:
    """The model's logits of every text: float32, (texts, labels)."""
    model.eval()
    all_logits = np.zeros(rows.labels.shape, np.float32)
    autocast = torch.autocast(plan.device, torch.bfloat16, enabled=_uses_bfloat16(plan.device))
    with torch.no_grad(), autocast:
        for positions in batches(rows, 4 * plan.batch, random.Random(0)):
            ids, mask = padded(rows, positions, plan.filler)
            logits = model(ids.to(plan.device), mask.to(plan.device))
            all_logits[positions] = logits.float().cpu().numpy()
    model.train()
    return all_logits


def auc_by_label(rows: Rows, logits: np.ndarray) -> str:
    """The AUC of each label over the texts of which all are known."""
    labelled_rows = np.flatnonzero((rows.labels >= 0).all(1))
    truth = np.rint(rows.labels[labelled_rows]).astype(int)
    area_by_label = [
        roc_auc_score(label_truth, label_logits)
        for label_truth, label_logits in zip(truth.T, logits[labelled_rows].T, strict=True)
    ]
    return " ".join(f"{area:.4f}" for area in area_by_label)


def _uses_bfloat16(device: str) -> bool:
    """Whether numbers of 16 bits are faster on the device. A CPU without AMX emulates them, very slowly."""
    about = Path("/proc/cpuinfo")
    return device != "cpu" or (about.is_file() and "amx_bf16" in about.read_text())


def _optimiser(model: Reader, plan: TrainingPlan) -> torch.optim.AdamW:
    """Deeper layers learn slower; biases and norms do not decay."""
    layers = model.body.config.num_hidden_layers
    groups: list[dict[str, object]] = []
    for name, parameter in model.named_parameters():
        peak = plan.rate * plan.deeper ** (layers - 1 - _layer(name))
        if name.startswith("head"):
            peak = plan.rate * 4
        decay = 0.01 if parameter.dim() > 1 else 0.0
        groups.append({"params": [parameter], "peak": peak, "lr": peak, "weight_decay": decay})
    return torch.optim.AdamW(groups, betas=(0.9, 0.98), fused=True)


def _layer(name: str) -> int:
    """Which layer a parameter belongs to; the embeddings to -1."""
    _, separator, rest = name.partition("encoder.layer.")
    return int(rest.split(".")[0]) if separator else -1


def _schedule(progress: float) -> float:
    """The learning rate's part of its peak: up, then down along a cosine. done: 0 to 1."""
    if progress < WARM_UP:
        return progress / WARM_UP
    return 0.02 + 0.98 * (0.5 + 0.5 * math.cos(math.pi * (progress - WARM_UP) / (1 - WARM_UP)))
