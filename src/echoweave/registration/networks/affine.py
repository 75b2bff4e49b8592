"""Affine first: one global motion of a pair of frames, before a network that bends."""

import torch
from torch import Tensor, nn

from echoweave.geometry.affine import affine_field
from echoweave.geometry.warp import compose, warp

_BLOCKS = 4
# What is left of the image, so that the last layer knows where it moves how.
_CELLS = 4


class AffineFirst(nn.Module):
    """An affine stage before any other network, trained together with it (de Vos et al. 2019).

    3x3 convolutions with ELU and average pooling see the pair, and one linear layer turns what
    they find into the six parameters of the motion. It starts at zero, so untrained nothing
    moves. The other network gets the moving image as the affine motion has warped it, and its
    field is composed with the affine one.
    """

    def __init__(self, network: nn.Module, kernels: int) -> None:
        """Build the affine stage.

        Args:
            network: What comes after it: float [N, 2, Y, X] pairs to [N, 2, Y, X] fields.
            kernels: Kernels of each convolution of the affine stage.
        """
        super().__init__()
        self.network = network
        layers: list[nn.Module] = []
        for block in range(_BLOCKS):
            inputs = kernels if block else 2
            layers += [nn.Conv2d(inputs, kernels, 3, padding=1), nn.ELU(), nn.AvgPool2d(2)]
        self.last = nn.Linear(kernels * _CELLS**2, 6)
        nn.init.zeros_(self.last.weight)
        nn.init.zeros_(self.last.bias)
        self.layers = nn.Sequential(*layers, nn.AdaptiveAvgPool2d(_CELLS), nn.Flatten())

    def matrices(self, pairs: Tensor) -> Tensor:
        """Return the affine motion of each pair, float32 [N, 2, 3] for :func:`affine_field`."""
        height, width = pairs.shape[-2:]
        in_pixels_at_the_edge: Tensor = self.last(self.layers(pairs)).float()
        # So that a step of the optimiser moves as far by M as by t.
        scale = in_pixels_at_the_edge.new_tensor([2 / height, 2 / width, 1])
        return in_pixels_at_the_edge.reshape(-1, 2, 3) * scale

    def forward(self, pairs: Tensor) -> Tensor:
        """Return the field of each pair.

        Args:
            pairs: float [N, 2, Y, X], fixed and moving; Y and X at least 16.

        Returns:
            float32 [N, 2, Y, X] in pixels, (dy, dx), fixed -> moving.
        """
        fixed, moving = pairs[:, :1], pairs[:, 1:]
        affine = affine_field(self.matrices(pairs), (pairs.shape[-2], pairs.shape[-1]))
        rest = self.network(torch.cat((fixed, warp(moving, affine)), dim=1))
        return compose(rest, affine)
