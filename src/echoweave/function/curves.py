"""The left ventricle over the frames of a clip."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from echoweave.bundles.doubt import FoldOpinion
from echoweave.evaluation.chamber import Chamber, find_chamber
from echoweave.evaluation.volumes import simpson
from echoweave.function.analysis import FrameCurves
from echoweave.function.quality import agreement_marks, shape_marks, steadiness_marks
from echoweave.labels import structure_mask
from echoweave.units import Units


def find_chambers(labels: NDArray[np.uint8], spacing: tuple[float, float]) -> list[Chamber | None]:
    """Return the left ventricle of each frame [Y, X] of ``labels``; None where there is none."""
    return [find_chamber(mask, spacing) for mask in structure_mask(labels, "cavity")]


def frame_curves(
    labels: NDArray[np.uint8],
    label_values: Sequence[int],
    chambers: Sequence[Chamber | None],
    opinions: Sequence[Sequence[FoldOpinion]],
    spacing: tuple[float, float],
    units: Units,
) -> FrameCurves:
    """Return what is drawn over time.

    Args:
        labels: uint8 [T, Y, X].
        label_values: What the model tells apart.
        chambers: Of :func:`find_chambers`.
        opinions: What each fold finds in each frame.
        spacing: (sy, sx).
        units: Those of the spacing.
    """
    pixels = structure_mask(labels, "cavity").sum(axis=(1, 2))
    area = np.where(pixels > 0, pixels * spacing[0] * spacing[1], np.nan)
    volume = [simpson([one], one.length) / units.volume_size if one else np.nan for one in chambers]
    length = [one.length if one else np.nan for one in chambers]
    marks = (
        shape_marks(labels, label_values),
        agreement_marks(opinions),
        steadiness_marks(area),
    )
    # fmin passes over the agreement where there is one fold.
    quality = np.fmin(np.fmin(*marks[:2]), marks[2])
    return FrameCurves(area, np.array(volume), np.array(length), *marks, quality)
