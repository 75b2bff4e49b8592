"""Intervals that hold: split-conformal, from training patients by the fold that never saw them.

Source: Papadopoulos et al. (2002), Lei et al. (2018). The error of each calibration clip is divided
by how large it was to be expected, a power of its doubt; the rank of these scores that 90 % of
exchangeable clips stay below, times what is to be expected of a new clip, is half its interval. All
folds together err less than the one of a calibration clip, by a share that the calibration knows.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from echoweave.bundles.bundle import Calibration
from echoweave.function.analysis import Measured

CONFIDENCE = 0.9
# What has an interval. Errors of volumes count as shares of the volume.
VOLUMES = ("edv", "esv")
CALIBRATED = ("ef_percent", *VOLUMES)

_NONE = Calibration((), 0.0, 1.0)


def conformal_quantile(scores: Sequence[float], confidence: float) -> float:
    """Return the ceil((n + 1) confidence)-th smallest score; infinite if there are too few."""
    rank = math.ceil((len(scores) + 1) * confidence)
    return float(np.sort(scores)[rank - 1]) if rank <= len(scores) else math.inf


def with_interval(
    measured: Measured,
    name: str,
    doubt: float,
    calibrations: Mapping[str, Calibration],
    alone: bool,
) -> Measured:
    """Return what was measured with its 90 % interval, if the calibration has enough scores.

    Args:
        measured: The number, or why there is none.
        name: One of ``CALIBRATED``, in two views with "biplane_" before it.
        doubt: Of the clip, see :func:`echoweave.bundles.doubt.clip_doubt`.
        calibrations: Those of the bundle.
        alone: Whether one fold measured it, not all together.
    """
    known = calibrations.get(name, _NONE)
    half = conformal_quantile(known.scores, CONFIDENCE) * _expected_error(known, doubt, alone)
    if measured.value is None or not math.isfinite(half):
        return measured
    if name.removeprefix("biplane_") in VOLUMES:
        half *= measured.value
    high = measured.value + half
    if name.endswith("percent"):
        high = min(high, 100.0)
    return replace(measured, low=max(measured.value - half, 0.0), high=high)


def expected_dice(
    structure: str, doubt: float, calibrations: Mapping[str, Calibration], alone: bool
) -> Measured:
    """Return the Dice that masks at ED and ES are likely to have, with its 90 % interval.

    Args:
        structure: "cavity", "myocardium" or "atrium".
        doubt: See :func:`echoweave.bundles.doubt.missing_dice`.
        calibrations: Those of the bundle.
        alone: Whether one fold segmented, not all together.
    """
    known = calibrations.get(f"dice_{structure}", _NONE)
    tail = (1 - CONFIDENCE) / 2
    most = conformal_quantile(known.scores, 1 - tail)
    if not math.isfinite(most):
        return Measured(None, reason="the bundle has too few calibration clips")
    least = -conformal_quantile([-score for score in known.scores], 1 - tail)
    middle = float(np.median(known.scores))
    error = _expected_error(known, doubt, alone)
    value, low, high = (min(max(1 - score * error, 0.0), 1.0) for score in (middle, most, least))
    return Measured(value, low=low, high=high)


def _expected_error(known: Calibration, doubt: float, alone: bool) -> float:
    return float(doubt**known.growth) * (1.0 if alone else known.together)
