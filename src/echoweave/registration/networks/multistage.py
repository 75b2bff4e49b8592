"""DIRNet in stages: each sees what the coarser ones before it have left to do."""

import torch
from torch import Tensor, nn

from echoweave.geometry.warp import compose, warp
from echoweave.registration.networks.dirnet import DIRNet

# Grid spacings of the stages over that of the last one.
_COARSER = (4, 2, 1)


class MultistageDIRNet(nn.Module):
    """Three DIRNets from a coarse to a fine grid, trained together (de Vos et al. 2019).

    Each gets the fixed image and the moving image as the stages before it have warped it, and its
    field is composed with theirs.
    """

    def __init__(self, grid_spacing_px: int, kernels: int) -> None:
        """Build the stages.

        Args:
            grid_spacing_px: Distance of the control points in the last stage, a power of two.
            kernels: Kernels of each convolution.
        """
        super().__init__()
        self.stages = nn.ModuleList(DIRNet(grid_spacing_px * n, kernels) for n in _COARSER)

    def forward(self, pairs: Tensor) -> Tensor:
        """Return the field of each pair.

        Args:
            pairs: float [N, 2, Y, X], fixed and moving; any Y and X.

        Returns:
            float32 [N, 2, Y, X] in pixels, (dy, dx), fixed -> moving.
        """
        fixed, moving = pairs[:, :1], pairs[:, 1:]
        first, *others = self.stages
        dvf: Tensor = first(pairs)
        for stage in others:
            dvf = compose(stage(torch.cat((fixed, warp(moving, dvf)), dim=1)), dvf)
        return dvf
