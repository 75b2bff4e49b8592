"""Displacement fields: warp images by them, compose them, measure where they fold.

A displacement field (DVF) of images is float [N, 2, Y, X] in pixels, (dy, dx), one of volumes
[N, 3, Z, Y, X] in voxels, (dz, dy, dx); both fixed -> moving: ``warped(x) = moving(x + u(x))``.
``*shape`` below is (Y, X) or (Z, Y, X), and D the number of its axes.
"""

from collections.abc import Sequence
from typing import Literal

import torch
from torch import Tensor
from torch.nn.functional import grid_sample, interpolate

# A velocity is cut into 2^7 steps before it is integrated.
_SQUARINGS = 7


def warp(images: Tensor, dvf: Tensor, padding: Literal["border", "zeros"] = "border") -> Tensor:
    """Sample ``images`` at ``x + dvf(x)``, linearly along every axis.

    Args:
        images: float [N, C, *shape].
        dvf: float [N, D, *shape] in pixels.
        padding: What lies outside an image: its border pixel repeated, or zeros.

    Returns:
        float [N, C, *shape].

    Raises:
        FloatingPointError: A displacement is not finite. torch would sample some pixel in silence,
            and reads outside of its memory when it computes the gradient.
    """
    if not _is_finite(dvf):
        raise FloatingPointError("a displacement is not finite")
    shape = images.shape[2:]
    axes = [torch.arange(side, dtype=dvf.dtype, device=dvf.device) for side in shape]
    places = torch.meshgrid(axes, indexing="ij")
    # grid_sample wants x first, with -1 and 1 on the centres of the outermost pixels.
    grid = torch.stack(
        [
            (dvf[:, axis] + places[axis]) * (2 / max(shape[axis] - 1, 1)) - 1
            for axis in reversed(range(len(shape)))
        ],
        dim=-1,
    )
    return grid_sample(images, grid, padding_mode=padding, align_corners=True)


def _is_finite(values: Tensor) -> bool:
    """Return whether all are; the extremes of values with a NaN are NaN."""
    return all(bool(extreme.isfinite()) for extreme in values.detach().aminmax())


def compose(first: Tensor, second: Tensor) -> Tensor:
    """Return the field that follows ``first`` and then ``second``.

    ``composed(x) = first(x) + second(x + first(x))``, so with ``first`` from frame a to b and
    ``second`` from b to c, the result leads from a to c. Beyond the image ``second`` goes on as at
    its border.

    Args:
        first: float [N, D, *shape].
        second: float [N, D, *shape].

    Returns:
        float [N, D, *shape].
    """
    return first + warp(second, first)


def compose_steps(steps: Tensor) -> Tensor:
    """Return the field of all ``steps`` together, the last one first.

    Args:
        steps: float [N, D, *shape], the fields from frame 1 to 0, from 2 to 1, and so on.

    Returns:
        float [1, D, *shape], from frame N to 0.
    """
    whole = steps[:1]
    for step in range(1, len(steps)):
        whole = compose(steps[step : step + 1], whole)
    return whole


def resize_fields(dvf: Tensor, shape: Sequence[int]) -> Tensor:
    """Bring fields to another size, linearly along every axis; displacements are scaled with it.

    Args:
        dvf: float [N, D, ...] in pixels.
        shape: (Y, X) or (Z, Y, X) of the result.

    Returns:
        float [N, D, *shape] in pixels of the new size.
    """
    old, new = tuple(dvf.shape[2:]), tuple(shape)
    if old == new:
        return dvf
    mode = "bilinear" if len(new) == 2 else "trilinear"
    scale = _per_component(dvf, [after / before for before, after in zip(old, new, strict=True)])
    return interpolate(dvf, new, mode=mode, align_corners=False) * scale


def in_sides(dvf: Tensor) -> Tensor:
    """Return a field float [N, D, *shape] in pixels with the sides of the image as unit."""
    return dvf / _per_component(dvf, dvf.shape[2:])


def integrate(velocity: Tensor) -> Tensor:
    """Return the displacement after unit time along a stationary velocity field.

    Scaling and squaring (Arsigny et al. 2006); that of the negative velocity is its inverse.

    Args:
        velocity: float [N, D, *shape] in pixels.

    Returns:
        float [N, D, *shape] in pixels.
    """
    dvf: Tensor = velocity / 2**_SQUARINGS
    for _ in range(_SQUARINGS):
        dvf = compose(dvf, dvf)
    return dvf


def jacobian_determinant(dvf: Tensor) -> Tensor:
    """Return det J of ``x + dvf(x)`` by central differences (one-sided at the border).

    1 keeps area or volume, above 1 the warped image is a compressed view of the moving one, and at
    or below 0 the field folds.

    Args:
        dvf: float [N, D, *shape] in pixels; no side below 2.

    Returns:
        float [N, *shape].
    """
    axes = range(dvf.shape[1])
    # Row d holds the derivatives of all components along axis d.
    rows = list(torch.gradient(dvf, dim=[axis + 2 for axis in axes]))
    for axis in axes:
        rows[axis][:, axis] += 1
    if len(rows) == 2:
        return rows[0][:, 0] * rows[1][:, 1] - rows[1][:, 0] * rows[0][:, 1]
    return (rows[0] * torch.cross(rows[1], rows[2], dim=1)).sum(dim=1)


def _per_component(dvf: Tensor, values: Sequence[float]) -> Tensor:
    """Return one value for each component of a field, to multiply or divide it by."""
    return dvf.new_tensor(values).reshape(-1, *[1] * (dvf.ndim - 2))
