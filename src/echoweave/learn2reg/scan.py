"""Read a CT or its labels and turn it to the axes of the house by what its header says."""

from collections.abc import Collection
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from echoweave.errors import InputError, Problem
from echoweave.io.limits import VOLUME, UnhandledError
from echoweave.io.nifti import read_nifti, read_nifti_geometry
from echoweave.io.refusals import refused_by_name
from echoweave.learn2reg.axes import axes_of, file_axes, orient_volume
from echoweave.learn2reg.greys import whole_hounsfield

Spacing = tuple[float, float, float]

# In mm; a side of a voxel outside is a slip in the header.
_SPACING_MM = (0.1, 20.0)
_FEWEST = 8
# Hounsfield units between air and soft tissue are 1000; grey values from 0 to 1 are another scale.
_NARROWEST = 100
# Of float labels, from the arithmetic of whoever stored them.
_ROUNDING = 1e-3
_SPACING_TOLERANCE = 0.01


class Scan(NamedTuple):
    """A volume that was read.

    Attributes:
        array: [Z, Y, X] towards superior, posterior, left.
        spacing: (sz, sy, sx) in mm.
        axes: Where the axes (i, j, k) of its file run: ``"RAS"``.
    """

    array: NDArray[Any]
    spacing: Spacing
    axes: str


class ScanGrid(NamedTuple):
    """The grid of a volume, its fields as those of :class:`Scan`; ``shape`` is (Z, Y, X)."""

    shape: tuple[int, ...]
    spacing: Spacing
    axes: str


def read_ct(path: Path) -> Scan:
    """Read a CT as int16 [Z, Y, X] in Hounsfield units.

    Args:
        path: A NIfTI file, or the folder of a DICOM series.

    Raises:
        InputError: It is missing, damaged, not 3-D, of a grid that is not read, holds NaN or
            infinite values, or no Hounsfield units.
    """
    stored, grid = _read(path)
    low, high = float(stored.min()), float(stored.max())
    if high - low < _NARROWEST:
        what = f"grey values from {low:g} to {high:g} are not Hounsfield units"
        raise InputError(Problem(str(path), "pixels", what, "store it in Hounsfield units"))
    return _turned(whole_hounsfield(stored), grid)


def read_organ_labels(path: Path, values: Collection[int]) -> Scan:
    """Read labels as uint8 [Z, Y, X].

    Args:
        path: A NIfTI file; whole numbers that are stored as floats are fine.
        values: What it may hold beside 0.

    Raises:
        InputError: As :func:`read_ct`, or it holds something else, or 0 alone.
    """
    stored, grid = _read(path)
    # Slice by slice: to sort a whole volume takes minutes.
    found = np.unique(np.concatenate([np.unique(one) for one in stored]))
    whole = np.rint(found)
    known = np.isin(whole, [0, *values]) & (np.abs(found - whole) <= _ROUNDING)
    strange = [f"{value:g}" for value in found[~known]]
    if strange:
        listed = ", ".join(strange[:3]) + (", ..." if len(strange) > 3 else "")
        what = f"holds {listed}, but labels are 0, {', '.join(map(str, sorted(values)))}"
        raise InputError(Problem(str(path), "labels", what, "correct it, or give labels of it"))
    if not whole.any():
        what = "nothing is labelled"
        raise InputError(Problem(str(path), "labels", what, "correct it, or leave the case out"))
    labels = np.empty(stored.shape, np.uint8)
    for plane, rounded in zip(stored, labels, strict=True):
        rounded[...] = np.rint(plane)
    return _turned(labels, grid)


def scan_grid(path: Path) -> ScanGrid:
    """Return the grid of a NIfTI file by its header alone.

    Raises:
        InputError: It is missing, its header is damaged, or the grid is not read.
    """
    with refused_by_name(str(path)):
        shape, spacing, directions = read_nifti_geometry(path)
        return _checked_grid(path, shape, spacing, directions)


def _read(path: Path) -> tuple[NDArray[Any], ScanGrid]:
    """Return a volume [k, j, i] as stored, and its grid as that of [Z, Y, X]."""
    with refused_by_name(str(path)):
        array, spacing, directions = _read_stored(path)
        grid = _checked_grid(path, array.shape, spacing, directions)
        if not np.isfinite([array.min(), array.max()]).all():
            raise ValueError("holds NaN or infinite values")
    return array.reshape(array.shape[-3:]), grid


def _turned(stored: NDArray[Any], grid: ScanGrid) -> Scan:
    return Scan(orient_volume(stored, grid.axes), grid.spacing, grid.axes)


def _read_stored(
    path: Path,
) -> tuple[NDArray[Any], tuple[float, ...], NDArray[np.float64] | None]:
    if not path.is_dir():
        return read_nifti(path, VOLUME)
    # Slow to import, and nearly all cohorts are NIfTI.
    from echoweave.learn2reg.dicom_series import read_dicom_series

    return read_dicom_series(path)


def _checked_grid(
    path: Path,
    shape: tuple[int, ...],
    spacing: tuple[float, ...],
    directions: NDArray[np.float64] | None,
) -> ScanGrid:
    """Return the grid of an array [k, j, i] as that of [Z, Y, X].

    Raises:
        ValueError: It is damaged, or of another number of dimensions.
        UnhandledError: See :func:`echoweave.learn2reg.axes.axes_of`.
        InputError: Spacing or shape are none of a CT.
    """
    if len(shape) < 3 or any(size != 1 for size in shape[:-3]):
        sizes = " x ".join(map(str, reversed(shape)))
        raise ValueError(f"{sizes} voxels where a volume of 3 dimensions is needed")
    axes = axes_of(directions)
    sides = shape[-3:]
    spacing = _with_third(spacing[-3:], directions)
    low, high = _SPACING_MM
    if not all(low <= value <= high for value in spacing):
        listed = " x ".join(f"{value:g}" for value in reversed(spacing))
        what, remedy = f"the spacing is {listed} mm", "correct the header"
        raise InputError(Problem(str(path), "spacing", what, remedy))
    if min(sides) < _FEWEST:
        what = f"only {' x '.join(map(str, reversed(sides)))} voxels"
        raise InputError(Problem(str(path), "shape", what, "replace it with the whole volume"))
    order = [axis for axis, _ in file_axes(axes)]
    sz, sy, sx = (spacing[order.index(ours)] for ours in range(3))
    return ScanGrid(tuple(sides[order.index(ours)] for ours in range(3)), (sz, sy, sx), axes)


def _with_third(
    spacing: tuple[float, ...], directions: NDArray[np.float64] | None
) -> tuple[float, ...]:
    """Return the spacing; that of the slices agrees with how far apart the header puts them.

    Clips have no third spacing, so :func:`~echoweave.io.nifti.read_nifti` looks at two alone.

    Raises:
        UnhandledError: It does not.
    """
    if directions is None:
        return spacing
    lengths = np.linalg.norm(directions, axis=0)
    # Directions may be in another unit than mm, or of length 1.
    far = float(lengths[2] / lengths[0]) * spacing[2]
    unit = np.allclose(lengths, 1, rtol=_SPACING_TOLERANCE)
    if unit or np.isclose(far, spacing[0], rtol=_SPACING_TOLERANCE):
        return spacing
    what = f"its pixdim says that slices lie {spacing[0]:g} mm apart and its sform {far:g} mm"
    raise UnhandledError(what, "correct the header: distances in mm depend on it")
