"""Fusion: the labels carried forward from ED and backward from ES become one sequence."""

import cv2
import numpy as np
from numpy.typing import NDArray

from echoweave.labels import N_LABELS
from echoweave.pseudolabels.propagate import Carried, likeliest_label
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
    forward: Carried, backward: Carried, ed: int, es: int, fusion: Fusion
) -> NDArray[np.uint8]:
    """Fuse the labels that were carried in both directions.

    ``distance`` averages the carried signed distances of every label with the weights of
    :func:`backward_weights` and takes the label with the largest one; ED and ES stay exactly what
    ``forward`` and ``backward`` hold there. A label that one of the two lacks is not between them.
    Outside the sector there are labels where either direction may have some.
    ``paper`` is the rule of Tafuro et al. (2023), on the labels; ``nearest`` copies the direction
    whose reference is nearer in time, forward midway.

    Args:
        forward: The mask of ED in all frames.
        backward: The mask of ES in all frames.
        ed: Frame of the reference that ``forward`` was carried from.
        es: Frame of the reference that ``backward`` was carried from, after ``ed``.
        fusion: The rule, see above.

    Returns:
        uint8 [T, Y, X].
    """
    ahead, back = forward.labels, backward.labels
    weights = backward_weights(len(ahead), ed, es)
    if fusion == "nearest":
        return np.where((weights <= 0.5)[:, None, None], ahead, back)
    if fusion == "paper":
        frames = [_fuse_as_paper(*frame) for frame in zip(ahead, back, weights, strict=True)]
        return np.stack(frames)
    fused = np.where((weights == 0)[:, None, None], ahead, back)
    for frame in np.flatnonzero((weights > 0) & (weights < 1)):
        distances = (1 - weights[frame]) * forward.distances[frame]
        distances += weights[frame] * backward.distances[frame]
        extent = forward.extent[frame] | backward.extent[frame]
        fused[frame] = likeliest_label(distances, extent)
    return fused


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
