"""Volumes of the moving file as a displacement field brings them to the fixed one."""

from typing import Literal, TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import map_coordinates

from echoweave.learn2reg.axes import orient_volume, restore_orientation

Kind = TypeVar("Kind", bound=np.generic)
NativeField = NDArray[np.float32]

# Planes that are sampled at once: coordinates are float64, and take 24 bytes a voxel.
_PLANES = 16


def warp_moving(
    volume: NDArray[Kind],
    field: NativeField,
    axes: tuple[str, str],
    order: Literal[0, 1] = 0,
    outside: float = 0,
) -> NDArray[Kind]:
    """Warp a volume [Z, Y, X] in the axes of its file; the rest is as for :func:`warp_native`.

    Args:
        volume: [Z, Y, X] of the moving case.
        field: In the axes of the fixed file.
        axes: Of the fixed and of the moving file.
        order: 0 or 1.
        outside: What lies beyond the moving file.

    Returns:
        [Z, Y, X] on the grid of the fixed case.
    """
    fixed, moving = axes
    native = restore_orientation(volume, moving).T
    return orient_volume(warp_native(native, field, order, outside).T, fixed)


def warp_native(
    volume: NDArray[Kind], field: NativeField, order: Literal[0, 1] = 0, outside: float = 0
) -> NDArray[Kind]:
    """Sample ``volume`` where the field leads, as Learn2Reg's evaluation does with labels.

    Any axes will do, as long as field and volume agree.

    Args:
        volume: [I, J, K], of the moving file, in its own axes.
        field: float32 [3, I, J, K], fixed -> moving; component a in voxels of axis a of the file.
        order: 0 takes the nearest voxel, for labels; 1 is linear.
        outside: What lies beyond the moving file.

    Returns:
        [I, J, K] on the grid of the fixed file.
    """
    shape = field.shape[1:]
    warped = np.empty(shape, volume.dtype)
    places = np.indices((min(_PLANES, shape[0]), *shape[1:]), np.float64)
    for start in range(0, shape[0], _PLANES):
        planes = slice(start, start + _PLANES)
        coordinates = places[:, : len(warped[planes])] + field[:, planes]
        coordinates[0] += start
        map_coordinates(volume, coordinates, output=warped[planes], order=order, cval=outside)
    return warped
