"""How far a frame's masks can be trusted, without a reference: three marks from 0 to 1."""

import itertools
from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import binary_dilation, median_filter

from echoweave.bundles.doubt import FoldOpinion
from echoweave.labels import ATRIUM, BACKGROUND, CAVITY, MYOCARDIUM

# A cavity fills this share of its convex hull if it is fine, and the other if it is none.
_SOLID, _RAGGED = 0.95, 0.75
# Share of the cavity's rim that may lie bare, without muscle or atrium beside it.
_BARE, _NAKED = 0.1, 0.6
# Distance of an area to the median of its neighbours, as a share of it: steady, and jumping.
_STEADY, _JUMP = 0.03, 0.25
_NEIGHBOURS = 5


def shape_marks(labels: NDArray[np.uint8], label_values: Sequence[int]) -> NDArray[np.float64]:
    """Return how plausible the shape of the cavity is, [T]; 0 where there is none.

    A left ventricle is one piece and nearly convex; muscle or atrium surround it, as far as the
    model tells them.

    Args:
        labels: uint8 [T, Y, X].
        label_values: What the model tells apart.
    """
    enclosed = {MYOCARDIUM, ATRIUM} <= set(label_values)
    return np.array([_shape(frame, enclosed) for frame in labels])


def agreement_marks(opinions: Sequence[Sequence[FoldOpinion]]) -> NDArray[np.float64]:
    """Return the mean Dice between the cavities of any two folds, [T]; NaN with one fold."""
    return np.array([_agreement([one.cavity for one in frame]) for frame in opinions])


def steadiness_marks(areas: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how little each area leaves the median of its neighbours, [T]; 0 without a cavity."""
    known = np.nan_to_num(areas)
    around = median_filter(known, _NEIGHBOURS, mode="nearest")
    distance = np.abs(known - around) / np.maximum(around, 1e-9)
    return np.where(known > 0, _mark(distance, _STEADY, _JUMP), 0.0)


def _shape(frame: NDArray[np.uint8], enclosed: bool) -> float:
    cavity = (frame == CAVITY).astype(np.uint8)
    count, _, stats, _ = cv2.connectedComponentsWithStats(cavity, connectivity=8)
    if count < 2:
        return 0.0
    pixels = np.asarray(stats[1:, cv2.CC_STAT_AREA], float)
    points = np.argwhere(cavity)[:, ::-1].astype(np.int32)
    hull = np.zeros_like(cavity)
    cv2.fillConvexPoly(hull, cv2.convexHull(points), 1)
    solid = float(pixels.sum()) / np.count_nonzero(hull)
    marks = [float(pixels.max() / pixels.sum()), float(_mark(solid, _SOLID, _RAGGED))]
    if enclosed:
        rim = binary_dilation(cavity) & (cavity == 0)
        bare = float(np.mean(frame[rim] == BACKGROUND))
        marks.append(float(_mark(bare, _BARE, _NAKED)))
    return min(marks)


def _agreement(cavities: Sequence[NDArray[np.uint8]]) -> float:
    found = [_packed_dice(a, b) for a, b in itertools.combinations(cavities, 2)]
    return float(np.mean(found)) if found else np.nan


def _packed_dice(first: NDArray[np.uint8], second: NDArray[np.uint8]) -> float:
    """Return the Dice of two masks of eight pixels a byte; 0 where both are empty."""
    total = np.bitwise_count(first).sum() + np.bitwise_count(second).sum()
    return float(2 * np.bitwise_count(first & second).sum() / total) if total else 0.0


def _mark(value: NDArray[np.float64] | float, good: float, bad: float) -> NDArray[np.float64]:
    """Return 1 where ``value`` is as ``good`` or better, 0 where as ``bad`` or worse."""
    return np.clip((np.asarray(value) - bad) / (good - bad), 0, 1)
