"""Propagation: a reference mask is carried from its frame to all others."""

from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt
from torch import Tensor
from torch.nn.functional import one_hot

from echoweave.geometry.warp import compose, warp
from echoweave.labels import N_LABELS
from echoweave.pseudolabels.settings import Propagation


class Carried(NamedTuple):
    """A reference mask in every frame.

    Attributes:
        labels: uint8 [T, Y, X]; the reference itself in its own frame.
        to_reference: float32 [T, 2, Y, X], the fields with frame t fixed and the reference's frame
            moving; zero in the reference's frame.
    """

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
    propagation: Propagation,
) -> Carried:
    """Carry ``mask`` from frame ``reference`` to all frames.

    ``composed`` composes the fields of successive frames and warps the mask once, ``direct`` warps
    it once by the field to the reference; both as one-hot probabilities. ``linear`` warps the
    probabilities frame after frame, and ``nearest`` the labels, as Tafuro et al. (2023) do.

    A structure that the sector's edge cuts goes on beyond it: what comes into view has the label
    of the nearest pixel at the edge. Outside the sector there are only labels that were drawn
    there in the reference.

    Args:
        mask: uint8 [Y, X].
        reference: Its frame.
        fields: float32 [T - 1, 2, Y, X], one for each of :func:`frame_pairs`.
        sector: bool [Y, X], the pixels that the probe sees.
        propagation: How, see above.
    """
    to_reference = _to_reference(fields, reference, propagation)
    beyond = _continue_beyond(mask, sector)
    labels = _carry_labels(beyond, reference, fields, to_reference, propagation)
    if not np.array_equal(mask, beyond):
        drawn = _carry_labels(mask, reference, fields, to_reference, propagation)
        labels = np.where(sector, labels, drawn)
    labels[reference] = mask
    return Carried(labels, to_reference)


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


def _carry_labels(
    mask: NDArray[np.uint8],
    reference: int,
    fields: NDArray[np.float32],
    to_reference: NDArray[np.float32],
    propagation: Propagation,
) -> NDArray[np.uint8]:
    labels = np.broadcast_to(mask, (len(fields) + 1, *mask.shape)).copy()
    steps = zip(frame_pairs(len(labels), reference, propagation), fields, strict=True)
    if propagation == "nearest":
        for (fixed, moving), field in steps:
            labels[fixed] = _warp_nearest(labels[moving], field)
        return labels
    probabilities = {reference: _one_hot(mask)}
    for (fixed, moving), field in steps:
        if propagation == "linear":
            probabilities[fixed] = warp(probabilities[moving], _batch(field))
            labels[fixed] = _most_likely(probabilities[fixed])
        else:
            warped = warp(probabilities[reference], _batch(to_reference[fixed]))
            labels[fixed] = _most_likely(warped)
    return labels


def _warp_nearest(labels: NDArray[np.uint8], field: NDArray[np.float32]) -> NDArray[np.uint8]:
    height, width = labels.shape
    rows = np.rint(np.arange(height)[:, None] + field[0]).astype(np.intp).clip(0, height - 1)
    columns = np.rint(np.arange(width) + field[1]).astype(np.intp).clip(0, width - 1)
    return np.asarray(labels[rows, columns])


def _one_hot(mask: NDArray[np.uint8]) -> Tensor:
    return one_hot(torch.from_numpy(mask).long(), N_LABELS).permute(2, 0, 1)[None].float()


def _most_likely(probabilities: Tensor) -> NDArray[np.uint8]:
    # torch is ten times slower at this.
    return np.asarray(probabilities[0].numpy().argmax(axis=0), np.uint8)


def _batch(field: NDArray[np.float32]) -> Tensor:
    return torch.from_numpy(field)[None]
