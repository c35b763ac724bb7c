"""Turns scores into probabilities: Platt's method (Platt 1999), at the prevalence of real comments."""

import numpy as np
from scipy.optimize import minimize

from training.corpus import UNKNOWN


def calibrate(logits: np.ndarray, wanted: np.ndarray, prevalence: float) -> tuple[float, float]:
    """Platt's slope and offset, rows weighted so that the label is as rare as in real comments."""
    is_labelled = wanted != UNKNOWN
    logits, truth = logits[is_labelled], (wanted[is_labelled] == 1).astype(float)
    weights = np.where(truth == 1, prevalence / truth.mean(), (1 - prevalence) / (1 - truth.mean()))

    def loss(point: np.ndarray) -> float:
        value = point[0] * logits + point[1]
        return float((weights * (np.logaddexp(0, value) - truth * value)).mean())

    slope, offset = minimize(loss, np.array([1.0, 0.0]), method="Nelder-Mead").x
    return float(slope), float(offset)
