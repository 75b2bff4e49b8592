"""A trained registration network, ready to find motion."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.functional import interpolate

from echoweave.registration.checkpoint import load_network
from echoweave.registration.frames import pair_batch, prepare
from echoweave.registration.settings import Settings

_BATCH = 16


class Registrar:
    """Loads the weights once, then finds the motion in any number of sequences."""

    def __init__(self, network: nn.Module, settings: Settings) -> None:
        """Take a network that is on its device already."""
        self.network, self.settings = network.eval(), settings
        self.device = next(network.parameters()).device

    @classmethod
    def load(cls, path: Path) -> "Registrar":
        """Load a checkpoint onto the GPU if there is one, else the CPU.

        Raises:
            InputError: It cannot be used.
        """
        network, settings = load_network(path)
        return cls(network.to("cuda" if torch.cuda.is_available() else "cpu"), settings)

    def fields(
        self, frames: NDArray[np.uint8], pairs: Sequence[tuple[int, int]]
    ) -> NDArray[np.float32]:
        """Return the displacement field of every pair of frames of one sequence.

        Args:
            frames: uint8 [T, Y, X], any size.
            pairs: (fixed, moving) frames.

        Returns:
            float32 [len(pairs), 2, Y, X] in pixels of ``frames``, (dy, dx), fixed -> moving.
        """
        height, width = frames.shape[1:]
        prepared = prepare(frames, self.settings).frames
        result = np.empty((len(pairs), 2, height, width), np.float32)
        for start in range(0, len(pairs), _BATCH):
            fixed, moving = np.transpose(pairs[start : start + _BATCH])
            found = self.register(prepared[fixed], prepared[moving])
            result[start : start + _BATCH] = _resize_fields(found, (height, width)).cpu().numpy()
        return result

    @torch.no_grad()
    def register(self, fixed: NDArray[np.uint8], moving: NDArray[np.uint8]) -> Tensor:
        """Return the fields float32 [N, 2, S, S] of prepared images uint8 [N, S, S]."""
        found: Tensor = self.network(pair_batch(fixed, moving, self.device))
        return found


def _resize_fields(dvf: Tensor, shape: tuple[int, int]) -> Tensor:
    """Bring fields to another size; displacements are scaled with it."""
    height, width = dvf.shape[-2:]
    if (height, width) == shape:
        return dvf
    scale = dvf.new_tensor([shape[0] / height, shape[1] / width])[:, None, None]
    return interpolate(dvf, shape, mode="bilinear", align_corners=False) * scale
