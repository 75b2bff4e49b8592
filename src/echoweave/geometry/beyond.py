"""Beyond the sector there is nothing to see: labels and fields go on as near its edge."""

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt

Value = TypeVar("Value", bound=np.generic)


def continue_beyond(values: NDArray[Value], region: NDArray[np.bool_]) -> NDArray[Value]:
    """Return ``values`` with every pixel outside ``region`` replaced by the nearest one inside.

    The nearest pixel of a convex region moves no faster than the pixel that asks for it, so what is
    smooth inside and the region convex, as a sector is, has no step outside.

    Args:
        values: [..., Y, X].
        region: bool [Y, X]; if it is empty, the values stay as they are.
    """
    if region.all() or not region.any():
        return values
    y, x, rows, columns = _outside_and_edge(region)
    result = values.copy()
    result[..., y, x] = values[..., rows, columns]
    return result


def continue_motion(fields: NDArray[np.float32], region: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Return displacement fields that go on beyond ``region`` with the trend that they have in it.

    Outside is 2 u(edge) - u(mirror), where the edge is the nearest pixel inside and the mirror lies
    as deep inside as the pixel lies outside: value and slope have no step. So that a field that
    fades towards the edge does not turn round behind it, no component changes its sign from that at
    the edge, nor more than doubles.

    Args:
        fields: float32 [..., Y, X] in pixels.
        region: bool [Y, X]; if it is empty, the fields stay as they are.
    """
    if region.all() or not region.any():
        return fields
    y, x, rows, columns = _outside_and_edge(region)
    edge = fields[..., rows, columns]
    result = fields.copy()
    # The mirror of a pixel may lie outside, too, behind a corner.
    result[..., y, x] = edge
    height, width = region.shape
    mirror = result[..., (2 * rows - y).clip(0, height - 1), (2 * columns - x).clip(0, width - 1)]
    twice = 2 * edge
    result[..., y, x] = (twice - mirror).clip(np.minimum(twice, 0), np.maximum(twice, 0))
    return result


def _outside_and_edge(region: NDArray[np.bool_]) -> tuple[NDArray[np.intp], ...]:
    """Return the rows and columns of the pixels outside, and those of the nearest one inside."""
    y, x = np.nonzero(~region)
    rows, columns = distance_transform_edt(~region, return_distances=False, return_indices=True)
    return y, x, rows[y, x], columns[y, x]
