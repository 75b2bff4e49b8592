"""Bring an image into the one orientation of the house by what its header says of its axes.

Ultrasound has no left and right of the body, so writers differ in what they call the way that
columns and rows run: ITK says left and posterior (LP), nibabel right and anterior (RA). Both mean
the array as it is stored. Anything else is a mirrored or transposed array, and is turned to LP. The
third axis is time and stays as it is stored.
"""

import numpy as np
from numpy.typing import NDArray

from echoweave.io.limits import UnhandledError

# Headers round: this turn moves the edge of a picture of 500 pixels by half a pixel.
_TOLERANCE = 1e-3
_STRAIGHT = "resample it onto straight axes"


def straighten(
    array: NDArray[np.generic],
    spacing: tuple[float, ...],
    directions: NDArray[np.float64] | None,
) -> tuple[NDArray[np.generic], tuple[float, ...], str]:
    """Return the array and its spacing in the house's orientation, and what that is called.

    Args:
        array: [Y, X] or [T, Y, X].
        spacing: In the order of the axes of ``array``.
        directions: [3, 3] or [2, 2]; a column for x, y (and the third axis): where it runs in the
            space of ITK (left, posterior, superior), of any length. None where nothing tells.

    Returns:
        "LP" or "RA" as the name; "" where nothing tells.

    Raises:
        ValueError: The axes have no direction.
        UnhandledError: They are oblique, sheared, or span another plane.
    """
    if directions is None:
        return array, spacing, ""
    signs = _signs(directions, array.ndim)
    if signs[0, 0] == 0:
        array = array.swapaxes(-1, -2)
        spacing = (*spacing[:-2], spacing[-1], spacing[-2])
        signs = signs[:, ::-1]
    across, down = signs[0, 0], signs[1, 1]
    if across < 0 and down < 0:
        return np.ascontiguousarray(array), spacing, "RA"
    return np.ascontiguousarray(array[..., ::down, ::across]), spacing, "LP"


def turn_back(array: NDArray[np.generic], directions: NDArray[np.float64]) -> NDArray[np.generic]:
    """Return [Y, X] in the house's orientation as an image with these ``directions`` is stored.

    It undoes what :func:`straighten` does; arguments and errors are as there.
    """
    signs = _signs(directions, 2)
    transposed = is_transposed(directions)
    if transposed:
        signs = signs[:, ::-1]
    across, down = signs[0, 0], signs[1, 1]
    if across > 0 or down > 0:
        array = array[::down, ::across]
    return np.ascontiguousarray(array.swapaxes(0, 1) if transposed else array)


def is_transposed(directions: NDArray[np.float64]) -> bool:
    """Whether columns are stored as rows: x runs down and y across."""
    return bool(_signs(directions, 2)[0, 0] == 0)


def _signs(directions: NDArray[np.float64], ndim: int) -> NDArray[np.int64]:
    """Return the directions of x and y as [2, 2] of 0, 1 and -1."""
    lengths = np.linalg.norm(directions, axis=0)
    if not (np.isfinite(directions).all() and lengths[:2].all()):
        raise ValueError("the header is damaged (its axes have no direction)")
    used = directions[:, : ndim if lengths[-1] else 2]
    unit = used / np.linalg.norm(used, axis=0)
    signs = np.rint(unit).astype(int)
    if np.abs(unit - signs).max() > _TOLERANCE:
        raise UnhandledError("its header says that it is rotated or sheared", _STRAIGHT)
    plane: NDArray[np.int64] = signs[:2, :2]
    if not (np.abs(plane).sum(axis=0) == 1).all() or not (np.abs(plane).sum(axis=1) == 1).all():
        raise UnhandledError("its header says that it does not lie in the x-y plane", _STRAIGHT)
    return plane
