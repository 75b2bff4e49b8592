"""Affine motion of a whole image as a displacement field."""

import torch
from torch import Tensor


def affine_field(matrices: Tensor, shape: tuple[int, int]) -> Tensor:
    """Return the displacement ``u(x) = M (x - c) + t`` of every pixel, c the centre of the image.

    Args:
        matrices: float [N, 2, 3], (M | t): how much dy and dx grow with each pixel along y and
            along x, and what they are at the centre, in pixels. All zeros move nothing.
        shape: (Y, X) of the result.

    Returns:
        float [N, 2, Y, X] in pixels, (dy, dx).
    """
    along_y, along_x = (
        torch.arange(side, dtype=matrices.dtype, device=matrices.device) - (side - 1) / 2
        for side in shape
    )
    by_y, by_x, at_centre = matrices[..., None, None].unbind(dim=2)
    return by_y * along_y[:, None] + by_x * along_x + at_centre
