"""Cubic B-spline free-form deformation: a coarse grid of control points, a dense field.

An image or volume is divided into cells with sides of ``spacing`` pixels; a control point sits in
the centre of each cell and of two more cells beyond every edge, so that the four control points
along an axis that a cubic B-spline needs exist everywhere: point i is at pixel ``(i - 2) * spacing
+ (spacing - 1) / 2``. (Rueckert et al. 1999, "Nonrigid registration using free-form deformations".)
"""

from collections.abc import Sequence
from functools import lru_cache

import torch
from torch import Tensor

# Control points beyond each edge of the image.
MARGIN = 2


def grid_size(pixels: int, spacing: int) -> int:
    """Return how many control points cover an image side of ``pixels``."""
    return -(-pixels // spacing) + 2 * MARGIN


def dense_field(coefficients: Tensor, spacing: int, shape: Sequence[int]) -> Tensor:
    """Evaluate a control grid at every pixel: small matrix products, one an axis.

    Args:
        coefficients: float [N, C, GY, GX] or [N, C, GZ, GY, GX], sides as :func:`grid_size` says.
        spacing: Distance of control points in pixels.
        shape: (Y, X) or (Z, Y, X) of the result.

    Returns:
        float [N, C, *shape], in the units of ``coefficients``.
    """
    *along_z, along_y, along_x = (_basis(side, spacing).to(coefficients) for side in shape)
    # Mixed precision would round displacements to a tenth of a pixel.
    with torch.autocast(coefficients.device.type, enabled=False):
        field = along_y @ coefficients @ along_x.T
        for basis in along_z:
            field = (basis @ field.flatten(-2)).reshape(*field.shape[:2], -1, *shape[-2:])
        return field


@lru_cache(maxsize=32)
def _basis(pixels: int, spacing: int) -> Tensor:
    """Return the weight of every control point at every pixel, float64 [pixels, points]."""
    position = torch.arange(pixels, dtype=torch.float64)
    position = (position - (spacing - 1) / 2) / spacing + MARGIN
    points = torch.arange(grid_size(pixels, spacing), dtype=torch.float64)
    return _cubic((position[:, None] - points).abs())


def _cubic(distance: Tensor) -> Tensor:
    """Return the cubic B-spline at ``distance`` >= 0, in units of the spacing."""
    near = 2 / 3 - distance**2 + distance**3 / 2
    far = (2 - distance).clamp(min=0) ** 3 / 6
    return torch.where(distance < 1, near, far)
