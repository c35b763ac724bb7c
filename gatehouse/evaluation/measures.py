"""The figures: areas, recalls and calibration errors, of scores and what is true."""

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
Truth = NDArray[np.bool_]


def area(truth: Truth, scores: Numbers, weights: Numbers | None = None) -> float:
    """The area under the ROC curve: how often a positive outranks a negative; ties count half.

    weights: of each row. nan where one of both kinds is missing.
    """
    weights = np.ones(len(scores)) if weights is None else weights
    order = np.argsort(scores, kind="stable")
    truth, scores, weights = truth[order], scores[order], weights[order]
    below = np.cumsum(np.where(truth, 0.0, weights))
    # Of equal scores, half of the negatives count.
    first = np.searchsorted(scores, scores, "left")
    last = np.searchsorted(scores, scores, "right") - 1
    under = np.where(first > 0, below[np.maximum(first - 1, 0)], 0.0)
    beaten = (under + below[last]) / 2
    positives, negatives = weights[truth].sum(), below[-1] if len(below) else 0.0
    if not positives or not negatives:
        return float("nan")
    return float((beaten * weights)[truth].sum() / positives / negatives)


def threshold_at(negatives: Numbers, share: float) -> float:
    """The score that `share` of the negatives reach or exceed."""
    return float(np.quantile(negatives, 1 - share, method="higher"))


def recall_at(truth: Truth, scores: Numbers, share: float) -> float:
    """Positives above the threshold that `share` (0..1) of the negatives exceed."""
    return float((scores[truth] > threshold_at(scores[~truth], share)).mean())


def calibration_error(
    truth: Truth, scores: Numbers, weights: Numbers | None = None, bins: int = 15
) -> float:
    """Expected calibration error over bins of equal width (Naeini et al. 2015): 0 is perfect."""
    weights = np.ones(len(scores)) if weights is None else weights
    place = np.minimum((scores * bins).astype(int), bins - 1)
    error = 0.0
    for at in range(bins):
        inside = place == at
        if inside.any():
            mass = weights[inside].sum() / weights.sum()
            said = np.average(scores[inside], weights=weights[inside])
            true = np.average(truth[inside], weights=weights[inside])
            error += mass * abs(float(said) - float(true))
    return error


def reliability(
    truth: Truth, scores: Numbers, weights: Numbers | None = None
) -> list[tuple[float, float, int]]:
    """(mean score, share true, rows) of each tenth of the scale that has ten rows: a reliability diagram."""
    weights = np.ones(len(scores)) if weights is None else weights
    place = np.minimum((scores * 10).astype(int), 9)
    return [
        (
            float(np.average(scores[inside], weights=weights[inside])),
            float(np.average(truth[inside], weights=weights[inside])),
            int(inside.sum()),
        )
        for at in range(10)
        if (inside := place == at).sum() >= 10
    ]
