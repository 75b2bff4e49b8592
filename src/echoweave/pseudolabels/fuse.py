"""Fusion: the labels carried forward from ED and backward from ES become one sequence."""

import cv2
import numpy as np
from numpy.typing import NDArray

from echoweave.geometry.distance import label_distances
from echoweave.labels import N_LABELS
from echoweave.pseudolabels.settings import Fusion

_PAPER_CLOSING = np.ones((5, 5), np.uint8)


def backward_weights(n_frames: int, ed: int, es: int) -> NDArray[np.float64]:
    """Return the weight of the backward labels in every frame: sin^2(pi t / 2N).

    t counts frames from ED and N is ES, so the weight is exactly 0 up to ED, exactly 1 from ES on
    and one half midway. The forward labels have the rest, cos^2(pi t / 2N).
    """
    share = np.clip((np.arange(n_frames) - ed) / (es - ed), 0, 1)
    return np.asarray(np.sin(np.pi / 2 * share) ** 2)


def fuse(
    forward: NDArray[np.uint8],
    backward: NDArray[np.uint8],
    ed: int,
    es: int,
    spacing_mm: tuple[float, float],
    fusion: Fusion,
) -> NDArray[np.uint8]:
    """Fuse the labels that were carried in both directions.

    ``distance`` averages the signed distances of every label in mm with the weights of
    :func:`backward_weights` and takes the label with the largest one; ED and ES stay exactly what
    ``forward`` and ``backward`` hold there. A label that one of the two lacks in a frame between
    them is not in the fused frame. ``paper`` is the rule of Tafuro et al. (2023); ``nearest``
    copies the direction whose reference is nearer in time, forward midway.

    Args:
        forward: uint8 [T, Y, X].
        backward: uint8 [T, Y, X].
        ed: Frame of the reference that ``forward`` was carried from.
        es: Frame of the reference that ``backward`` was carried from, after ``ed``.
        spacing_mm: (sy, sx).
        fusion: The rule, see above.

    Returns:
        uint8 [T, Y, X].
    """
    weights = backward_weights(len(forward), ed, es)
    if fusion == "nearest":
        return np.where((weights <= 0.5)[:, None, None], forward, backward)
    if fusion == "paper":
        frames = [_fuse_as_paper(*frame) for frame in zip(forward, backward, weights, strict=True)]
        return np.stack(frames)
    fused = np.where((weights == 0)[:, None, None], forward, backward)
    for frame in np.flatnonzero((weights > 0) & (weights < 1)):
        box = _labelled_box((forward[frame] > 0) | (backward[frame] > 0))
        fused[frame][box] = _fuse_by_distance(
            forward[frame][box], backward[frame][box], weights[frame], spacing_mm
        )
    return fused


def _labelled_box(mask: NDArray[np.bool_]) -> tuple[slice, slice]:
    """Return the bounding box of the mask, one pixel wider.

    Beyond it both directions hold background, and the nearest background to any pixel in it lies
    inside, so distances in the box are those in the whole frame.
    """
    rows, columns = (np.flatnonzero(mask.any(axis=axis)) for axis in (1, 0))
    if not len(rows):
        return slice(0, 0), slice(0, 0)
    return (
        slice(max(rows[0] - 1, 0), rows[-1] + 2),
        slice(max(columns[0] - 1, 0), columns[-1] + 2),
    )


def _fuse_by_distance(
    forward: NDArray[np.uint8],
    backward: NDArray[np.uint8],
    weight: float,
    spacing_mm: tuple[float, float],
) -> NDArray[np.uint8]:
    distance = (1 - weight) * label_distances(forward, spacing_mm)
    distance += weight * label_distances(backward, spacing_mm)
    return np.asarray(distance.argmax(axis=0), np.uint8)


def _fuse_as_paper(
    forward: NDArray[np.uint8], backward: NDArray[np.uint8], weight: float
) -> NDArray[np.uint8]:
    """Return the lowest label whose fused distance is positive, closed with a 5x5 square.

    Distances are 3x3 chamfer distances in pixels; where no label is positive, background. Since
    the closing runs over the label values, it also changes the references.
    """
    fused = np.zeros_like(forward)
    for label in reversed(range(N_LABELS)):
        distance = (1 - weight) * _chamfer(forward == label) + weight * _chamfer(backward == label)
        fused[distance > 0] = label
    return np.asarray(cv2.morphologyEx(fused, cv2.MORPH_CLOSE, _PAPER_CLOSING), np.uint8)


def _chamfer(mask: NDArray[np.bool_]) -> NDArray[np.float32]:
    inside, outside = (
        cv2.distanceTransform(side.astype(np.uint8), cv2.DIST_L2, 3) for side in (mask, ~mask)
    )
    return np.asarray(inside - outside, np.float32)
