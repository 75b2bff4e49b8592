"""Frames beyond the ends of a sequence: its own ones, mirrored."""

import numpy as np
from numpy.typing import NDArray


def mirrored_indices(indices: NDArray[np.intp], n_frames: int) -> NDArray[np.intp]:
    """Return which of ``n_frames`` frames stands at each of ``indices``, which may be any.

    The sequence is mirrored at its first and last frame, again and again: of three frames
    -1, 0, 1, 2, 3, 4, 5 are 1, 0, 1, 2, 1, 0, 1. A half cycle so goes on as a heart does.
    """
    period = max(2 * (n_frames - 1), 1)
    place = indices % period
    return np.minimum(place, period - place)
