"""Dice of the organs of a pair, as Learn2Reg's evaluation has it."""

import numpy as np
from numpy.typing import NDArray

from echoweave.learn2reg.fields.native_warp import warp_native
from echoweave.learn2reg.organs import N_ORGAN_LABELS, ORGANS

Labels = NDArray[np.uint8]


def mean_dice(fixed: Labels, moving: Labels, dvf: NDArray[np.float32]) -> float:
    """Return the mean over the organs that both volumes of a pair show; NaN if there is none.

    Args:
        fixed: uint8 [Z, Y, X].
        moving: uint8 [Z, Y, X]; it is warped with the nearest voxel.
        dvf: float32 [3, Z, Y, X] in voxels, fixed -> moving.
    """
    found = organ_dice(fixed, moving, warp_native(moving, dvf))
    return float(np.mean([*found.values()])) if found else float("nan")


def organ_dice(fixed: Labels, moving: Labels, warped: Labels) -> dict[int, float]:
    """Return 2 |A and B| / (|A| + |B|) of the fixed and the warped label, by label.

    Args:
        fixed: uint8 [Z, Y, X].
        moving: uint8 [Z, Y, X], before it is warped: what it or ``fixed`` does not show is left
            out.
        warped: uint8 [Z, Y, X], on the grid of ``fixed``.
    """
    shared = _count_shared(fixed, warped)
    in_fixed, in_warped = shared.sum(axis=1), shared.sum(axis=0)
    in_moving = np.bincount(moving.ravel(), minlength=N_ORGAN_LABELS)
    return {
        label: float(2 * shared[label, label] / (in_fixed[label] + in_warped[label]))
        for label in ORGANS
        if in_fixed[label] and in_moving[label]
    }


def _count_shared(fixed: Labels, warped: Labels) -> NDArray[np.int64]:
    """Return how many voxels have each label of ``fixed`` (rows) and of ``warped`` (columns)."""
    both = fixed.ravel() * np.uint8(N_ORGAN_LABELS) + warped.ravel()
    return np.bincount(both, minlength=N_ORGAN_LABELS**2).reshape(N_ORGAN_LABELS, -1)
