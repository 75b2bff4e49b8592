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

from echoweave.learn2reg.evaluation.organ_dice import Labels, organ_dice
from echoweave.learn2reg.organs import ORGANS

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
    dice = organ_dice(fixed, moving, warped)
    boxes = [find_objects(labels, max(ORGANS)) for labels in (fixed, moving, warped)]
    found = []
    for label, in_fixed, in_moving, in_warped in zip(ORGANS, *boxes, strict=True):
        if label not in dice:
            if in_fixed or in_moving:
                present: Literal["fixed", "moving"] = "fixed" if in_fixed else "moving"
                found.append(OrganOverlap(label, present, *[math.nan] * 3))
            continue
        hd95 = math.nan, math.nan
        if in_warped:
            box = _enclose([in_fixed, in_warped])
            hd95 = _hd95(fixed[box] == label, warped[box] == label, spacing)
        found.append(OrganOverlap(label, "both", dice[label], *hd95))
    return found


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
