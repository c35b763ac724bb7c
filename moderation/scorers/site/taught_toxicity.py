"""What a site's moderators have taught about toxicity: a correction of the model's score, and the score it makes.

The model says how toxic a text is, and in the same pass how it sees it (Signal.vector). A ridge regression tells which
texts this site's moderators removed although the model found them no worse than others. The correction only raises a
score: a lesson can bring a comment before a person, and never lets one through.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from moderation.domain.lesson import Lessons, no_lessons
from moderation.domain.score import Candidate, CommentScorer, Signal
from moderation.scorers.models.vectors import unpack_vector

SIGNAL, MODEL_SIGNAL = "toxicity_here", "toxicity"
# Logits: the most that lessons add to a score. 0.16 becomes 0.46; what is less never reaches 0.45, where `newsroom` holds.
MOST = 1.5
# Decisions of each kind, weights added up, below which nothing is learned.
FEWEST = 20.0
# Comments whose author gave the same name count up to so many of each kind: FEWEST take four names at least.
OF_ONE_NAME = 5
# Inverse variance of the weights. Of 30, 100 and 300, 100 finds most after 1,000 decisions on tweets (docs/models.md).
_RIDGE = 100.0
# Checked on the fifth of the decisions that each fit has not seen: of what the correction would additionally hold from
# HELD_FROM on, this share at least was removed, and so many times the share of all that the model does not hold, and it is
# so many comments at least. Else nothing is corrected.
_FOLDS, HELD_FROM, _SHARE_REMOVED, _LIFT, _FEWEST_CHECKED = 5, 0.45, 1 / 3, 1.5, 6
_LOGIT_LIMIT = 7.0

_Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Example:
    """A decided comment. score: of the model, 0..1. weight: 0..1."""

    vector: bytes
    score: float
    is_toxic: bool
    weight: float


@dataclass(frozen=True, slots=True)
class ModelCorrection:
    """sha256: of the model that made the vectors. direction: logits for each number of a vector. level: what an
    average decided comment gets, taken off."""

    sha256: str
    direction: NDArray[np.float32]
    level: float

    def of(self, vector: bytes) -> float:
        """Logits to add to the model's score: 0 to MOST."""
        with np.errstate(all="ignore"):  # what is no number adds nothing
            added = float(self.direction @ unpack_vector(vector)) - self.level
        return min(max(added, 0.0), MOST) if math.isfinite(added) else 0.0


def pack_correction(correction: ModelCorrection | None) -> bytes:
    """As a lesson stores it; b'' for none."""
    if correction is None:
        return b""
    numbers = np.append(correction.direction, correction.level).astype("<f4")
    return bytes.fromhex(correction.sha256) + numbers.tobytes()


def unpack_correction(packed: bytes) -> ModelCorrection | None:
    """What pack_correction() packed; None for b''."""
    if not packed:
        return None
    numbers = np.frombuffer(packed[32:], "<f4")
    return ModelCorrection(packed[:32].hex(), numbers[:-1], float(numbers[-1]))


def corrected(score: float, correction: float) -> float:
    """A score, 0..1, with so many logits added."""
    return 1 / (1 + math.exp(-_logit(score) - correction)) if correction else score


def fit_correction(sha256: str, examples: Sequence[Example]) -> ModelCorrection | None:
    """What the decisions teach; None where they are too few or where it would not hold what moderators remove.

    sha256: of the model whose scores and vectors these are. The same examples make the same correction.
    """
    toxic = sum(example.weight for example in examples if example.is_toxic)
    if min(toxic, sum(example.weight for example in examples) - toxic) < FEWEST:
        return None
    vectors = np.array([unpack_vector(example.vector) for example in examples], np.float64)
    logits = np.array([_logit(example.score) for example in examples])
    truth = np.array([example.is_toxic for example in examples])
    weights = np.array([example.weight for example in examples])
    if not _holds_what_is_removed(vectors, logits, truth, weights):
        return None
    direction, level = _fit(vectors, logits, truth, weights)
    return ModelCorrection(sha256, direction.astype(np.float32), level)


