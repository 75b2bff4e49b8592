"""The default before `joint`, for comparison: each direction of a clip is fitted by itself.

Fields of successive frames, cubic B-splines from no motion at all, are fitted so that frames up to
three steps apart match under the composed fields. The whole sector counts, with its rim.
"""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import avg_pool2d

from echoweave.geometry.bspline import dense_field, grid_size
from echoweave.geometry.warp import compose, resize_fields, warp
from echoweave.registration.frames import prepare
from echoweave.registration.losses import bending_energy, ncc

# How much the frames shrink, and the optimiser steps there.
STAGES = ((4, 45), (2, 30), (1, 15))
# In pixels of the shrunk frame; it falls to 0 along a line.
LEARNING_RATE = 0.1


@dataclass(frozen=True)
class Refinement:
    """Fits the fields of successive frames, one direction after the other; lengths in pixels."""

    size: int = 256
    grid_spacing_px: int = 16
    smoothing_px: float = 0.7
    standardise: bool = True
    bending_weight: float = 0.005
    max_frame_gap: int = 3

    def fields(
        self, frames: NDArray[np.uint8], pairs: list[tuple[int, int]]
    ) -> NDArray[np.float32]:
        """See :class:`~echoweave.pseudolabels.estimators.base.Estimator`."""
        shape = frames.shape[1], frames.shape[2]
        result = np.empty((len(pairs), 2, *shape), np.float32)
        for step in (1, -1):
            # In the order in which the fields are composed: each goes on where the last one led.
            places = [place for place, pair in enumerate(pairs) if pair[0] - pair[1] == step]
            places.sort(key=lambda place: -step * pairs[place][0])
            if places:
                order = [pairs[place][0] for place in places] + [pairs[places[-1]][1]]
                for place, field in zip(places, self.fit(frames[order]), strict=True):
                    result[place] = resize_fields(field[None], shape)[0].numpy()
        return result

    def fit(self, frames: NDArray[np.uint8]) -> Tensor:
        """Return the fields [T - 1, 2, S, S] from each frame uint8 [T, Y, X] to the next."""
        prepared = prepare(frames, self)
        images = torch.from_numpy(prepared.frames)[:, None].float() / 255
        sector = torch.from_numpy(prepared.sector)[None, None].float()
        points = grid_size(self.size, self.grid_spacing_px)
        coefficients = torch.zeros(len(frames) - 1, 2, points, points, requires_grad=True)
        for shrink, steps in STAGES:
            side, spacing = self.size // shrink, self.grid_spacing_px // shrink
            small, inside = avg_pool2d(images, shrink), (avg_pool2d(sector, shrink) == 1).float()
            optimiser = torch.optim.Adam([coefficients])
            for step in range(steps):
                optimiser.param_groups[0]["lr"] = LEARNING_RATE * shrink * (1 - step / steps)
                dvf = dense_field(coefficients, spacing, (side, side)) / shrink
                smooth = self.bending_weight * bending_energy(dvf, "normalised")
                loss = smooth - self.similarity(small, inside, dvf)
                optimiser.zero_grad()
                loss.backward()
                optimiser.step()
        return dense_field(coefficients.detach(), self.grid_spacing_px, (self.size, self.size))

    def similarity(self, images: Tensor, sector: Tensor, dvf: Tensor) -> Tensor:
        """Return the similarity under the fields and what they lead to, averaged."""
        total, count, path = images.new_zeros(()), 0, dvf
        for gap in range(1, min(self.max_frame_gap, len(dvf)) + 1):
            if gap > 1:
                path = compose(dvf[: 1 - gap], path[1:])
            inside = sector.expand(len(path), -1, -1, -1)
            mask = inside * (warp(inside, path.detach(), "zeros") > 0.5)
            total = total + ncc(images[:-gap], warp(images[gap:], path), mask) * len(path)
            count += len(path)
        return total / count
