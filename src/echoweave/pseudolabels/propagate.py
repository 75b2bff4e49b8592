"""Propagation: a reference mask is carried from its frame to all others."""

from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt
from scipy.ndimage import label as connected
from torch import Tensor

from echoweave.geometry.beyond import continue_beyond, continue_motion
from echoweave.geometry.distance import label_distances
from echoweave.geometry.warp import compose, warp
from echoweave.pseudolabels.settings import Propagation

# Stands for the infinite distance to a label that a mask lacks, which no interpolation survives.
_FAR = 1e5
# A structure drawn further than this beyond the sector's edge, as a share of the picture's width,
# was drawn whole; less says nothing, since neither the edge nor an outline is known better.
_ACROSS = 0.01


class Carried(NamedTuple):
    """A reference mask in every frame.

    Attributes:
        distances: float32 [T, 4, Y, X], the signed distances to the outline of every label, in the
            unit of the spacing, as measured in the reference. The sector's edge is no outline: what
            it cuts goes on.
        labels: uint8 [T, Y, X], the label with the largest distance in the extent, 0 outside it;
            the reference itself in its own frame.
        to_reference: float32 [T, 2, Y, X], the fields with frame t fixed and the reference's frame
            moving; zero in the reference's frame.
        extent: bool [T, Y, X], where there may be labels: in the sector, and where pixels that were
            labelled in the reference have moved.
    """

    distances: NDArray[np.float32]
    labels: NDArray[np.uint8]
    to_reference: NDArray[np.float32]
    extent: NDArray[np.bool_]


def frame_pairs(n_frames: int, reference: int, propagation: Propagation) -> list[tuple[int, int]]:
    """Return the (fixed, moving) pairs whose fields :func:`carry` needs, nearest frames first.

    Fixed is every frame but the reference's; moving is its neighbour towards the reference, or the
    reference's frame itself for ``direct``.
    """
    frames = sorted(set(range(n_frames)) - {reference}, key=lambda frame: abs(frame - reference))
    if propagation == "direct":
        return [(frame, reference) for frame in frames]
    return [(frame, frame - 1 if frame > reference else frame + 1) for frame in frames]


def carry(
    mask: NDArray[np.uint8],
    reference: int,
    fields: NDArray[np.float32],
    sector: NDArray[np.bool_],
    spacing: tuple[float, float],
    propagation: Propagation,
) -> Carried:
    """Carry ``mask`` from frame ``reference`` to all frames.

    What travels are the signed distances to the outlines, so that outlines keep their place to a
    fraction of a pixel. ``composed`` composes the fields of successive frames and warps once,
    ``direct`` warps once by the field to the reference. ``nearest`` warps from frame to frame and
    takes the nearest pixel, as Tafuro et al. (2023) do with the labels.

    Beyond the sector's edge nothing can be matched, so there the fields go on as near the edge, and
    what was drawn outside moves as the visible part does. A structure that stops at the edge is
    cut: it goes on beyond it, and what of it comes into view has its label. Outside the sector
    there are labels only where labels of the reference have moved. ``nearest`` knows no sector, as
    the paper does not.

    Args:
        mask: uint8 [Y, X].
        reference: Its frame.
        fields: float32 [T - 1, 2, Y, X], one for each of :func:`frame_pairs`.
        sector: bool [Y, X], the pixels that the probe sees.
        spacing: (sy, sx).
        propagation: How, see above.
    """
    if propagation == "nearest":
        sector = np.ones_like(sector)
    fields = continue_motion(fields, sector)
    to_reference = _to_reference(fields, reference, propagation)

    def carried(distances: NDArray[np.float32]) -> NDArray[np.float32]:
        return _carry_distances(distances, reference, fields, to_reference, propagation)

    whole = _uncut(mask, sector)
    distances = carried(_finite_distances(whole, spacing))
    background = distances[:, 0]
    if not np.array_equal(mask, whole):
        background = carried(_finite_distances(mask, spacing)[:1])[:, 0]
    extent = sector | (background < 0)
    return Carried(distances, likeliest_labels(distances, extent), to_reference, extent)