def _holds_what_is_removed(
    vectors: _Numbers, logits: _Numbers, truth: NDArray[np.bool_], weights: _Numbers
) -> bool:
    """Whether what the correction would additionally hold are comments that people removed often enough."""
    fold_of_row = np.arange(len(truth)) % _FOLDS
    line = _logit(HELD_FROM)
    is_new = np.zeros(len(truth), bool)
    for fold in range(_FOLDS):
        rest, own = fold_of_row != fold, fold_of_row == fold
        direction, level = _fit(vectors[rest], logits[rest], truth[rest], weights[rest])
        added = np.clip(vectors[own] @ direction - level, 0, MOST)
        is_new[own] = (logits[own] < line) & (logits[own] + added >= line)
    if int(is_new.sum()) < _FEWEST_CHECKED:
        return False
    wanted = max(_SHARE_REMOVED, min(0.9, _LIFT * float(truth[logits < line].mean())))
    return float(truth[is_new].mean()) >= wanted


def _fit(
    vectors: _Numbers, logits: _Numbers, truth: NDArray[np.bool_], weights: _Numbers
) -> tuple[_Numbers, float]:
    """Logistic regression on the vector beside the model's own logit, by Newton's steps.

    How many of the decided comments are toxic (the offset) and how steep the model's score is are fitted and left
    out: moderators see the doubtful ones, so both say nothing of comments as they come.
    """
    rows = np.column_stack([vectors, logits, np.ones(len(truth))])
    before = np.zeros(rows.shape[1])
    before[-2] = 1.0
    ridge = np.full(rows.shape[1], _RIDGE)
    ridge[-2:] = 4.0, 0.01

    def loss(values: _Numbers) -> float:
        odds = rows @ values
        fit = weights * (np.logaddexp(0, odds) - truth * odds)
        return float(fit.sum() + (ridge * (values - before) ** 2).sum() / 2)

    values, current = before, loss(before)
    for _ in range(30):
        chance = 1 / (1 + np.exp(-np.clip(rows @ values, -30, 30)))
        slope = rows.T @ (weights * (chance - truth)) + ridge * (values - before)
        bend = (rows * (weights * chance * (1 - chance))[:, None]).T @ rows + np.diag(ridge)
        step = np.linalg.solve(bend, slope)
        while (after := loss(values - step)) > current and np.abs(step).max() > 1e-6:
            step = step / 2
        if after >= current - 1e-9:
            break
        values, current = values - step, after
    direction = values[:-2] / max(values[-2], 0.3)
    return direction, float(np.average(vectors, axis=0, weights=weights) @ direction)


def _logit(score: float) -> float:
    score = min(max(score, 1e-6), 1 - 1e-6)
    return min(max(math.log(score / (1 - score)), -_LOGIT_LIMIT), _LOGIT_LIMIT)


class TaughtToxicity(CommentScorer):
    """`toxicity_here`: the toxicity with what the site's moderators taught, where that is more than the model says.

    note: the number of the lesson. Nothing on sites that have taught too little, and nothing about texts that the
    model has given no vector. lessons: finds what the sites have learned.
    """

    name = "taught_toxicity"

    def __init__(self, lessons: Lessons = no_lessons) -> None:
        self._lessons = lessons

    def signals(self, candidate: Candidate) -> tuple[Signal, ...]:
        return self.measure([candidate])[0]

    def measure(self, batch: Sequence[Candidate]) -> list[tuple[Signal, ...]]:
        sites = {candidate.site_id for candidate in batch if candidate.site_id}
        lessons = self._lessons(sites) if sites else {}
        corrections = {
            site: (lesson.version, correction)
            for site, lesson in lessons.items()
            if (correction := unpack_correction(lesson.toxicity))
        }
        return [
            self._signals(candidate, *corrections[candidate.site_id])
            if candidate.site_id in corrections
            else ()
            for candidate in batch
        ]

    def _signals(
        self, candidate: Candidate, version: int, correction: ModelCorrection
    ) -> tuple[Signal, ...]:
        model = next((signal for signal in candidate.signals if signal.name == MODEL_SIGNAL), None)
        if model is None or not model.vector or model.sha256 != correction.sha256:
            return ()
        added = correction.of(model.vector)
        if not added:
            return ()
        return (Signal(SIGNAL, corrected(model.value, added), self.name, note=str(version)),)
