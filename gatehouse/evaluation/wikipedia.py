"""What a model does on comments of Wikipedia's talk pages: as they are, disguised, buried, groups swapped."""

import random
from pathlib import Path

import numpy as np

from gatehouse.evaluation import sets
from gatehouse.evaluation.evaluated_model import EvaluatedModel, Line
from gatehouse.evaluation.measures import (
    Numbers,
    Truth,
    area,
    calibration_error,
    recall_at,
    reliability,
)
from gatehouse.evaluation.sets import LABELS, rows


def official_test(folder: Path, name: str, model: EvaluatedModel) -> list[Line]:
    """The test set of 2018, its clean rows weighted to their real number."""
    test = sets.jigsaw(folder, name)
    before = model.cpu_seconds
    scores = model.scores(test.texts)
    rate = len(test.texts) / (model.cpu_seconds - before)
    truth = test.truth == 1
    areas = [area(truth[:, label], scores[:, label], test.weights) for label in range(len(LABELS))]
    lines = [(f"AUC {label}", f"{value:.4f}") for label, value in zip(LABELS, areas, strict=True)]
    lines.append(("AUC, mean of the columns", f"{np.mean(areas):.4f}"))
    for share in (0.01, 0.05):
        recall = recall_at(truth[:, 0], scores[:, 0], share)
        lines.append((f"toxic found at {share:.0%} false alarms", f"{recall:.3f}"))
    error = calibration_error(truth[:, 0], scores[:, 0], test.weights)
    lines.append(("calibration error (ECE) at 9.6 % toxic", f"{error:.4f}"))
    lines += _reliability_lines(truth[:, 0], scores[:, 0], test.weights)
    lines.append(("comments per CPU second", f"{rate:,.0f}"))
    return lines


def as_it_comes(folder: Path, name: str, model: EvaluatedModel) -> list[Line]:
    """A sample with its natural share of toxic comments; of its halves the one not used in training."""
    table = [row for row in rows(folder, name) if row["split"] == "gn"]
    scores = model.scores([row["text"] for row in table])
    truth = np.array([row["label"] == "1" for row in table])
    held = model.held(scores)
    lines = [
        ("AUC", f"{area(truth, scores[:, 0]):.4f}"),
        ("calibration error (ECE) of toxicity", f"{calibration_error(truth, scores[:, 0]):.4f}"),
        ("harmless held by the policy", f"{held[~truth].mean():.2%}"),
        ("toxic held by the policy", f"{held[truth].mean():.1%}"),
    ]
    return lines + _reliability_lines(truth, scores[:, 0])


def _reliability_lines(truth: Truth, scores: Numbers, weights: Numbers | None = None) -> list[Line]:
    return [
        (f"mean toxicity score {score:.2f}", f"share toxic {share:.2f} ({count} rows)")
        for score, share, count in reliability(truth, scores, weights)
    ]


def swapped_groups(folder: Path, name: str, model: EvaluatedModel) -> list[Line]:
    """Comments that name a group, and the same with another group in its place."""
    table = list(rows(folder, name))
    toxic = np.array([row["toxic"].lower() in ("true", "1", "1.0") for row in table])
    as_written = model.scores([row["comment"] for row in table])[:, 0]
    swapped = model.scores([row["fuzzed"] for row in table])[:, 0]
    return [
        ("AUC as written", f"{area(toxic, as_written):.4f}"),
        ("AUC with groups swapped", f"{area(toxic, swapped):.4f}"),
    ]


def buried(folder: Path, name: str, model: EvaluatedModel) -> list[Line]:
    """One toxic sentence at ten positions of a comment of 5,000 harmless words."""
    test = sets.jigsaw(folder, name)
    chance = random.Random(3)
    clean, toxic = _split(test.texts, test.truth[:, 0] == 1)
    short = [text for text in toxic if 20 < len(text) < 120]
    passed, _ = _split(clean, model.held(model.scores(clean)))
    _, held_alone = _split(short, model.held(model.scores(short)))

    def harmless_words() -> list[str]:
        return " ".join(chance.sample(passed, min(len(passed), 250))).split()[:5000]

    texts = []
    for text in chance.sample(held_alone, min(8, len(held_alone))):
        words = harmless_words()
        for position in np.linspace(0, len(words), 10).astype(int):
            texts.append(" ".join([*words[:position], text, *words[position:]]))
    without = [" ".join(harmless_words()) for _ in range(10)]
    held = model.held(model.scores(texts))
    return [
        ("such comments held", f"{held.sum()} of {len(held)}"),
        ("of as many words without it held", f"{model.held(model.scores(without)).sum()} of 10"),
    ]


def _split(texts: list[str], selected: Truth) -> tuple[list[str], list[str]]:
    """The texts that are not selected, and those that are."""
    pairs = list(zip(texts, selected, strict=True))
    return [text for text, yes in pairs if not yes], [text for text, yes in pairs if yes]
