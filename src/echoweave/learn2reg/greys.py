"""Grey values as a network sees them: windows on Hounsfield units."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

# (width, level) in Hounsfield units: soft tissue, wide, and with bone.
WINDOWS = ((400.0, 40.0), (800.0, 100.0), (1000.0, 400.0))


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
    for channel, (width, level) in zip(channels, windows, strict=True):
        np.subtract(image, np.float32(level - width / 2), out=channel)
        channel /= np.float32(width)
        np.clip(channel, 0, 1, out=channel)
    return channels
