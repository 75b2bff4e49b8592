"""The ECG below the picture of a scanner."""

import cv2
import numpy as np
from numpy.typing import NDArray

from echoweave.phantom.anatomy import Float

GREEN = (0, 220, 90)
# Waves: when in the beat after the R wave, how long and how high.
_WAVES = ((0.0, 0.015, 1.0), (-0.15, 0.03, 0.15), (0.04, 0.012, -0.25), (0.3, 0.05, 0.3))


def draw_ecg(phases: Float, height: int) -> NDArray[np.uint8]:
    """Return a trace in colours, uint8 [height, X, 3].

    Args:
        phases: How many beats have passed at each column since an ED, with which the R wave comes.
        height: Of the strip.
    """
    phase = (phases + 0.5) % 1 - 0.5
    level = sum(size * np.exp(-0.5 * ((phase - at) / wide) ** 2) for at, wide, size in _WAVES)
    rows = np.rint((0.75 - 0.65 * np.asarray(level)) * (height - 1)).astype(np.int32)
    trace = np.stack([np.arange(len(phases), dtype=np.int32), rows], axis=1)
    strip = np.zeros((height, len(phases), 3), dtype=np.uint8)
    cv2.polylines(strip, [trace], False, GREEN, 1)
    return strip
