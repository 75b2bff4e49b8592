"""Displacement fields: warp images by them, compose them, measure where they fold.

A displacement field (DVF) is float [N, 2, Y, X] in pixels, (dy, dx), fixed -> moving:
``warped(x) = moving(x + u(x))``.
"""

from typing import Literal

import torch
from torch import Tensor
from torch.nn.functional import grid_sample, interpolate


def warp(images: Tensor, dvf: Tensor, padding: Literal["border", "zeros"] = "border") -> Tensor:
    """Sample ``images`` at ``x + dvf(x)``, bilinearly.

    Args:
        images: float [N, C, Y, X].
        dvf: float [N, 2, Y, X] in pixels, (dy, dx).
        padding: What lies outside an image: its border pixel repeated, or zeros.

    Returns:
        float [N, C, Y, X].

    Raises:
        FloatingPointError: A displacement is not finite. torch would sample some pixel in silence,
            and reads outside of its memory when it computes the gradient.
    """
    if not _is_finite(dvf):
        raise FloatingPointError("a displacement is not finite")
    height, width = images.shape[-2:]
    rows = torch.arange(height, dtype=dvf.dtype, device=dvf.device)[:, None]
    columns = torch.arange(width, dtype=dvf.dtype, device=dvf.device)
    # grid_sample wants (x, y) with -1 and 1 on the centres of the outermost pixels.
    grid = torch.stack(
        (
            (dvf[:, 1] + columns) * (2 / max(width - 1, 1)) - 1,
            (dvf[:, 0] + rows) * (2 / max(height - 1, 1)) - 1,
        ),
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
        first: float [N, 2, Y, X].
        second: float [N, 2, Y, X].

    Returns:
        float [N, 2, Y, X].
    """
    return first + warp(second, first)


def compose_steps(steps: Tensor) -> Tensor:
    """Return the field of all ``steps`` together, the last one first.

    Args:
        steps: float [N, 2, Y, X], the fields from frame 1 to 0, from 2 to 1, and so on.

    Returns:
        float [1, 2, Y, X], from frame N to 0.
    """
    whole = steps[:1]
    for step in range(1, len(steps)):
        whole = compose(steps[step : step + 1], whole)
    return whole


def resize_fields(dvf: Tensor, shape: tuple[int, int]) -> Tensor:
    """Bring fields to another size, bilinearly; displacements are scaled with it.

    Args:
        dvf: float [N, 2, Y, X] in pixels.
        shape: (Y, X) of the result.

    Returns:
        float [N, 2, *shape] in pixels of the new size.
    """
    height, width = dvf.shape[-2:]
    if (height, width) == shape:
        return dvf
    scale = dvf.new_tensor([shape[0] / height, shape[1] / width])[:, None, None]
    return interpolate(dvf, shape, mode="bilinear", align_corners=False) * scale


def jacobian_determinant(dvf: Tensor) -> Tensor:
    """Return det J of ``x + dvf(x)`` by central differences (one-sided at the border).

    1 keeps area, above 1 the warped image is a compressed view of the moving one, and at or below
    0 the field folds.

    Args:
        dvf: float [N, 2, Y, X] in pixels; Y and X at least 2.

    Returns:
        float [N, Y, X].
    """
    along_y, along_x = torch.gradient(dvf, dim=(-2, -1))
    return (1 + along_y[:, 0]) * (1 + along_x[:, 1]) - along_x[:, 0] * along_y[:, 1]
