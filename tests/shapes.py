"""Shapes whose measures are known."""

import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.bool_]


def box(shape: tuple[int, int], top: int, left: int, height: int, width: int) -> Mask:
    mask = np.zeros(shape, bool)
    mask[top : top + height, left : left + width] = True
    return mask


def half_ellipse(
    radius_mm: float,
    length_mm: float,
    spacing: tuple[float, float],
    tilt_degrees: float = 0.0,
    side_mm: float = 130.0,
) -> Mask:
    """Apex up, flat base below: the section of half an ellipsoid along its axis."""
    height, width = (int(side_mm / step) for step in spacing)
    y, x = np.mgrid[:height, :width]
    # The base lies off the pixel grid, as it does in a real image.
    dy = (y - 0.37) * spacing[0] - 0.85 * side_mm
    dx = (x - 0.37) * spacing[1] - 0.5 * side_mm
    tilt = np.deg2rad(tilt_degrees)
    along = -dy * np.cos(tilt) + dx * np.sin(tilt)
    across = dy * np.sin(tilt) + dx * np.cos(tilt)
    inside = (along / length_mm) ** 2 + (across / radius_mm) ** 2 <= 1
    return (along >= 0) & inside