def likeliest_labels(
    distances: NDArray[np.float32], extent: NDArray[np.bool_]
) -> NDArray[np.uint8]:
    """Return the labels uint8 [T, Y, X] with the largest distances [T, labels, Y, X].

    Where two are equal, the smaller label; outside ``extent`` [T, Y, X] 0.
    """
    return np.stack([likeliest_label(*frame) for frame in zip(distances, extent, strict=True)])


def likeliest_label(distances: NDArray[np.float32], extent: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """Return the same of one frame, uint8 [Y, X] of [labels, Y, X] and [Y, X]."""
    # Label by label: numpy's argmax over a short axis takes several times as long.
    largest = distances[0].copy()
    labels = np.zeros(largest.shape, np.uint8)
    for label, distance in enumerate(distances[1:], start=1):
        np.copyto(labels, label, where=distance > largest)
        np.maximum(largest, distance, out=largest)
    labels[~extent] = 0
    return labels


def warp_array(images: NDArray[np.float32], field: NDArray[np.float32]) -> NDArray[np.float32]:
    """Sample ``images`` [C, Y, X] at ``x + field(x)``, bilinearly; ``field`` is [2, Y, X]."""
    return np.asarray(warp(_batch(images), _batch(field))[0].numpy())


def _to_reference(
    fields: NDArray[np.float32], reference: int, propagation: Propagation
) -> NDArray[np.float32]:
    n_frames = len(fields) + 1
    result = np.zeros((n_frames, *fields.shape[1:]), np.float32)
    for (fixed, moving), field in zip(
        frame_pairs(n_frames, reference, propagation), fields, strict=True
    ):
        if moving == reference:
            result[fixed] = field
        else:
            result[fixed] = compose(_batch(field), _batch(result[moving]))[0].numpy()
    return result


def _uncut(mask: NDArray[np.uint8], sector: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """Return ``mask`` with the structures that the sector's edge cuts continued outwards.

    Whether it cuts one is decided for each stretch of the edge with that label as a whole, since a
    structure that is cut here and drawn whole beside it would get a step.
    """
    depth = distance_transform_edt(~sector)
    at_edge = continue_beyond(mask, sector)
    result = mask.copy()
    for value in np.unique(at_edge[~sector & (at_edge > 0)]):
        stretches, _ = connected(~sector & (at_edge == value), np.ones((3, 3)))
        drawn = np.unique(stretches[(mask > 0) & (depth > _ACROSS * mask.shape[1])])
        result[(stretches > 0) & ~np.isin(stretches, drawn) & (mask == 0)] = value
    return result


def _finite_distances(mask: NDArray[np.uint8], spacing: tuple[float, float]) -> NDArray[np.float32]:
    return label_distances(mask, spacing).clip(-_FAR, _FAR)


def _carry_distances(
    distances: NDArray[np.float32],
    reference: int,
    fields: NDArray[np.float32],
    to_reference: NDArray[np.float32],
    propagation: Propagation,
) -> NDArray[np.float32]:
    """Return ``distances`` [C, Y, X] of the reference in every frame, float32 [T, C, Y, X]."""
    carried = np.empty((len(fields) + 1, *distances.shape), np.float32)
    carried[reference] = distances
    steps = zip(frame_pairs(len(carried), reference, propagation), fields, strict=True)
    for (fixed, moving), field in steps:
        if propagation == "nearest":
            carried[fixed] = _nearest(carried[moving], field)
        else:
            carried[fixed] = warp_array(distances, to_reference[fixed])
    return carried


def _nearest(images: NDArray[np.float32], field: NDArray[np.float32]) -> NDArray[np.float32]:
    height, width = images.shape[1:]
    rows = np.rint(np.arange(height)[:, None] + field[0]).astype(np.intp).clip(0, height - 1)
    columns = np.rint(np.arange(width) + field[1]).astype(np.intp).clip(0, width - 1)
    return np.asarray(images[:, rows, columns])


def _batch(array: NDArray[np.float32]) -> Tensor:
    return torch.from_numpy(array)[None]
