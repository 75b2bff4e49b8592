"""Intervals that hold: split-conformal, from training patients by the fold that never saw them.

Source: Papadopoulos et al. (2002), Lei et al. (2018). The error of each calibration clip is divided
by its doubt, how large the error was to be expected; the rank of these scores that 90 % of
exchangeable clips stay below, times the doubt of a new clip, is half its interval.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from echoweave.function.analysis import Measured

CONFIDENCE = 0.9
# What has an interval. Errors of volumes count as shares of the volume.
VOLUMES = ("edv", "esv")
CALIBRATED = ("ef_percent", *VOLUMES)

Scores = Mapping[str, Sequence[float]]


def conformal_quantile(scores: Sequence[float], confidence: float) -> float:
    """Return the ceil((n + 1) confidence)-th smallest score; infinite if there are too few."""
    rank = math.ceil((len(scores) + 1) * confidence)
    return float(np.sort(scores)[rank - 1]) if rank <= len(scores) else math.inf


def with_interval(measured: Measured, name: str, doubt: float, scores: Scores) -> Measured:
    """Return what was measured with its 90 % interval, if the calibration has enough scores.

    Args:
        measured: The number, or why there is none.
        name: One of ``CALIBRATED``, in two views with "biplane_" before it.
        doubt: Of the clip, see :func:`echoweave.bundles.doubt.clip_doubt`.
        scores: The calibration of the bundle.
    """
    half = conformal_quantile(scores.get(name, ()), CONFIDENCE) * doubt
    if measured.value is None or not math.isfinite(half):
        return measured
    if name.removeprefix("biplane_") in VOLUMES:
        half *= measured.value
    high = measured.value + half
    if name.endswith("percent"):
        high = min(high, 100.0)
    return replace(measured, low=max(measured.value - half, 0.0), high=high)


def expected_dice(structure: str, doubt: float, scores: Scores) -> Measured:
    """Return the Dice that the masks of a clip are likely to have, with its 90 % interval.

    Args:
        structure: "cavity", "myocardium" or "atrium".
        doubt: See :func:`echoweave.bundles.doubt.missing_dice`.
        scores: The calibration of the bundle.
    """
    known = scores.get(f"dice_{structure}", ())
    tail = (1 - CONFIDENCE) / 2
    most = conformal_quantile(known, 1 - tail)
    if not math.isfinite(most):
        return Measured(None, reason="the bundle has too few calibration clips")
    least = -conformal_quantile([-score for score in known], 1 - tail)
    middle = float(np.median(known))
    value, low, high = (min(max(1 - score * doubt, 0.0), 1.0) for score in (middle, most, least))
    return Measured(value, low=low, high=high)
