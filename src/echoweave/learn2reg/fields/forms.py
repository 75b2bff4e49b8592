"""Displacement fields as arrays of files: today's form of the challenge and that of 2020.

Both hold displacements in voxels of the fixed file's grid, component a along its axis a, to be
added to the identity and given to scipy's ``map_coordinates``. Today's form ("full") has full
resolution and the component last; the form of 2020 ("half") has the component first, each zoomed
by .5 with a quadratic spline, while its values still count full voxels (Submission page of
learn2reg.grand-challenge.org, 2020; evaluation of MDL-UzL/L2R).
"""

from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

FieldForm = Literal["full", "half"]
FieldDtype = Literal["float16", "float32"]
STORED_DTYPES: dict[FieldForm, FieldDtype] = {"full": "float32", "half": "float16"}
_ZOOM_ORDER = 2


def stored_shapes(grid: tuple[int, int, int]) -> dict[FieldForm, tuple[int, ...]]:
    """Return the shape of a stored array in each form that there is for a grid.

    Args:
        grid: (I, J, K) of the fixed file; half of an odd side could not be found again.
    """
    shapes: dict[FieldForm, tuple[int, ...]] = {"full": (*grid, 3)}
    if not any(side % 2 for side in grid):
        shapes["half"] = (3, *(side // 2 for side in grid))
    return shapes


def form_of(shape: tuple[int, ...], grid: tuple[int, int, int]) -> FieldForm:
    """Return the form that a stored array has, told by its shape.

    Raises:
        ValueError: It has none on this grid; one clause.
    """
    shapes = stored_shapes(grid)
    for form, expected in shapes.items():
        if shape == expected:
            return form
    choices = ", or in the form of 2020 ".join(map(shown_shape, shapes.values()))
    raise ValueError(f"is {shown_shape(shape)}, and on the grid of its fixed image {choices}")


def as_stored(native: NDArray[np.float32], form: FieldForm) -> NDArray[np.floating]:
    """Return the array of a file.

    Args:
        native: float32 [3, I, J, K] in voxels; with even sides for the form of 2020.
        form: Of the file.

    Returns:
        float32 [I, J, K, 3], or float16 [3, I / 2, J / 2, K / 2] in the form of 2020.
    """
    if form == "full":
        return np.ascontiguousarray(np.moveaxis(native, 0, -1))
    return _zoomed(native, 0.5).astype(np.float16)


def native_field(array: NDArray[np.generic], grid: tuple[int, int, int]) -> NDArray[np.float32]:
    """Return the field float32 [3, I, J, K] that a file of either form holds.

    That of 2020 is zoomed by 2 with a quadratic spline, as the evaluation did.

    Args:
        array: As stored.
        grid: (I, J, K) of the fixed file.

    Raises:
        ValueError: It has another shape, or a displacement is not finite; one clause.
    """
    form = form_of(array.shape, grid)
    # What single precision cannot hold becomes infinite, and is told below.
    with np.errstate(over="ignore"):
        values = array.astype(np.float32)
    n_bad = int(np.count_nonzero(~np.isfinite(values)))
    if n_bad:
        raise ValueError(f"{n_bad} displacements are not finite")
    return np.moveaxis(values, -1, 0) if form == "full" else _zoomed(values, 2)


def shown_shape(shape: Sequence[int]) -> str:
    """Return "192 x 160 x 256 x 3"."""
    return " x ".join(map(str, shape))


def _zoomed(field: NDArray[np.float32], factor: float) -> NDArray[np.float32]:
    """Return every component at another resolution; its values stay."""
    from scipy.ndimage import zoom

    return np.stack([zoom(component, factor, order=_ZOOM_ORDER) for component in field])
