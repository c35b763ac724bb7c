"""How a model saw a text, as it is kept: one signed byte for each number of its vector."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

# Over public comments each number has the mean 0 and the deviation 1; a byte holds five times that at most.
RANGE = 5.0
_STEPS = 127


def pack_vector(windows: NDArray[np.float64], token_counts: Sequence[int]) -> bytes:
    """The mean vector of a text's windows, each weighing as much as it has tokens; b'' without any number."""
    if not windows.size:
        return b""
    mean = np.average(windows, axis=0, weights=token_counts)
    return np.rint(np.clip(mean / RANGE, -1, 1) * _STEPS).astype(np.int8).tobytes()


def unpack_vector(vector: bytes) -> NDArray[np.float32]:
    """What pack_vector() packed, to the 25th of a deviation; () for b''."""
    return np.frombuffer(vector, np.int8).astype(np.float32) * np.float32(RANGE / _STEPS)
