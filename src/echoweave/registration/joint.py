"""The motion of a whole clip, both ways, found together on its own frames.

Fields from each frame to the next and back are cubic B-splines whose coefficients are optimised by
gradient descent, all at once. Frames are compared over links of several successive fields, too:
these add up when they are composed, and so do their errors. There and back must lead to the start
(Christensen 1999), which leaves no room for a motion that only one direction sees. Tissue has
inertia: most of what changes its velocity from frame to frame is noise, and costs.
"""

from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import avg_pool2d

from echoweave.device import torch_device
from echoweave.geometry.bspline import dense_field, grid_size
from echoweave.geometry.sector import inner_sector
from echoweave.geometry.warp import compose, warp
from echoweave.registration.frames import prepare
from echoweave.registration.losses import acceleration, bending_energy, inverse_error, ncc
from echoweave.registration.settings import JointSettings

# How much the frames shrink, and the share of the steps: most are taken on small frames, where
# they are cheap and find long displacements.
_STAGES = ((4, 1), (2, 2 / 3), (1, 1 / 5))
# First learning rate, in pixels of the shrunk frame; it falls to 0 along a line.
_LEARNING_RATE = 0.1
# The square root of the brightness: bright haze that stands still hides less of the dim walls.
_GAMMA = 0.5
# Pairs of frames that are in memory at once.
_CHUNK = 32


class SuccessiveFields(NamedTuple):
    """The fields of successive frames, float32 [T - 1, 2, S, S] in pixels each.

    Attributes:
        later: Field t has frame t fixed and frame t + 1 moving.
        earlier: Field t has frame t + 1 fixed and frame t moving.
    """

    later: Tensor
    earlier: Tensor


class _Level(NamedTuple):
    """The frames at one stage: float [T, 1, s, s], and [1, 1, s, s], 1 where they are compared."""

    frames: Tensor
    inside: Tensor


def register_clip(frames: NDArray[np.uint8], settings: JointSettings) -> SuccessiveFields:
    """Return the motion of a clip, on the GPU if there is one.

    Maximises the normalised cross-correlation of the frames under the fields and under all links of
    at most ``max_frame_gap`` successive ones, averaged, less the bending energy, the inverse
    error and the acceleration times their weights.

    Args:
        frames: uint8 [T, Y, X], any size.
        settings: The lengths, the weights and the number of steps.

    Raises:
        FloatingPointError: The optimisation diverges.
    """
    images, inside = _look(frames, settings)
    size, spacing, n_pairs = settings.size, settings.grid_spacing_px, len(frames) - 1
    points = grid_size(size, spacing)
    coefficients = images.new_zeros(2, n_pairs, 2, points, points).requires_grad_()
    for shrink, share in _STAGES:
        level = _Level(avg_pool2d(images, shrink), (avg_pool2d(inside, shrink) == 1).float())
        optimiser = torch.optim.Adam([coefficients])
        steps = max(round(settings.steps * share), 1)
        for step in range(steps):
            optimiser.param_groups[0]["lr"] = _LEARNING_RATE * shrink * (1 - step / steps)
            optimiser.zero_grad()
            for start in range(0, n_pairs, _CHUNK):
                _loss(coefficients, level, start, shrink, settings).backward()  # type: ignore[no-untyped-call]
            optimiser.step()
    fields = (dense_field(way, spacing, (size, size)) for way in coefficients.detach())
    return SuccessiveFields(*fields)


def _look(frames: NDArray[np.uint8], settings: JointSettings) -> tuple[Tensor, Tensor]:
    """Return the frames float32 [T, 1, S, S], 0 to 1, and the sector without its rim."""
    prepared = prepare(frames, settings)
    inner = inner_sector(prepared.sector.astype(np.bool_), settings.rim_share)
    images, inside = (
        torch.from_numpy(array).to(torch_device()) for array in (prepared.frames, inner)
    )
    return (images[:, None].float() / 255) ** _GAMMA, inside[None, None].float()


def _loss(
    coefficients: Tensor, level: _Level, start: int, shrink: int, settings: JointSettings
) -> Tensor:
    """Return the part of the loss that the pairs from ``start`` on contribute.

    Links begin in this chunk and may end in the next one.
    """
    n_pairs, side = coefficients.shape[1], level.frames.shape[-1]
    own = min(_CHUNK, n_pairs - start)
    stop = min(start + own + max(settings.max_frame_gap - 1, 1), n_pairs)
    spacing = settings.grid_spacing_px // shrink
    later, earlier = (
        dense_field(way[start:stop], spacing, (side, side)) / shrink for way in coefficients
    )
    total = _similarity(
        level._replace(frames=level.frames[start : stop + 1]),
        later,
        earlier,
        own,
        settings.max_frame_gap,
    )
    n_links = sum(2 * max(n_pairs + 1 - gap, 0) for gap in range(1, settings.max_frame_gap + 1))
    fields = torch.cat((later[:own], earlier[:own]))
    smooth = settings.bending_weight * bending_energy(fields, "normalised")
    closed = settings.inverse_weight * inverse_error(fields, fields.roll(own, dims=0))
    loss = (smooth + closed) * (own / n_pairs) - total / n_links
    if (turns := min(own, len(later) - 1)) > 0:
        uneven = acceleration(later[1:][:turns], earlier[:turns])
        loss = loss + settings.acceleration_weight * uneven * (turns / (n_pairs - 1))
    return loss


def _similarity(
    level: _Level, later: Tensor, earlier: Tensor, own: int, max_frame_gap: int
) -> Tensor:
    """Return the summed similarity of all links that begin with one of the first ``own`` pairs."""
    ahead, back = later[:own], earlier[:own]
    total = later.new_zeros(())
    for gap in range(1, max_frame_gap + 1):
        count = min(own, len(later) - gap + 1)
        if count < 1:
            break
        if gap > 1:
            ahead = compose(ahead[:count], later[gap - 1 :][:count])
            back = compose(earlier[gap - 1 :][:count], back[:count])
        first, last = level.frames[:count], level.frames[gap:][:count]
        dvf = torch.cat((ahead, back))
        inside = level.inside.expand(len(dvf), -1, -1, -1)
        with torch.no_grad():
            mask = inside * (warp(inside, dvf, "zeros") > 0.5)
        warped = warp(torch.cat((last, first)), dvf)
        total = total + ncc(torch.cat((first, last)), warped, mask) * len(dvf)
    return total
