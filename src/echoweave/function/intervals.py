"""Intervals that hold: split-conformal, from training patients by the fold that never saw them.

Source: Papadopoulos et al. (2002), Lei et al. (2018). The error of each calibration clip is divided
by how large it was to be expected, its scale; the rank of these scores that 90 % of exchangeable
clips stay below, times the scale of a new clip, is half its interval.
"""

import math
from collections.abc import Sequence

import numpy as np

CONFIDENCE = 0.9


def conformal_quantile(scores: Sequence[float], confidence: float) -> float:
    """Return the ceil((n + 1) confidence)-th smallest score; infinite if there are too few."""
    rank = math.ceil((len(scores) + 1) * confidence)
    return float(np.sort(scores)[rank - 1]) if rank <= len(scores) else math.inf


def symmetric_interval(
    value: float, scale: float, scores: Sequence[float]
) -> tuple[float, float] | None:
    """Return the ends of the 90 % interval around ``value``; None with too few scores.

    Args:
        value: What was measured.
        scale: Of this clip.
        scores: |error| / scale of the calibration clips.
    """
    half = conformal_quantile(scores, CONFIDENCE) * scale
    return (value - half, value + half) if math.isfinite(half) else None
