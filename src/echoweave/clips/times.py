"""Times of frames."""

import numpy as np
from numpy.typing import NDArray


def steady_times(count: int, step_ms: float) -> NDArray[np.float64]:
    """Return ``count`` times, the first at 0."""
    return np.asarray(np.arange(count) * step_ms, np.float64)


def mean_frame_rate(times_ms: NDArray[np.float64] | None) -> float | None:
    """Return the mean frame rate in Hz of frames at these times; None if unknown."""
    if times_ms is None or len(times_ms) < 2 or times_ms[-1] <= times_ms[0]:
        return None
    return 1000 * (len(times_ms) - 1) / float(times_ms[-1] - times_ms[0])
