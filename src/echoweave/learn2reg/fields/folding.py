"""How smooth a displacement field is, and where it folds: SDlogJ under its three names."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from echoweave.geometry.warp import jacobian_determinant

# What is cut off on every side: there the differences of Learn2Reg's evaluation take zeros in.
_BORDER = 2
_SMALLEST, _LARGEST = 1e-9, 1e9
# Planes at once: nine derivatives in float64 take 72 bytes a voxel.
_PLANES = 16


@dataclass(frozen=True)
class Smoothness:
    """What det J of a field is like, without two voxels on every side.

    Attributes:
        sdlogj: SD of log(clip(det J, 1e-9, 1e9)): SDlogJ by its name.
        sdlogj_offset3: SD of log(clip(det J + 3, 1e-9, 1e9)): Learn2Reg's evaluation of today.
        sdlogj_offset15: SD of log(clip(det J + 15, 0, 1e9)): the evaluation of 2020; hides folding.
        folded_voxels: Where det J is not positive.
        folded_percent: Their share of all that are looked at.
    """

    sdlogj: float
    sdlogj_offset3: float
    sdlogj_offset15: float
    folded_voxels: int
    folded_percent: float


def measure_smoothness(field: NDArray[np.float32]) -> Smoothness:
    """Measure a field float32 [3, Z, Y, X] in voxels; no side below 5.

    Source:
        Learn2Reg's public evaluation (github.com/MDL-UzL/L2R, evaluation/evaluation.py), and that
        of 2020. The SD is that of all voxels (n, not n - 1), as there; and as there, it is NaN with
        an offset of 15 where det J reaches -15 anywhere: the logarithm of 0.
    """
    inner = _inner_determinants(field)
    folded = int((inner <= 0).sum())
    return Smoothness(
        sdlogj=_sd_of_log(inner.clip(_SMALLEST, _LARGEST)),
        sdlogj_offset3=_sd_of_log((inner + 3).clip(_SMALLEST, _LARGEST)),
        sdlogj_offset15=_sd_of_log((inner + 15).clip(0, _LARGEST)),
        folded_voxels=folded,
        folded_percent=100 * folded / inner.size,
    )


def _inner_determinants(field: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return det J without the border."""
    inner = slice(_BORDER, -_BORDER)
    sides = field.shape[1:]
    found = np.empty([side - 2 * _BORDER for side in sides])
    for start in range(_BORDER, sides[0] - _BORDER, _PLANES):
        stop = min(start + _PLANES, sides[0] - _BORDER)
        # With a neighbour on both sides, whose own one-sided differences are dropped.
        planes = torch.from_numpy(field[:, start - 1 : stop + 1].astype(np.float64))
        determinants = jacobian_determinant(planes[None])[0, 1:-1, inner, inner]
        found[start - _BORDER : stop - _BORDER] = determinants.numpy()
    return found


def _sd_of_log(values: NDArray[np.float64]) -> float:
    with np.errstate(divide="ignore", invalid="ignore"):
        return float(np.log(values).std())
