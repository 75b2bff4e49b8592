"""SVF: a U-Net predicts a stationary velocity field; its flow does not fold."""

import torch
from torch import Tensor, nn
from torch.nn.functional import avg_pool2d, elu, interpolate, pad

from echoweave.geometry.warp import integrate, resize_fields

# Halvings of the image on the way down.
_DEPTH = 4


class StationaryVelocityField(nn.Module):
    """Diffeomorphic registration network (Dalca et al. 2018).

    A U-Net with 3x3 convolutions and ELU, average pooling down to a sixteenth and up again to one
    velocity for every two pixels. The displacement is the flow of the velocity over unit time, by
    scaling and squaring (Arsigny et al. 2006). The last layer starts at zero, so an untrained
    network moves nothing.
    """

    def __init__(self, kernels: int) -> None:
        """Build the layers, with ``kernels`` kernels in each convolution."""
        super().__init__()
        inputs = [2] + [kernels] * _DEPTH
        self.down = nn.ModuleList(nn.Conv2d(n, kernels, 3, padding=1) for n in inputs)
        self.up = nn.ModuleList(
            nn.Conv2d(2 * kernels, kernels, 3, padding=1) for _ in range(_DEPTH - 1)
        )
        self.head = nn.Conv2d(kernels, 2, 3, padding=1)
        nn.init.zeros_(self.head.weight)
        nn.init.zeros_(self.head.bias)  # type: ignore[arg-type]

    def velocity(self, pairs: Tensor) -> Tensor:
        """Return the velocity of each pair, float32 [N, 2, Y, X] in pixels."""
        height, width = pairs.shape[-2:]
        factor = 2**_DEPTH
        x = pad(pairs, (0, -width % factor, 0, -height % factor), mode="replicate")
        padded = x.shape[-2], x.shape[-1]
        skipped = []
        for level, convolution in enumerate(self.down):
            x = elu(convolution(avg_pool2d(x, 2) if level else x))
            skipped.append(x)
        for convolution, skip in zip(self.up, skipped[-2:0:-1], strict=True):
            x = elu(convolution(torch.cat((interpolate(x, scale_factor=2.0), skip), dim=1)))
        return resize_fields(self.head(x).float(), padded)[..., :height, :width]

    def forward(self, pairs: Tensor) -> Tensor:
        """Return the field of each pair.

        Args:
            pairs: float [N, 2, Y, X], fixed and moving; any Y and X.

        Returns:
            float32 [N, 2, Y, X] in pixels, (dy, dx), fixed -> moving.
        """
        return integrate(self.velocity(pairs))
