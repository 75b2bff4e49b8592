"""Grey values of 8 bits of whatever a file holds, and how much colour there is."""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

# A pixel of colour Doppler: not too dark, and its colours far apart. The brown and blue tints of
# scanners are paler.
_LIGHT, _SATURATION = 48, 0.6
# One frame in so many is looked at for colours.
COLOUR_EVERY = 4
# Share of the picture; letters, an ECG or a bar of colours cover less.
_STRONG = 0.01


def grey8(
    frames: NDArray[Any], window: tuple[float, float] | None = None
) -> tuple[NDArray[np.uint8], str]:
    """Return grey values as uint8, and what was done to them, for readers; "" if nothing.

    Args:
        frames: Numbers of any kind, finite.
        window: The values that are black and white; None: those of 0 to 255 stay as they are, of 0
            to 1 with fractions are stretched, of others the brightest one becomes white.
    """
    if frames.dtype == np.uint8 and window is None:
        return frames, ""
    low, high = (float(frames.min()), float(frames.max())) if window is None else window
    if window is None and low >= 0 and high <= 255 and not (frames.dtype.kind == "f" and high <= 1):
        return np.rint(frames).astype(np.uint8), ""
    low = min(low, 0.0) if window is None else low
    # One frame at a time: floats of a whole clip take eight times its memory.
    scale = 255 / max(high - low, 1e-9)
    greys = np.empty(frames.shape, dtype=np.uint8)
    for frame, grey in zip(frames, greys, strict=True):
        grey[:] = np.rint(np.clip((frame.astype(np.float32) - low) * scale, 0, 255))
    return greys, f"grey values {low:g} to {high:g} were scaled to 0 to 255"


def luma(rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the brightness of colours uint8 [Y, X, 3], uint8 [Y, X]."""
    return np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), np.uint8)


class ColourMeter:
    """Measures how much of a picture is in strong colours, over its frames."""

    def __init__(self) -> None:
        self._coloured = self._pixels = 0

    def add(self, rgb: NDArray[np.uint8]) -> None:
        """Look at a frame uint8 [Y, X, 3]."""
        high, low = rgb.max(axis=-1), rgb.min(axis=-1)
        strong = (high > _LIGHT) & (high - low > _SATURATION * high)
        self._coloured += int(np.count_nonzero(strong))
        self._pixels += strong.size

    @property
    def is_doppler(self) -> bool:
        """Whether there is more colour than scanners write and draw beside the tissue."""
        return self._coloured > _STRONG * max(self._pixels, 1)
