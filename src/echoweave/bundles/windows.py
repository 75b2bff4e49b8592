"""Windows over frames and time, as nnU-Net lays them (Isensee et al. 2021)."""

import itertools
from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

# Windows overlap by half; a weight falls from their middle with this share of their size as sigma.
_STEP = 0.5
_SIGMA = 1 / 8


def window_corners(size: Sequence[int], window: Sequence[int]) -> list[tuple[int, ...]]:
    """Return the corner of every window over an array that is at least as large, in order.

    Neighbours are half a window apart or less, all along an axis equally far; the first and the
    last one reach the ends.
    """
    along = [axis_starts(*one) for one in zip(size, window, strict=True)]
    return list(itertools.product(*along))


@cache
def window_weights(window: tuple[int, ...]) -> NDArray[np.float32]:
    """Return the weight of each place in a window, float32, above 0 everywhere."""
    weights = np.zeros(window)
    weights[tuple(side // 2 for side in window)] = 1
    weights = gaussian_filter(weights, [side * _SIGMA for side in window], mode="constant")
    weights /= weights.max()
    # nnU-Net keeps them in half precision, where the corners would be 0.
    least = weights[weights.astype(np.float16) > 0].min()
    return np.asarray(np.maximum(weights, least), np.float32)


def axis_starts(size: int, window: int) -> list[int]:
    """Return where windows start along one axis."""
    room = size - window
    steps = int(np.ceil(room / (window * _STEP)))
    return [round(room * step / steps) for step in range(steps + 1)] if steps else [0]
