"""Times of frames that follow each other evenly."""

import numpy as np
from numpy.typing import NDArray


def steady_times(count: int, step_ms: float) -> NDArray[np.float64]:
    """Return ``count`` times, the first at 0."""
    return np.asarray(np.arange(count) * step_ms, np.float64)
