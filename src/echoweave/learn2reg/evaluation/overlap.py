"""Dice and the 95 % Hausdorff distance of every organ of a pair."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import find_objects
from surface_distance import (  # type: ignore[import-untyped]
    compute_robust_hausdorff,
    compute_surface_distances,
)

from echoweave.learn2reg.organs import N_ORGAN_LABELS, ORGANS

Labels = NDArray[np.uint8]
_Box = tuple[slice, slice, slice]
_VOXELS = (1.0, 1.0, 1.0)
_PERCENT = 95


@dataclass(frozen=True)
class OrganOverlap:
    """How well an organ lies on itself.

    Attributes:
        label: Its number in :data:`~echoweave.learn2reg.organs.ORGANS`.
        present: Which files of the pair show it; only those in both are measured.
        dice: 2 |A and B| / (|A| + |B|) of the fixed and the warped label; NaN if not in both.
        hd95_voxels: With a spacing of 1, as Learn2Reg reports it; NaN if not in both, or if the
            field has left nothing of the label.
        hd95_mm: The same with the spacing of the fixed file.
    """

    label: int
    present: Literal["both", "fixed", "moving"]
    dice: float
    hd95_voxels: float
    hd95_mm: float

    @property
    def is_lost(self) -> bool:
        """Whether both files show it, and the warped one no longer does."""
        return self.present == "both" and math.isnan(self.hd95_voxels)


def measure_organs(
    fixed: Labels, moving: Labels, warped: Labels, spacing: tuple[float, float, float]
) -> list[OrganOverlap]:
    """Measure every organ that at least one file of the pair shows.

    Args:
        fixed: uint8 [Z, Y, X].
        moving: uint8 [Z, Y, X], before it is warped: decides which labels count.
        warped: uint8 [Z, Y, X], on the grid of ``fixed``.
        spacing: Of ``fixed`` in mm.

    Source:
        Learn2Reg's public evaluation (github.com/MDL-UzL/L2R, evaluation/utils.py): labels that are
        missing in the fixed or in the moving file are left out; HD95 by DeepMind's surface-distance
        with a spacing of 1. There a label that is lost makes the mean distance infinite.
    """
    shared = _count_shared(fixed, warped)
    in_fixed, in_warped = shared.sum(axis=1), shared.sum(axis=0)
    in_moving = np.bincount(moving.ravel(), minlength=N_ORGAN_LABELS)
    boxes = [find_objects(labels, max(ORGANS)) for labels in (fixed, warped)]
    found = []
    for label in ORGANS:
        if not (in_fixed[label] and in_moving[label]):
            if in_fixed[label] or in_moving[label]:
                present: Literal["fixed", "moving"] = "fixed" if in_fixed[label] else "moving"
                found.append(OrganOverlap(label, present, *[math.nan] * 3))
            continue
        dice = 2 * shared[label, label] / (in_fixed[label] + in_warped[label])
        hd95 = math.nan, math.nan
        if in_warped[label]:
            box = _enclose([per_label[label - 1] for per_label in boxes])
            hd95 = _hd95(fixed[box] == label, warped[box] == label, spacing)
        found.append(OrganOverlap(label, "both", float(dice), *hd95))
    return found


def _count_shared(fixed: Labels, warped: Labels) -> NDArray[np.int64]:
    """Return how many voxels have each label of ``fixed`` (rows) and of ``warped`` (columns)."""
    both = fixed.ravel() * np.uint8(N_ORGAN_LABELS) + warped.ravel()
    return np.bincount(both, minlength=N_ORGAN_LABELS**2).reshape(N_ORGAN_LABELS, -1)


def _enclose(boxes: Sequence[_Box]) -> _Box:
    """Return the smallest box around all."""
    z, y, x = (
        slice(min(side.start for side in sides), max(side.stop for side in sides))
        for sides in zip(*boxes, strict=True)
    )
    return z, y, x


def _hd95(
    fixed: NDArray[np.bool_], warped: NDArray[np.bool_], spacing: tuple[float, float, float]
) -> tuple[float, float]:
    """Return it in voxels and in mm."""
    voxels = _distance(fixed, warped, _VOXELS)
    if len(set(spacing)) == 1:
        return voxels, voxels * spacing[0]
    return voxels, _distance(fixed, warped, spacing)


def _distance(
    fixed: NDArray[np.bool_], warped: NDArray[np.bool_], spacing: tuple[float, float, float]
) -> float:
    distances = compute_surface_distances(fixed, warped, spacing)
    return float(compute_robust_hausdorff(distances, _PERCENT))
