"""How smoothly predicted shapes change over time."""

import math

import numpy as np
from numpy.typing import NDArray

# Fewer frames have no two second differences.
SHORTEST = 4

Curve = NDArray[np.float64]


def smoothness(areas: Curve) -> float:
    """Return the integral of the squared second derivative of an area curve.

    Second differences, squared, then the trapezoid rule, with the frame as unit of time: the
    measure of Tafuro et al. (2023) if the areas are in pixels at 512 x 512. Lower is smoother.

    Args:
        areas: [T], in px^2.

    Returns:
        The integral in px^4 / frame^3: (px^2 / frame^2)^2, summed over frames. NaN for fewer than
        ``SHORTEST`` frames, where there is nothing to integrate, and for areas that are all zero: a
        structure that is lost throughout is not a smooth one.
    """
    if len(areas) < SHORTEST or not areas.any():
        return math.nan
    return float(np.trapezoid(np.diff(areas, 2) ** 2))


def normalised_smoothness(areas: Curve, frame_rate_hz: float) -> float:
    """Return :func:`smoothness` of area over mean area with time in seconds, in s^-3.

    It does not depend on the size of the structure or of the pixels, and for a smooth curve it
    tends to the integral as the frame rate rises.
    """
    mean = float(np.mean(areas)) if len(areas) else 0.0
    if mean == 0.0:
        return math.nan
    # (d2A)^2 / dt^4, integrated with steps of dt.
    return smoothness(areas / mean) * frame_rate_hz**3


def deviations(values: Curve, low: float, high: float) -> Curve:
    """Return e_t = a_t - (a_(t-1) + a_(t+1)) / 2 of min-max scaled values, for the inner frames.

    Source: Painchaud et al., Echocardiography segmentation with enforced temporal consistency,
    IEEE TMI 41 (2022).

    Args:
        values: [T], one attribute of the shape over time.
        low: What is scaled to 0.
        high: What is scaled to 1.

    Returns:
        [T - 2]; all NaN if ``low`` equals ``high``.
    """
    if high <= low:
        return np.full(max(len(values) - 2, 0), np.nan)
    scaled = (values - low) / (high - low)
    return np.asarray(scaled[1:-1] - (scaled[:-2] + scaled[2:]) / 2)
