"""The axes of whole-sequence cases: nnU-Net must take axis 0 for time, and leave it alone.

nnU-Net knows nothing of time. It puts the axis with the largest spacing first and resamples every
axis to the median spacing of the cases. So a data set has one distance between frames, which no
case differs from, and it is larger than the pixels.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from echoweave.errors import InputError, Problem

# From frame to frame, in pixels: nnU-Net then plans alike whatever a pixel is in mm. From 4 to 8
# it pools twice in the frame before it pools over time.
_STEP_PX = 5


def frame_step(spacings: Sequence[tuple[float, float]]) -> float:
    """Return the third spacing of all cases of a data set.

    Args:
        spacings: (sy, sx) of the cases, all in one unit.

    Returns:
        ``_STEP_PX`` times the coarser side of the median pixel, which nnU-Net resamples to.
    """
    return _STEP_PX * float(np.median(spacings, axis=0).max())


def check_time_axis(plans: Mapping[str, Any], frame_steps: Sequence[float], where: str) -> None:
    """Check that nnU-Net has left the axes in their order and will not resample over time.

    Args:
        plans: Content of nnUNetPlans.json.
        frame_steps: The third spacing of every case of whole sequences; empty for single frames.
        where: The data set, for the error.

    Raises:
        InputError: Axis 0 is not first, or the cases differ in its spacing.
    """
    remedy = "write the raw data set again: its third spacing must be one and the largest"
    problems = []
    if list(plans["transpose_forward"]) != [0, 1, 2]:
        what = f"nnU-Net would put the axes in the order {plans['transpose_forward']}"
        problems.append(Problem(where, "transpose_forward", f"{what}, time not first", remedy))
    if len(set(frame_steps)) > 1:
        what = "cases differ in the step between frames, nnU-Net would resample over time"
        problems.append(Problem(where, "spacings", what, remedy))
    if problems:
        raise InputError(problems)
