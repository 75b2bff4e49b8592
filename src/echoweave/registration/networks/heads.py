"""What the last layer of a network means: from its channels to a displacement field.

Each takes float32 [N, D, *shape], a channel for each axis, and returns a field float32 [N, D, ...]
in pixels of its own size; where the channels are 0, nothing moves.
"""

from collections.abc import Callable, Mapping

import torch
from torch import Tensor
from torch.nn.functional import avg_pool2d, avg_pool3d

from echoweave.geometry.warp import integrate
from echoweave.registration.settings import HeadName


def summed_gradients(channels: Tensor) -> Tensor:
    """Return the field whose steps along the axis of each component are given.

    With ``g = sigmoid(channels)``, the coordinate that a pixel reads along axis a is twice the sum
    of ``g_a`` up to it, less 1, so its displacement is ``2 * cumsum_a(g_a - 0.5)``. Along its own
    axis no coordinate ever turns back; all components together may still fold (Estienne et al.
    2020).
    """
    steps = torch.sigmoid(channels) - 0.5
    components = [steps[:, axis].cumsum(dim=axis + 1) for axis in range(steps.shape[1])]
    return 2 * torch.stack(components, dim=1)


def half_resolution_flow(channels: Tensor) -> Tensor:
    """Return the flow of a velocity that is one vector for every two pixels along every axis.

    The velocity is the mean of the channels there, and the field half as large as they are. A side
    of one pixel stays.
    """
    pool = avg_pool2d if channels.ndim == 4 else avg_pool3d
    return integrate(pool(channels, [min(2, side) for side in channels.shape[2:]]))


def unchanged(channels: Tensor) -> Tensor:
    """Return the channels as the displacements themselves."""
    return channels


HEADS: Mapping[HeadName, Callable[[Tensor], Tensor]] = {
    "cumsum": summed_gradients,
    "svf": half_resolution_flow,
    "displacement": unchanged,
}
