"""Grey values: whole Hounsfield units, and windows on them as a network sees them."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

# The lowest of a scanner, in Hounsfield units: what lies outside of a volume has it.
LOWEST_HU = -1024
# (width, level) in Hounsfield units: soft tissue, wide, and with bone.
SOFT_TISSUE = (400.0, 40.0)
WINDOWS = (SOFT_TISSUE, (800.0, 100.0), (1000.0, 400.0))


def whole_hounsfield(values: NDArray[Any]) -> NDArray[np.int16]:
    """Return Hounsfield units [Z, Y, X] as int16, rounded and cut off at what that can hold."""
    if values.dtype == np.int16:
        return values
    limits = np.iinfo(np.int16)
    whole = np.empty(values.shape, np.int16)
    # Plane by plane: a volume of doubles fills gigabytes.
    for plane, rounded in zip(values, whole, strict=True):
        rounded[...] = np.rint(plane).clip(limits.min, limits.max)
    return whole


def window_limits(window: tuple[float, float]) -> tuple[float, float]:
    """Return the lowest and highest Hounsfield units of a window, (width, level)."""
    width, level = window
    return level - width / 2, level + width / 2


def windowed(
    image: NDArray[np.int16], windows: Sequence[tuple[float, float]] = WINDOWS
) -> NDArray[np.float32]:
    """Return a channel a window: 0 at its lower limit and below, 1 at its upper one and above.

    The limits are level - width / 2 and level + width / 2 whatever the volume holds, so that a
    tissue is as bright in a crop without air or bone as in any other.

    Args:
        image: [Z, Y, X] in Hounsfield units.
        windows: (width, level) of each channel.

    Returns:
        [C, Z, Y, X].
    """
    channels = np.empty((len(windows), *image.shape), np.float32)
    for channel, window in zip(channels, windows, strict=True):
        low, high = window_limits(window)
        np.subtract(image, np.float32(low), out=channel)
        channel /= np.float32(high - low)
        np.clip(channel, 0, 1, out=channel)
    return channels
