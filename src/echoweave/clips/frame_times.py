"""When each frame of a DICOM file was recorded."""

import numpy as np
from numpy.typing import NDArray
from pydicom import Dataset

from echoweave.clips.tags import number, numbers
from echoweave.clips.times import steady_times

# Frames a second; the second one is how fast to show them, which most scanners fill with the same.
_RATES = ("CineRate", "RecommendedDisplayFrameRate")


def frame_times(dataset: Dataset, count: int) -> tuple[NDArray[np.float64] | None, str]:
    """Return when each of ``count`` frames was recorded in ms, the first at 0, and what says so.

    The times between frames count before their mean, and that before rates, which are whole.
    """
    steps = numbers(dataset, "FrameTimeVector")
    if len(steps) == count and all(step > 0 for step in steps[1:]):
        return np.cumsum([0.0, *steps[1:]]), "FrameTimeVector"
    step = number(dataset, "FrameTime")
    if step > 0:
        return steady_times(count, step), "FrameTime"
    for keyword in _RATES:
        rate = number(dataset, keyword)
        if rate > 0:
            return steady_times(count, 1000 / rate), keyword
    return None, ""
