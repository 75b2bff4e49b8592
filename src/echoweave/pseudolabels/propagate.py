"""Propagation: a reference mask is carried from its frame to all others."""

from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt
from torch import Tensor

from echoweave.geometry.distance import label_distances
from echoweave.geometry.warp import compose, warp
from echoweave.pseudolabels.settings import Propagation

# Stands for the infinite distance to a label that a mask lacks, which no interpolation survives.
_FAR_MM = 1e5


class Carried(NamedTuple):
    """A reference mask in every frame.

    Attributes:
        distances: float32 [T, 4, Y, X], the signed distances to the outline of every label in mm,
            as measured in the reference.
        labels: uint8 [T, Y, X], the label with the largest distance; the reference itself in its
            own frame.
        to_reference: float32 [T, 2, Y, X], the fields with frame t fixed and the reference's frame
            moving; zero in the reference's frame.
    """

    distances: NDArray[np.float32]
    labels: NDArray[np.uint8]
    to_reference: NDArray[np.float32]


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
    spacing_mm: tuple[float, float],
    propagation: Propagation,
) -> Carried:
    """Carry ``mask`` from frame ``reference`` to all frames.

    What travels are the signed distances to the outlines, so that outlines keep their place to a
    fraction of a pixel. ``composed`` composes the fields of successive frames and warps once,
    ``direct`` warps once by the field to the reference. ``linear`` warps from frame to frame, and
    so does ``nearest``, which takes the nearest pixel, as Tafuro et al. (2023) do with the labels.

    A structure that the sector's edge cuts goes on beyond it: what comes into view has the label
    of the nearest pixel at the edge. Outside the sector there are only labels that were drawn
    there in the reference. ``nearest`` knows no sector, as the paper does not.

    Args:
        mask: uint8 [Y, X].
        reference: Its frame.
        fields: float32 [T - 1, 2, Y, X], one for each of :func:`frame_pairs`.
        sector: bool [Y, X], the pixels that the probe sees.
        spacing_mm: (sy, sx).
        propagation: How, see above.
    """
    to_reference = _to_reference(fields, reference, propagation)
    at_reference = _finite_distances(mask, spacing_mm)
    distances = _carry_distances(at_reference, reference, fields, to_reference, propagation)
    beyond = mask if propagation == "nearest" else _continue_beyond(mask, sector)
    if not np.array_equal(mask, beyond):
        start = _finite_distances(beyond, spacing_mm)
        inside = _carry_distances(start, reference, fields, to_reference, propagation)
        np.copyto(distances, inside, where=sector)
        distances[reference] = at_reference
    return Carried(distances, likeliest_labels(distances), to_reference)


def likeliest_labels(distances: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Return the labels uint8 [T, Y, X] with the largest distances [T, labels, Y, X].

    Where two are equal, the smaller label.
    """
    return np.stack([likeliest_label(frame) for frame in distances])


def likeliest_label(distances: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Return the same of one frame, uint8 [Y, X] of [labels, Y, X]."""
    # Label by label: numpy's argmax over a short axis takes several times as long.
    largest = distances[0].copy()
    labels = np.zeros(largest.shape, np.uint8)
    for label, distance in enumerate(distances[1:], start=1):
        np.copyto(labels, label, where=distance > largest)
        np.maximum(largest, distance, out=largest)
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


def _continue_beyond(mask: NDArray[np.uint8], sector: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """Return ``mask`` with the labels at the sector's edge continued outwards.

    Where the mask was drawn across the edge it stays as drawn.
    """
    known = sector | (mask > 0)
    rows, columns = distance_transform_edt(~known, return_distances=False, return_indices=True)
    return np.where(known | ~sector[rows, columns], mask, mask[rows, columns])


def _finite_distances(
    mask: NDArray[np.uint8], spacing_mm: tuple[float, float]
) -> NDArray[np.float32]:
    return label_distances(mask, spacing_mm).clip(-_FAR_MM, _FAR_MM)


def _carry_distances(
    distances: NDArray[np.float32],
    reference: int,
    fields: NDArray[np.float32],
    to_reference: NDArray[np.float32],
    propagation: Propagation,
) -> NDArray[np.float32]:
    """Return the distances [4, Y, X] of the reference in every frame, float32 [T, 4, Y, X]."""
    carried = np.empty((len(fields) + 1, *distances.shape), np.float32)
    carried[reference] = distances
    steps = zip(frame_pairs(len(carried), reference, propagation), fields, strict=True)
    for (fixed, moving), field in steps:
        if propagation == "nearest":
            carried[fixed] = _nearest(carried[moving], field)
        elif propagation == "linear":
            carried[fixed] = warp_array(carried[moving], field)
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
