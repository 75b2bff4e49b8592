"""Why a number would be wrong: each reason is one clause that readers understand."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import binary_dilation, binary_erosion

from echoweave.function.analysis import BeatFunction, FrameCurves
from echoweave.function.beats import Rhythm
from echoweave.labels import CAVITY

# Frames without a cavity, as a share of all, that a clip of a left ventricle has at most.
_LOST = 0.3
# The median frame of a left ventricle has at least this mark of quality.
_RECOGNISED = 0.4
# Share of the cavity's outline that may lie on the edge of the sector.
_CUT = 0.15
# An ejection fraction below is no contraction that could be told from noise.
_LEAST_EF = 5.0


def recognition_reason(curves: FrameCurves) -> str:
    """Say why the clip shows no left ventricle; "" if it does."""
    lost = np.mean(np.isnan(curves.area))
    if lost > _LOST:
        return f"no heart is recognised: {100 * lost:.0f} % of the frames show no left ventricle"
    quality = float(np.median(curves.quality))
    if quality < _RECOGNISED:
        return f"no heart is recognised: the masks are not those of one (quality {quality:.2f})"
    return ""


def cut_reason(labels: NDArray[np.uint8], sector: NDArray[np.bool_], frames: Sequence[int]) -> str:
    """Say that the sector cuts the cavity off in one of ``frames``; "" if it does not.

    Args:
        labels: uint8 [T, Y, X].
        sector: bool [Y, X].
        frames: Those that are measured.
    """
    edge = binary_dilation(~np.pad(sector, 1), iterations=2)[1:-1, 1:-1]
    shares = [_share_on(edge, labels[frame] == CAVITY) for frame in frames]
    worst = max(shares, default=0.0)
    if worst <= _CUT:
        return ""
    return f"the sector cuts the cavity: {100 * worst:.0f} % of its outline lie on the edge"


def volume_reason(
    curves: FrameCurves,
    rhythm: Rhythm,
    beats: Sequence[BeatFunction],
    labels: NDArray[np.uint8],
    sector: NDArray[np.bool_],
) -> str:
    """Say why volumes, lengths and ejection fraction would be wrong; "" if they would not."""
    frames = [frame for beat in beats for frame in (beat.ed, beat.es)]
    return (
        recognition_reason(curves)
        or rhythm.reason
        or cut_reason(labels, sector, frames)
        or _contraction_reason(beats)
    )


def strain_reason(beats: Sequence[BeatFunction]) -> str:
    """Say why the strain would be wrong; "" if it would not. A ventricle that ejects shortens."""
    if float(np.mean([beat.gls_percent for beat in beats])) < 0:
        return ""
    return "the outline is as long at ES as at ED: the ends of the valve plane are not held"


def _contraction_reason(beats: Sequence[BeatFunction]) -> str:
    found = [beat.ef_percent for beat in beats]
    if not all(math.isfinite(one) for one in found):
        return "the cavity is too small to be measured"
    if float(np.mean(found)) < _LEAST_EF:
        return "the cavity does not contract enough to be told from noise"
    return ""


def _share_on(edge: NDArray[np.bool_], cavity: NDArray[np.bool_]) -> float:
    outline = cavity & ~binary_erosion(np.pad(cavity, 1))[1:-1, 1:-1]
    total = np.count_nonzero(outline)
    return float(np.count_nonzero(outline & edge) / total) if total else 0.0
