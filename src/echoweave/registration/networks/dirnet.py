"""DIRNet: a pair of frames in, the coefficients of a cubic B-spline out."""

import torch
from torch import Tensor, nn
from torch.nn.functional import pad

from echoweave.geometry.bspline import MARGIN, dense_field

_BLOCKS = 5


class DIRNet(nn.Module):
    """Deformable image registration network (de Vos et al. 2017; Tafuro et al. 2023).

    Five 3x3 convolutions with ELU (six for a spacing of 64), average pooling after the first ones
    until one pixel is left for each cell of the control grid, then two 1x1 convolutions. The
    control points beyond the edge repeat those at the edge. The last layer starts at zero, so an
    untrained network moves nothing.
    """

    def __init__(self, grid_spacing_px: int, kernels: int) -> None:
        """Build the layers.

        Args:
            grid_spacing_px: Distance of the control points, a power of two.
            kernels: Kernels of each convolution.
        """
        super().__init__()
        self.spacing = grid_spacing_px
        poolings = grid_spacing_px.bit_length() - 1
        layers: list[nn.Module] = []
        for block in range(max(_BLOCKS, poolings)):
            layers += [nn.Conv2d(kernels if block else 2, kernels, 3, padding=1), _elu()]
            if block < poolings:
                layers.append(nn.AvgPool2d(2))
        last = nn.Conv2d(kernels, 2, 1)
        nn.init.zeros_(last.weight)
        nn.init.zeros_(last.bias)  # type: ignore[arg-type]
        self.layers = nn.Sequential(*layers, nn.Conv2d(kernels, kernels, 1), _elu(), last)
        # The channels of a pixel beside each other: CPUs and GPUs then convolve and pool faster.
        self.layers.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def coefficients(self, pairs: Tensor) -> Tensor:
        """Return the B-spline coefficients of each pair, float32 [N, 2, GY, GX] in pixels."""
        height, width = pairs.shape[-2:]
        whole_cells = (0, -width % self.spacing, 0, -height % self.spacing)
        whole = pad(pairs, whole_cells, mode="replicate")
        inner: Tensor = self.layers(whole.contiguous(memory_format=torch.channels_last))
        return pad(inner.float(), (MARGIN,) * 4, mode="replicate")

    def forward(self, pairs: Tensor) -> Tensor:
        """Return the field of each pair.

        Args:
            pairs: float [N, 2, Y, X], fixed and moving; any Y and X.

        Returns:
            float32 [N, 2, Y, X] in pixels, (dy, dx), fixed -> moving.
        """
        height, width = pairs.shape[-2:]
        return dense_field(self.coefficients(pairs), self.spacing, (height, width))


def _elu() -> nn.ELU:
    """In place: its gradient needs no more than its result."""
    return nn.ELU(inplace=True)
