"""Beyond the sector there is nothing to see: images and fields go on as at its edge."""

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
    result = values.copy()
    y, x = np.nonzero(~region)
    rows, columns = distance_transform_edt(~region, return_distances=False, return_indices=True)
    result[..., y, x] = values[..., rows[y, x], columns[y, x]]
    return result
