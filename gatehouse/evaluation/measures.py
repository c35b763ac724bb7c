"""Measures of scores against true labels: area under the curve, recall, calibration error."""

import numpy as np
from numpy.typing import NDArray

from moderation.domain.wilson import wilson_interval

Numbers = NDArray[np.float64]
Truth = NDArray[np.bool_]


def area(truth: Truth, scores: Numbers, weights: Numbers | None = None) -> float:
    """The area under the ROC curve: how often a positive outranks a negative; ties count half.

    weights: of each row. nan where all rows are of one kind.
    """
    weights = np.ones(len(scores)) if weights is None else weights
    order = np.argsort(scores, kind="stable")
    truth, scores, weights = truth[order], scores[order], weights[order]
    below = np.cumsum(np.where(truth, 0.0, weights))
    # Of negatives with an equal score, half count as outranked.
    first = np.searchsorted(scores, scores, "left")
    last = np.searchsorted(scores, scores, "right") - 1
    strictly_below = np.where(first > 0, below[np.maximum(first - 1, 0)], 0.0)
    outranked = (strictly_below + below[last]) / 2
    positives, negatives = weights[truth].sum(), below[-1] if len(below) else 0.0
    if not positives or not negatives:
        return float("nan")
    return float((outranked * weights)[truth].sum() / positives / negatives)


def share_with_interval(hits: int, count: int) -> str:
    """A share with its 95 % confidence interval (Wilson 1927): '1.2 % (0.9-1.7 %) of 2,801'."""
    if not count:
        return "none"
    low, high = (100 * end for end in wilson_interval(hits, count))
    return f"{100 * hits / count:.1f} % ({low:.1f}-{high:.1f} %) of {count:,}"


def threshold_at(negatives: Numbers, share: float) -> float:
    """The score that `share` of the negatives reach or exceed."""
    return float(np.quantile(negatives, 1 - share, method="higher"))


def recall_at(truth: Truth, scores: Numbers, share: float) -> float:
    """The share of positives above the threshold that `share` (0..1) of the negatives reach."""
    return float((scores[truth] > threshold_at(scores[~truth], share)).mean())


def calibration_error(
    truth: Truth, scores: Numbers, weights: Numbers | None = None, bins: int = 15
) -> float:
    """Expected calibration error over bins of equal width (Naeini et al. 2015): 0 is perfect."""
    weights = np.ones(len(scores)) if weights is None else weights
    bin_of_row = np.minimum((scores * bins).astype(int), bins - 1)
    error = 0.0
    for number in range(bins):
        inside = bin_of_row == number
        if inside.any():
            mass = weights[inside].sum() / weights.sum()
            mean_score = np.average(scores[inside], weights=weights[inside])
            share_true = np.average(truth[inside], weights=weights[inside])
            error += mass * abs(float(mean_score) - float(share_true))
    return error


def reliability(
    truth: Truth, scores: Numbers, weights: Numbers | None = None
) -> list[tuple[float, float, int]]:
    """A reliability diagram: (mean score, share true, rows) of each tenth of the scale with at least ten rows."""
    weights = np.ones(len(scores)) if weights is None else weights
    bin_of_row = np.minimum((scores * 10).astype(int), 9)
    return [
        (
            float(np.average(scores[inside], weights=weights[inside])),
            float(np.average(truth[inside], weights=weights[inside])),
            int(inside.sum()),
        )
        for number in range(10)
        if (inside := bin_of_row == number).sum() >= 10
    ]
