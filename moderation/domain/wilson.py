"""The interval in which a share lies that was counted on a sample (Wilson 1927)."""

import math

_Z = 1.96  # 95 %


def wilson_interval(hits: float, count: float) -> tuple[float, float]:
    """The 95 % confidence interval of hits / count, 0..1. count: 1 or more; neither need be whole."""
    share = hits / count
    scale = 1 + _Z * _Z / count
    middle = (share + _Z * _Z / (2 * count)) / scale
    reach = _Z * math.sqrt(share * (1 - share) / count + _Z * _Z / (4 * count**2)) / scale
    # What is counted lies in it, however its bounds are rounded.
    return max(0.0, min(share, middle - reach)), min(1.0, max(share, middle + reach))
