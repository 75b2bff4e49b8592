"""A 2-D network that sees a sequence as one picture of tiles, Maani et al. (2024), SimLVSeg.

The plan keeps the form of one for sequences, so loader, augmentation and windows are those of the
other arms; only the network turns the patch into a picture and its output back.
"""

import math
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn


def tile_plan(planned: Mapping[str, Any]) -> dict[str, Any]:
    """Return the plan of a network of whole sequences for :class:`SuperImage`.

    The patch gets the largest square number of frames that it has room for, and nothing is pooled
    over time.

    Args:
        planned: ``configurations.3d_fullres`` of nnUNetPlans.json.
    """
    architecture = planned["architecture"]
    network = architecture["arch_kwargs"]
    frames, *sides = planned["patch_size"]
    return dict(planned) | {
        "patch_size": [math.isqrt(frames) ** 2, *sides],
        "architecture": {
            "network_class_name": f"{__name__}.{SuperImage.__name__}",
            "arch_kwargs": network
            | {
                "network_class": architecture["network_class_name"],
                "strides": [[1, *stride[1:]] for stride in network["strides"]],
                "conv_op": "torch.nn.modules.conv.Conv2d",
                "norm_op": "torch.nn.modules.instancenorm.InstanceNorm2d",
            },
            "_kw_requires_import": [*architecture["_kw_requires_import"], "network_class"],
        },
    }


class SuperImage(nn.Module):
    """The wrapper around a 2-D network of nnU-Net's.

    Args:
        network_class: That of the network within.
        strides: Per stage (time, vertical, horizontal); time is dropped.
        kernel_sizes: The same.
        architecture: What else the network takes.
    """

    def __init__(
        self,
        network_class: type[nn.Module],
        strides: list[list[int]],
        kernel_sizes: list[list[int]],
        **architecture: Any,
    ) -> None:
        super().__init__()
        self.network: Any = network_class(
            strides=[stride[1:] for stride in strides],
            kernel_sizes=[kernel[1:] for kernel in kernel_sizes],
            **architecture,
        )
        self.initialize = self.network.initialize

    @property
    def decoder(self) -> nn.Module:
        """Where nnU-Net turns deep supervision on and off."""
        decoder: nn.Module = self.network.decoder
        return decoder

    def forward(self, clips: Tensor) -> Tensor | list[Tensor]:
        """Return logits [N, labels, T, Y, X] of clips [N, C, T, Y, X], T a square number.

        With deep supervision a list of them, each smaller in the frame, with every frame.
        """
        found = self.network(tile(clips))
        frames = clips.shape[2]
        if isinstance(found, Tensor):
            return untile(found, frames)
        return [untile(one, frames) for one in found]


def tile(clips: Tensor) -> Tensor:
    """Return the frames of [N, C, n * n, Y, X] row by row in one picture, [N, C, n * Y, n * X]."""
    *batch, frames, height, width = clips.shape
    side = math.isqrt(frames)
    rows = clips.reshape(*batch, side, side, height, width).transpose(-3, -2)
    return rows.reshape(*batch, side * height, side * width)


def untile(pictures: Tensor, frames: int) -> Tensor:
    """Return what :func:`tile` has put together, ``frames`` tiles [N, C, T, Y, X]."""
    *batch, height, width = pictures.shape
    side = math.isqrt(frames)
    rows = pictures.reshape(*batch, side, height // side, side, width // side).transpose(-3, -2)
    return torch.reshape(rows, (*batch, frames, height // side, width // side))
