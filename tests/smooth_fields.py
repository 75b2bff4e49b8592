"""Smooth random fields."""

from collections.abc import Sequence

import torch

from echoweave.geometry.bspline import dense_field, grid_size

_SPACING = 16


def smooth_noise(shape: Sequence[int], pixels: float) -> torch.Tensor:
    """Return a field [1, D, *shape] of some ``pixels`` that rests at the edges of the image."""
    points = [grid_size(side, _SPACING) for side in shape]
    noise = torch.randn(1, len(shape), *points, generator=torch.Generator().manual_seed(1))
    field = 2 * pixels * dense_field(noise, _SPACING, shape)
    for axis, side in enumerate(shape):
        inside = (1 - torch.linspace(-1, 1, side) ** 2) ** 2
        field *= inside.reshape(-1, *[1] * (len(shape) - 1 - axis))
    return field
