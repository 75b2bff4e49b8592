"""Temporal consistency of each attribute of the predicted shapes (Painchaud et al., 2022)."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from echoweave.evaluation.predictions import Shapes
from echoweave.evaluation.smoothness import deviations

COLUMNS = ("attribute", "n_frames", "lost_frames", "max_deviation", "inconsistent_share")


def consistency_rows(
    clips: Sequence[Shapes], threshold: float
) -> Iterator[tuple[Shapes, dict[str, Any]]]:
    """Yield each clip with one row (``COLUMNS``) an attribute.

    Attributes are scaled with their smallest and largest value in the reference masks of all
    clips, the same for every arm; without references, in the predictions.

    Args:
        clips: The test sequences of one arm.
        threshold: A frame counts as inconsistent if its deviation is larger, in scaled units.
    """
    names = clips[0].curves if clips else ()
    ranges = {attribute: _range(clips, attribute) for attribute in names}
    for clip in clips:
        for attribute, curve in clip.curves.items():
            found = np.abs(deviations(curve, *ranges[attribute]))
            found = found[np.isfinite(found)]
            yield (
                clip,
                {
                    "attribute": attribute,
                    "n_frames": len(found),
                    "lost_frames": np.count_nonzero(np.isnan(curve)),
                    "max_deviation": found.max() if len(found) else np.nan,
                    "inconsistent_share": np.mean(found > threshold) if len(found) else np.nan,
                },
            )


def _range(clips: Sequence[Shapes], attribute: str) -> tuple[float, float]:
    for curves in ([clip.ref_curves for clip in clips], [clip.curves for clip in clips]):
        values = np.concatenate([np.empty(0), *(curve[attribute] for curve in curves)])
        values = values[np.isfinite(values)]
        if len(values):
            return float(values.min()), float(values.max())
    return np.nan, np.nan
