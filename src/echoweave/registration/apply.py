"""A trained registration network, ready to find motion."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from echoweave.device import torch_device
from echoweave.geometry.warp import resize_fields
from echoweave.registration.checkpoint import load_network
from echoweave.registration.frames import pair_batch, prepare
from echoweave.registration.settings import ModelSettings

_BATCH = 16


class Registrar:
    """Loads the weights once, then finds the motion in any number of sequences."""

    def __init__(self, network: nn.Module, settings: ModelSettings) -> None:
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
        return cls(network.to(torch_device()), settings)

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
        shape = frames.shape[1], frames.shape[2]
        if not pairs:
            return np.empty((0, 2, *shape), np.float32)
        prepared = prepare(frames, self.settings).frames
        batches = [pairs[start : start + _BATCH] for start in range(0, len(pairs), _BATCH)]
        found = torch.cat([self.register(*prepared[np.transpose(batch)]) for batch in batches])
        return np.concatenate([resize_fields(dvf[None], shape).cpu().numpy() for dvf in found])

    @torch.no_grad()
    def register(self, fixed: NDArray[np.uint8], moving: NDArray[np.uint8]) -> Tensor:
        """Return the fields float32 [N, 2, S, S] of prepared images uint8 [N, S, S]."""
        found: Tensor = self.network(pair_batch(fixed, moving, self.device))
        return found
