"""Fields between arrays of the house and files, whose axes (i, j, k) run otherwise.

A file's array is [I, J, K] here, as the challenge's evaluation sees it. That of an "LPS" file is
the house's [Z, Y, X] with its axes in reverse order.
"""

import numpy as np
from numpy.typing import NDArray

from echoweave.learn2reg.axes import file_axes, orient_volume, restore_orientation


def native_shape(shape: tuple[int, int, int], axes: str) -> tuple[int, int, int]:
    """Return (I, J, K) of a volume of ``shape`` (Z, Y, X) in a file with these axes."""
    k, j, i = (shape[axis] for axis, _ in file_axes(axes))
    return i, j, k


def to_native(dvf: NDArray[np.float32], axes: tuple[str, str]) -> NDArray[np.float32]:
    """Return a field as the challenge's evaluation adds it to voxels of the files.

    Args:
        dvf: float32 [3, Z, Y, X] in voxels, (dz, dy, dx), fixed -> moving.
        axes: Of the fixed and of the moving file; both lie on the common grid.

    Returns:
        float32 [3, I, J, K] on the fixed file's grid: component a is in voxels along axis a, and
        the voxel p of the fixed file is at ``p + displacement(p)`` in the moving one.
    """
    fixed, moving = axes
    shape = _sides(dvf)
    native = np.empty((3, *native_shape(shape, fixed)), np.float32)
    for component, (axis, way) in enumerate(reversed(file_axes(moving))):
        # In single precision a position would swallow small displacements.
        place = dvf[axis] + _positions(shape, axis)
        reached = place if way > 0 else shape[axis] - 1 - place
        stored = restore_orientation(reached, fixed).T
        native[component] = stored - _positions(_sides(native), component)
    return native


def from_native(native: NDArray[np.float32], axes: tuple[str, str]) -> NDArray[np.float32]:
    """Return what :func:`to_native` was given, float32 [3, Z, Y, X]."""
    fixed, moving = axes
    dvf = np.empty((3, *orient_volume(native[0].T, fixed).shape), np.float32)
    shape = _sides(dvf)
    for component, (axis, way) in enumerate(reversed(file_axes(moving))):
        place = native[component] + _positions(_sides(native), component)
        reached = place if way > 0 else shape[axis] - 1 - place
        dvf[axis] = orient_volume(reached.T, fixed) - _positions(shape, axis)
    return dvf


def _sides(field: NDArray[np.float32]) -> tuple[int, int, int]:
    first, second, third = field.shape[1:]
    return first, second, third


def _positions(shape: tuple[int, int, int], axis: int) -> NDArray[np.float64]:
    """Return the positions along ``axis``, for broadcasting against three axes."""
    return np.arange(shape[axis], dtype=np.float64).reshape(
        [-1 if one == axis else 1 for one in range(3)]
    )
