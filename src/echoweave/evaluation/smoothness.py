"""How smoothly predicted shapes change over time."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.signal import find_peaks

# An extremum of the area curve counts as ED or ES if it stands out by this share of the range.
_PROMINENCE = 0.3
# An end of the clip does so only this near to the largest (ED) or smallest (ES) area of all, as a
# share of the range: further away it lies amid a beat that the clip cuts off.
_CUT_OFF = 0.15

# Fewer frames have no two second differences.
SHORTEST = 4

Curve = NDArray[np.float64]


def smoothness(areas: Curve) -> float:
    """Return the integral of the squared second derivative of an area curve.

    Second differences, squared, then the trapezoid rule, with the frame as unit of time: the
    measure of Tafuro et al. (2023) if the areas are in pixels at 512 x 512. Lower is smoother.

    Args:
        areas: [T], in px^2.

    Returns:
        The integral in px^4 / frame^3: (px^2 / frame^2)^2, summed over frames. NaN for fewer than
        ``SHORTEST`` frames, where there is nothing to integrate, and for areas that are all zero: a
        structure that is lost throughout is not a smooth one.
    """
    if len(areas) < SHORTEST or not areas.any():
        return math.nan
    return float(np.trapezoid(np.diff(areas, 2) ** 2))


def normalised_smoothness(areas: Curve, frame_rate_hz: float) -> float:
    """Return :func:`smoothness` of area over mean area with time in seconds, in s^-3.

    It does not depend on the size of the structure or of the pixels, and for a smooth curve it
    tends to the integral as the frame rate rises.
    """
    mean = float(np.mean(areas)) if len(areas) else 0.0
    if mean == 0.0:
        return math.nan
    # (d2A)^2 / dt^4, integrated with steps of dt.
    return smoothness(areas / mean) * frame_rate_hz**3


def deviations(values: Curve, low: float, high: float) -> Curve:
    """Return e_t = a_t - (a_(t-1) + a_(t+1)) / 2 of min-max scaled values, for the inner frames.

    Source: Painchaud et al., Echocardiography segmentation with enforced temporal consistency,
    IEEE TMI 41 (2022).

    Args:
        values: [T], one attribute of the shape over time.
        low: What is scaled to 0.
        high: What is scaled to 1.

    Returns:
        [T - 2]; all NaN if ``low`` equals ``high``.
    """
    if high <= low:
        return np.full(max(len(values) - 2, 0), np.nan)
    scaled = (values - low) / (high - low)
    return np.asarray(scaled[1:-1] - (scaled[:-2] + scaled[2:]) / 2)


@dataclass(frozen=True)
class Phases:
    """Frames (0-based) of one beat, found from an area curve."""

    ed: int
    es: int


def find_beats(areas: Curve, apart: int = 1) -> list[Phases]:
    """Find ED (largest area) and the ES (smallest area) that follows it, for every beat.

    The ends of the clip count as extrema, so that half a cycle is one beat, unless their area
    is more than 15 % of the range off the extreme one: there the clip cuts a beat off. Extrema
    that stand out by less than 30 % of the range are noise.

    Args:
        areas: [T], area of the cavity.
        apart: Frames that lie at least between one ED and the next; of two that are closer the
            one with the larger area counts.
    """
    span = float(np.ptp(areas)) if len(areas) else 0.0
    if span == 0.0:
        return []
    peaks = _extrema(areas, span, apart)
    troughs = _extrema(-areas, span, apart=1)
    beats = []
    for number, ed in enumerate(peaks):
        end = peaks[number + 1] if number + 1 < len(peaks) else len(areas)
        inside = [trough for trough in troughs if ed < trough < end]
        if inside:
            beats.append(Phases(ed, min(inside, key=lambda frame: areas[frame])))
    return beats


def _extrema(curve: Curve, span: float, apart: int) -> list[int]:
    """Return the prominent maxima of ``curve``, its first and last frame included if high."""
    walled = np.concatenate([[curve.min() - span], curve, [curve.min() - span]])
    peaks = find_peaks(walled, prominence=_PROMINENCE * span, distance=apart)[0] - 1
    high = curve[peaks] >= curve.max() - _CUT_OFF * span
    inner = (peaks > 0) & (peaks < len(curve) - 1)
    return [int(peak) for peak in peaks[inner | high]]
