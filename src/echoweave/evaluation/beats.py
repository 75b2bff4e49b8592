"""ED and ES of every beat, found from the area of the cavity."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

# An extremum of the area curve counts as ED or ES if it stands out by this share of the range.
_PROMINENCE = 0.3
# An end of the clip does so only this near to the largest (ED) or smallest (ES) area of all, as a
# share of the range: further away it lies amid a beat that the clip cuts off.
_CUT_OFF = 0.15

# No heart beats faster than 200 times a minute for long: two ED closer than this are noise.
SHORTEST_BEAT_S = 0.3

Curve = NDArray[np.float64]


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
    peaks, troughs = find_turns(areas, apart)
    beats = []
    for number, ed in enumerate(peaks):
        end = peaks[number + 1] if number + 1 < len(peaks) else len(areas)
        inside = [trough for trough in troughs if ed < trough < end]
        if inside:
            beats.append(Phases(ed, min(inside, key=lambda frame: areas[frame])))
    return beats


def find_turns(areas: Curve, apart: int = 1) -> tuple[list[int], list[int]]:
    """Return the frames of every ED and of every ES; arguments as of :func:`find_beats`."""
    span = float(np.ptp(areas)) if len(areas) else 0.0
    if span == 0.0:
        return [], []
    return _extrema(areas, span, apart), _extrema(-areas, span, apart=1)


def _extrema(curve: Curve, span: float, apart: int) -> list[int]:
    """Return the prominent maxima of ``curve``, its first and last frame included if high."""
    # Here: with scipy.stats, which it imports, it takes longer than most jobs that import this.
    from scipy.signal import find_peaks

    walled = np.concatenate([[curve.min() - span], curve, [curve.min() - span]])
    peaks = find_peaks(walled, prominence=_PROMINENCE * span, distance=apart)[0] - 1
    high = curve[peaks] >= curve.max() - _CUT_OFF * span
    inner = (peaks > 0) & (peaks < len(curve) - 1)
    return [int(peak) for peak in peaks[inner | high]]
