"""How people differ: each is the template along a smooth stationary velocity of its own.

A place x of a person's volume shows the place ``x + flow(v)(x)`` of the template, and the place y
of the template is at ``y + flow(-v)(y)`` in the person, so that places of any two people are known
in both directions.
"""

from functools import lru_cache

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.ndimage import zoom

from echoweave.geometry.warp import warp

# Steps of Runge and Kutta's method; many more move nothing by .005 voxel.
_STEPS = 3
# Sizes differ by this share (standard deviation), along each axis.
_SIZES = 0.05
# Standard deviations in mm: of the place as a whole; of waves, behind the distance of knots.
_SHIFT_MM = (8.0, 4.0, 4.0)
_WAVES_MM = ((130.0, 8.0), (70.0, 4.0))


def draw_velocity(
    rng: np.random.Generator, shape: tuple[int, int, int], spacing: tuple[float, float, float]
) -> NDArray[np.float32]:
    """Draw a person: size, place and shape.

    Args:
        rng: Its random numbers; the same person has the same shape at every size of the grid.
        shape: (Z, Y, X) of the target's grid.
        spacing: (sz, sy, sx) in mm.

    Returns:
        float32 [3, Z, Y, X] in voxels.
    """
    stretch, shift = rng.normal(0, _SIZES, 3), rng.normal(0, _SHIFT_MM)
    sides = np.multiply(shape, spacing)
    axes = [np.linspace(-0.5, 0.5, n) * side for n, side in zip(shape, sides, strict=True)]
    places = np.meshgrid(*axes, indexing="ij")
    velocity = np.stack(
        [part * place + way for part, place, way in zip(stretch, places, shift, strict=True)]
    )
    for knots_mm, size_mm in _WAVES_MM:
        velocity += [size_mm * smooth_noise(rng, shape, sides / knots_mm) for _ in range(3)]
    in_voxels: NDArray[np.float32] = (velocity / np.reshape(spacing, (3, 1, 1, 1))).astype(
        np.float32
    )
    return in_voxels


def smooth_noise(
    rng: np.random.Generator, shape: tuple[int, int, int], waves: NDArray[np.float64]
) -> NDArray[np.float32]:
    """Draw a smooth pattern of about unit variance at its knots.

    Args:
        rng: Random numbers; as many whatever the ``shape``.
        shape: (Z, Y, X).
        waves: Knots along each axis, rounded.

    Returns:
        float32 [Z, Y, X].
    """
    knots = np.maximum(np.rint(waves).astype(int), 2)
    noise: NDArray[np.float32] = rng.normal(size=knots).astype(np.float32)
    for axis, side in enumerate(shape):
        noise = np.moveaxis(
            np.tensordot(_spline(noise.shape[axis], side), noise, (1, axis)), 0, axis
        )
    return noise


@lru_cache
def _spline(knots: int, side: int) -> NDArray[np.float32]:
    """Return the weight of every knot of a cubic spline at every voxel, float32 [side, knots]."""
    eye = np.eye(knots, dtype=np.float32)
    weights: NDArray[np.float32] = zoom(eye, (side / knots, 1), order=3, mode="nearest")
    return weights


def flow(
    velocity: NDArray[np.float32], start: NDArray[np.float32] | None = None
) -> NDArray[np.float32]:
    """Return the displacement after unit time along a velocity, linear between voxels.

    Args:
        velocity: float32 [3, Z, Y, X] in voxels; beyond the grid it goes on as at its border.
        start: Displacements to begin with; None: none.

    Returns:
        float32 [3, Z, Y, X] in voxels, those of ``start`` included.
    """
    along = torch.from_numpy(velocity)[None]
    place = torch.zeros_like(along) if start is None else torch.from_numpy(start)[None]
    step = 1 / _STEPS
    for _ in range(_STEPS):
        first = warp(along, place)
        second = warp(along, place + step / 2 * first)
        third = warp(along, place + step / 2 * second)
        last = warp(along, place + step * third)
        place = place + step / 6 * (first + 2 * second + 2 * third + last)
    moved: NDArray[np.float32] = place[0].numpy()
    return moved


def true_field(fixed: NDArray[np.float32], moving: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the field of two people: to the template, and from there to the other.

    Args:
        fixed: The velocity of the fixed case, float32 [3, Z, Y, X] in voxels.
        moving: That of the moving case.

    Returns:
        float32 [3, Z, Y, X] in voxels, fixed -> moving.
    """
    return flow(-moving, flow(fixed))
