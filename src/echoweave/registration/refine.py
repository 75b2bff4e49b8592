"""Instance refinement: a field is improved on the very pair it was found for.

A few steps of gradient descent after a network are its cheapest gain (Siebert et al. 2021,
"Fast 3D registration with accurate optimisation and little learning for Learn2Reg 2021"). What is
added is a cubic B-spline, optimised from coarse images to finer ones; no label is looked at.
"""

import torch
from torch import Tensor
from torch.nn.functional import avg_pool2d, avg_pool3d, pad

from echoweave.geometry.bspline import dense_field, grid_size
from echoweave.geometry.warp import compose, resize_fields, warp
from echoweave.registration.losses import SIMILARITIES, bending_energy
from echoweave.registration.settings import RefinementSettings


def refine(
    fixed: Tensor, moving: Tensor, start: Tensor | None, settings: RefinementSettings
) -> Tensor:
    """Return a field under which the images are more alike.

    Maximises the similarity under ``start`` after the B-spline, less the bending energy of both
    together times its weight.

    Args:
        fixed: float [N, C, *shape], any size.
        moving: The same.
        start: float [N, D, *shape] in pixels, fixed -> moving; None: no motion.
        settings: The measure, the weights and the number of steps.

    Returns:
        float32 [N, D, *shape] in pixels, fixed -> moving.

    Raises:
        FloatingPointError: The optimisation diverges.
    """
    shape = fixed.shape[2:]
    if start is None:
        start = fixed.new_zeros(len(fixed), len(shape), *shape)
    spacing = settings.grid_spacing_px
    beyond = [side for size in reversed(shape) for side in (0, -size % spacing)]
    fixed, moving, start = (pad(one, beyond, mode="replicate") for one in (fixed, moving, start))
    # Neither beyond the images nor where the start leads beyond them is there anything to compare.
    inside = pad(fixed.new_ones(len(fixed), 1, *shape), beyond)
    inside = inside * (warp(inside, start, "zeros") > 0.5)
    # Warped before it shrinks: under a start that is right, small images are alike, too.
    moving = warp(moving, start)
    points = [grid_size(side, spacing) for side in fixed.shape[2:]]
    added = start.new_zeros(len(start), len(shape), *points).requires_grad_()
    for shrink in settings.shrinks:
        level = _Level(fixed, moving, start, inside, shrink)
        optimiser = torch.optim.Adam([added])
        for step in range(settings.steps):
            rate = settings.learning_rate * shrink * (1 - step / settings.steps)
            optimiser.param_groups[0]["lr"] = rate
            optimiser.zero_grad()
            level.loss(added, settings).backward()  # type: ignore[no-untyped-call]
            optimiser.step()
    with torch.no_grad():
        refined = compose(dense_field(added, spacing, fixed.shape[2:]), start)
    for axis, side in enumerate(shape):
        refined = refined.narrow(axis + 2, 0, side)
    return refined


class _Level:
    """The pair at one stage, the moving image under the start, all ``shrink`` times smaller."""

    def __init__(
        self, fixed: Tensor, moving: Tensor, start: Tensor, inside: Tensor, shrink: int
    ) -> None:
        pool = avg_pool2d if fixed.ndim == 4 else avg_pool3d
        self.fixed, self.moving = pool(fixed, shrink), pool(moving, shrink)
        self.inside = (pool(inside, shrink) == 1).float()
        self.start = resize_fields(start, self.fixed.shape[2:])
        self.shrink = shrink

    def loss(self, added: Tensor, settings: RefinementSettings) -> Tensor:
        """Return what is minimised, of B-spline coefficients in pixels of the whole size."""
        spacing = settings.grid_spacing_px // self.shrink
        bent = dense_field(added, spacing, self.fixed.shape[2:]) / self.shrink
        with torch.no_grad():
            mask = self.inside * (warp(self.inside, bent, "zeros") > 0.5)
        if not mask.any():
            raise FloatingPointError("every displacement leads out of the image")
        similarity = SIMILARITIES[settings.similarity](self.fixed, warp(self.moving, bent), mask)
        energy = bending_energy(compose(bent, self.start), "pixel")
        return settings.bending_weight * energy - similarity
