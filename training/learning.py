"""The networks that read comments, and how they learn: shared by the teacher and by what is shipped."""

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
class Course:
    """How a network learns. batch: tokens, padding included. rate: peak, of the last layer; each layer
    below learns at `deeper` of it. filler: the id of the padding."""

    epochs: int
    batch: int
    rate: float
    deeper: float
    filler: int
    seed: int
    device: str


def learn(
    model: Reader, course: Course, rows_of: Callable[[int], Rows], after: Callable[[int], None]
) -> None:
    """So many epochs. rows_of: what an epoch learns from. after: called at an epoch's end."""
    optimiser = _optimiser(model, course)
    device = course.device
    model.to(device).train()
    total = torch.zeros((), device=device)
    begun, step = time.time(), 0
    for epoch in range(course.epochs):
        rows = rows_of(epoch)
        plan = batches(rows, course.batch, random.Random(course.seed + epoch))
        for at, places in enumerate(plan):
            done = (epoch + at / len(plan)) / course.epochs
            for group in optimiser.param_groups:
                group["lr"] = group["peak"] * _schedule(done)
            ids, mask = padded(rows, places, course.filler)
            with torch.autocast(device, torch.bfloat16, enabled=_short(device)):
                logits = model(ids.to(device), mask.to(device))
            labels, weights = (
                torch.from_numpy(one[places]).to(device) for one in (rows.labels, rows.weights)
            )
            cost = loss(logits.float(), labels, weights)
            torch.autograd.backward(cost)
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimiser.step()
            optimiser.zero_grad()
            step += 1
            total += cost.detach()
            if step % 100 == 0:
                mean, spent = total.item() / 100, time.time() - begun
                print(f"step {step:,}, {done:.1%}, loss {mean:.4f}, {spent:.0f} s", flush=True)
                total.zero_()
        after(epoch)


def loss(logits: Tensor, labels: Tensor, weights: Tensor) -> Tensor:
    """Binary cross-entropy over the labels that are known, each example by its weight."""
    known = (labels >= 0).float() * weights.unsqueeze(1)
    each = nn.functional.binary_cross_entropy_with_logits(
        logits, labels.clamp(min=0), reduction="none"
    )
    return (each * known).sum() / known.sum().clamp(min=1)


def judged(model: Reader, rows: Rows, course: Course) -> np.ndarray:
    """The model's logits of every text: float32, (texts, labels)."""
    model.eval()
    found = np.zeros(rows.labels.shape, np.float32)
    short = torch.autocast(course.device, torch.bfloat16, enabled=_short(course.device))
    with torch.no_grad(), short:
        for places in batches(rows, 4 * course.batch, random.Random(0)):
            ids, mask = padded(rows, places, course.filler)
            logits = model(ids.to(course.device), mask.to(course.device))
            found[places] = logits.float().cpu().numpy()
    model.train()
    return found


def areas(rows: Rows, logits: np.ndarray) -> str:
    """The AUC of each label over the texts of which all are known."""
    known = np.flatnonzero((rows.labels >= 0).all(1))
    truth = np.rint(rows.labels[known]).astype(int)
    found = [roc_auc_score(one, other) for one, other in zip(truth.T, logits[known].T, strict=True)]
    return " ".join(f"{one:.4f}" for one in found)


def _short(device: str) -> bool:
    """Whether numbers of 16 bits are faster there. A CPU without AMX only imitates them, very slowly."""
    about = Path("/proc/cpuinfo")
    return device != "cpu" or (about.is_file() and "amx_bf16" in about.read_text())


def _optimiser(model: Reader, course: Course) -> torch.optim.AdamW:
    """Deeper layers learn slower; biases and norms do not decay."""
    layers = model.body.config.num_hidden_layers
    groups: list[dict[str, object]] = []
    for name, parameter in model.named_parameters():
        peak = course.rate * course.deeper ** (layers - 1 - _layer(name))
        if name.startswith("head"):
            peak = course.rate * 4
        decay = 0.01 if parameter.dim() > 1 else 0.0
        groups.append({"params": [parameter], "peak": peak, "lr": peak, "weight_decay": decay})
    return torch.optim.AdamW(groups, betas=(0.9, 0.98), fused=True)


def _layer(name: str) -> int:
    """Which layer a parameter belongs to; the embeddings to -1."""
    _, found, rest = name.partition("encoder.layer.")
    return int(rest.split(".")[0]) if found else -1


def _schedule(done: float) -> float:
    """The learning rate's part of its peak: up, then down along a cosine. done: 0 to 1."""
    if done < WARM_UP:
        return done / WARM_UP
    return 0.02 + 0.98 * (0.5 + 0.5 * math.cos(math.pi * (done - WARM_UP) / (1 - WARM_UP)))
