"""Instance refinement: the fields of one sequence, optimised together on its own frames.

Successive fields add up when they are composed, and so do their errors. Here they are fitted so
that frames further apart match under the composed fields, too.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import avg_pool2d

from echoweave.geometry.bspline import dense_field, grid_size
from echoweave.geometry.warp import compose, resize_fields, warp
from echoweave.registration.frames import prepare
from echoweave.registration.losses import SIMILARITIES, bending_energy
from echoweave.registration.settings import Refinement, Settings

# How much the frames shrink, and the share of the steps: most are taken on small frames, where
# they are cheap and find long displacements.
_STAGES = ((4, 1), (2, 2 / 3), (1, 1 / 3))
# First learning rate, in pixels of the shrunk frame; it falls to 0 along a line.
_LEARNING_RATE = 0.1


class Links(NamedTuple):
    """Pairs that lead through several fields: ``pairs[first]``, then a link of one field less.

    Attributes:
        first: Index of the first pair of each link.
        rest: Index of its continuation among the links that are one field shorter.
        moving: The frame where it ends.
    """

    first: list[int]
    rest: list[int]
    moving: list[int]


def refine(
    fields: Tensor,
    frames: NDArray[np.uint8],
    pairs: Sequence[tuple[int, int]],
    network: Settings,
    refinement: Refinement,
) -> Tensor:
    """Add a cubic B-spline to every field so that the frames match better.

    Maximises the similarity of the frames under the fields, averaged over all pairs and over
    all that at most ``max_frame_gap`` successive pairs lead to, less the bending energy of the
    fields times its weight.

    Args:
        fields: float32 [N, 2, Y, X] in their own pixels, where the optimisation starts.
        frames: uint8 [T, Y, X], any size.
        pairs: (fixed, moving) frames of each field.
        network: How the network sees frames and measures; lengths and weight do not count here.
        refinement: The lengths, the weight and the number of steps.

    Returns:
        float32 [N, 2, S, S], with S the refinement's size.
    """
    size, spacing = refinement.size, refinement.grid_spacing_px
    own = replace(network, size=size, smoothing_px=refinement.smoothing_px)
    prepared = prepare(frames, own)
    images = torch.from_numpy(prepared.frames).to(fields.device)[:, None].float() / 255
    sector = torch.from_numpy(prepared.sector).to(fields.device)[None, None].float()
    points = grid_size(size, spacing)
    coefficients = fields.new_zeros(len(pairs), 2, points, points).requires_grad_()
    links = link_pairs(pairs, refinement.max_frame_gap)
    for shrink, share in _STAGES:
        side = size // shrink
        start = resize_fields(fields, (side, side))
        small, inside = avg_pool2d(images, shrink), (avg_pool2d(sector, shrink) == 1).float()
        optimiser = torch.optim.Adam([coefficients])
        steps = max(round(refinement.steps * share), 1)
        for step in range(steps):
            for group in optimiser.param_groups:
                group["lr"] = _LEARNING_RATE * shrink * (1 - step / steps)
            added = dense_field(coefficients, spacing // shrink, (side, side)) / shrink
            dvf = start + added
            loss = refinement.bending_weight * bending_energy(dvf, "normalised")
            loss = loss - _similarity(small, inside, dvf, pairs, links, own)
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimiser.step()
    whole = resize_fields(fields, (size, size))
    return whole + dense_field(coefficients.detach(), spacing, (size, size))


def link_pairs(pairs: Sequence[tuple[int, int]], max_frame_gap: int) -> list[Links]:
    """Return the links of 2, 3, ... ``max_frame_gap`` fields.

    A pair goes on with the pair whose fixed frame is its moving one, if that does not lead back.
    """
    starting = {fixed: index for index, (fixed, _) in enumerate(pairs)}
    shorter = Links(list(range(len(pairs))), [], [moving for _, moving in pairs])
    result = []
    for _ in range(1, max_frame_gap):
        where = {first: row for row, first in enumerate(shorter.first)}
        longer = Links([], [], [])
        for first, (fixed, moving) in enumerate(pairs):
            rest = where.get(starting.get(moving, -1))
            if rest is not None and shorter.moving[rest] != fixed:
                longer.first.append(first)
                longer.rest.append(rest)
                longer.moving.append(shorter.moving[rest])
        result.append(longer)
        shorter = longer
    return result


def _similarity(
    images: Tensor,
    sector: Tensor,
    dvf: Tensor,
    pairs: Sequence[tuple[int, int]],
    links: list[Links],
    settings: Settings,
) -> Tensor:
    """Return the similarity under the fields and what they lead to, averaged."""
    measure = SIMILARITIES[settings.similarity]
    fixed, moving = (list(frames) for frames in zip(*pairs, strict=True))

    def compare(fixed: list[int], moving: list[int], dvf: Tensor) -> Tensor:
        inside = sector.expand(len(dvf), -1, -1, -1)
        mask = inside * (warp(inside, dvf.detach(), "zeros") > 0.5)
        return measure(images[fixed], warp(images[moving], dvf), mask) * len(dvf)

    total, count, path = compare(fixed, moving, dvf), len(dvf), dvf
    for link in links:
        if not link.first:
            break
        path = compose(dvf[link.first], path[link.rest])
        total = total + compare([fixed[i] for i in link.first], link.moving, path)
        count += len(path)
    return total / count
