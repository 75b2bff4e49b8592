"""The beats of a strip, all from one signal: the diameter of the left ventricle."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from echoweave.evaluation.beats import find_turns
from echoweave.mmode.function.gaps import Curve, bridge, known_pieces, unbroken
from echoweave.mmode.function.period import beat_period, peak_place
from echoweave.mmode.function.species import Species

# Share of a beat that the diameter is smoothed over: with less of it noise widens the extremes,
# with more of it sharp end-diastoles are flattened.
_SMOOTHED = 1 / 5
# Share of a beat that the lumen may be lost for, and that ends of a strip cannot be trusted for.
_SHORT = 1 / 8
# A parabola through fewer columns smooths nothing.
_LEAST_WINDOW = 5
# Shares of the usual beat that a beat lasts.
BRIEFEST, LONGEST = 0.6, 1.5
# A ventricle whose diameter changes by a smaller share of it cannot be told from noise.
_LEAST_CHANGE = 0.05
# With so many end-diastoles that are seen to turn, those at the ends are done without.
_ENOUGH = 3
# Such an end is less than the largest diameter by this share of the range at most.
_NEARLY_LARGE = 0.15
# Percentiles that the range of the diameter is measured between: bad stretches do not widen it.
_RANGE = (5, 95)


@dataclass(frozen=True)
class MModeBeat:
    """One beat, in columns (0-based).

    Attributes:
        start: The end-diastole that it begins with, its largest diameter.
        systole: The least diameter between both end-diastoles.
        end: The end-diastole that it ends with.
        length: How long it lasts, to a fraction of a column.
    """

    start: int
    systole: int
    end: int
    length: float


@dataclass(frozen=True)
class MModeRhythm:
    """The beats of a strip.

    Attributes:
        beats: In the order of time; where a beat was not seen whole there is none.
        curve: float64 [X], the diameter smoothed over a fifth of a beat: what they are read from.
        rate_bpm: The rate of the whole strip; None with a reason.
        reason: Why there are no beats; "" if there are.
    """

    beats: tuple[MModeBeat, ...]
    curve: Curve
    rate_bpm: float | None = None
    reason: str = ""


def find_mmode_beats(
    diameter: Curve,
    ms_per_column: float | None,
    species: Species,
    breaks: Sequence[int] = (),
    trusted: NDArray[np.bool_] | None = None,
) -> MModeRhythm:
    """Find the beats in the diameter of the left ventricle.

    The rate comes first, by autocorrelation within the limits of the species. Contractions stand
    out by 30 % of the range and lie at least .6 of a beat apart; the largest diameter between two
    of them is an end-diastole. A beat lies between two end-diastoles and its systole, the least
    diameter, between them too, so that no pair is of two beats. It lasts .6 to 1.5 of the usual
    beat, and neither a break nor an eighth of a beat without lumen lies in it.

    Args:
        diameter: float64 [X], in any unit; NaN in columns without lumen.
        ms_per_column: None if unknown.
        species: Limits the rate.
        breaks: Columns that do not follow in time on the column before.
        trusted: bool [X], columns that rate and range are taken from; None, or none of them: all.
            Beats are looked for everywhere.
    """
    if ms_per_column is None:
        return MModeRhythm((), diameter, reason="the time from column to column is unknown")
    sure = diameter if trusted is None else np.where(trusted, diameter, np.nan)
    if not np.isfinite(sure).any():
        sure = diameter
    known = sure[np.isfinite(sure)]
    if not len(known):
        return MModeRhythm((), diameter, reason="no left ventricle is found")
    low, high = np.percentile(known, _RANGE)
    if high - low < _LEAST_CHANGE * np.median(known):
        return MModeRhythm((), diameter, reason="the diameter does not change with the heartbeat")
    minute = 60_000 / ms_per_column
    shortest, longest = minute / species.highest_bpm, minute / species.lowest_bpm
    period = beat_period(sure, shortest, longest, breaks)
    if period is None:
        columns = max(one.stop - one.start for one in unbroken(len(diameter), breaks))
        return MModeRhythm((), diameter, reason=_no_rhythm(columns, ms_per_column, species))
    curve = _smoothed(diameter, period, breaks)
    diastoles = _diastoles(curve, known_pieces(curve, breaks), period, (low, high))
    beats = _beats(curve, diastoles, period, trusted)
    reason = "" if beats else "no beat is seen from one end-diastole to the next"
    return MModeRhythm(beats, curve, minute / period, reason)


def systoles_between(
    starts: Curve, ends: Curve, times: Curve, diameters: Curve
) -> NDArray[np.intp]:
    """Return which diameter is the systole of each beat: the least one between start and end.

    Args:
        starts: [N], when the beats begin.
        ends: [N], when they end.
        times: [M], of the diameters, ascending.
        diameters: [M].

    Returns:
        [N], index into ``diameters``; -1 where none lies between.
    """
    first, stop = np.searchsorted(times, starts, "right"), np.searchsorted(times, ends, "left")
    return np.array(
        [
            low + np.argmin(diameters[low:high]) if low < high else -1
            for low, high in zip(first.tolist(), stop.tolist(), strict=True)
        ],
        dtype=np.intp,
    )


def _no_rhythm(columns: int, ms_per_column: float, species: Species) -> str:
    seconds = columns * ms_per_column / 1000
    if seconds < 120 / species.highest_bpm:
        return f"shorter than two beats: {seconds:.3g} s"
    steady = f"no steady rhythm of {species.lowest_bpm:g} to {species.highest_bpm:g} beats a minute"
    if seconds < 120 / species.lowest_bpm:
        return f"shorter than two beats, or {steady}, in {seconds:.3g} s"
    return steady


def _smoothed(diameter: Curve, period: float, breaks: Sequence[int]) -> Curve:
    """Return ``diameter`` with short gaps bridged, smoothed by local parabolas.

    They leave a sine's extremes within a thousandth of its amplitude.
    """
    # Here: it imports scipy.stats, which takes longer than most jobs that import this.
    from scipy.signal import savgol_filter

    curve = diameter.copy()
    for piece in unbroken(len(curve), breaks):
        curve[piece] = bridge(diameter[piece], round(_SHORT * period))
    for piece in known_pieces(curve, breaks):
        window = min(round(_SMOOTHED * period), piece.stop - piece.start)
        if window >= _LEAST_WINDOW:
            curve[piece] = savgol_filter(curve[piece], window - (window + 1) % 2, 2)
    return curve


def _diastoles(
    curve: Curve, pieces: Sequence[slice], period: float, limits: tuple[float, float]
) -> list[list[int]]:
    """Return the columns of the end-diastoles within each piece.

    ``limits`` are the ends of the range of the diameter.

    At an end of a piece the diameter may be about to grow: there one counts only where few others
    are seen, and if it is nearly as large as they.
    """
    low, high = limits
    clipped = np.clip(curve, low, high)
    found = [_largest(curve, clipped, piece, period) for piece in pieces]
    near = round(_SHORT * period)
    inner = [
        [one for one in diastoles if piece.start + near <= one < piece.stop - near]
        for piece, diastoles in zip(pieces, found, strict=True)
    ]
    if sum(map(len, inner)) >= _ENOUGH:
        return inner
    large = high - _NEARLY_LARGE * (high - low)
    return [
        [one for one in diastoles if one in sure or curve[one] >= large]
        for sure, diastoles in zip(inner, found, strict=True)
    ]


def _largest(curve: Curve, clipped: Curve, piece: slice, period: float) -> list[int]:
    """Return the largest diameter between any two contractions, before the first, after the last.

    Contractions are brief at any rate, where the diastole of a slow heart has more than one top.
    """
    contractions, _ = find_turns(-clipped[piece], max(round(BRIEFEST * period), 1))
    if not contractions:
        return []
    systoles = [piece.start + one for one in contractions]
    first = max(systoles[0] - round(period), piece.start)
    stop = min(systoles[-1] + round(period) + 1, piece.stop)
    return [
        start + int(curve[start:end].argmax())
        for start, end in pairwise([first, *systoles, stop])
        if end - start > 1
    ]


def _beats(
    curve: Curve,
    diastoles: Sequence[list[int]],
    period: float,
    trusted: NDArray[np.bool_] | None,
) -> tuple[MModeBeat, ...]:
    bounds = [bound for piece in diastoles for bound in pairwise(piece)]
    starts, ends = np.array(bounds, float).reshape(-1, 2).T
    systoles = systoles_between(starts, ends, np.arange(len(curve), dtype=float), curve).tolist()
    times = [
        _half_times(curve, start, systole, end)
        for (start, end), systole in zip(bounds, systoles, strict=True)
    ]
    sure = [trusted is None or bool(trusted[start : end + 1].all()) for start, end in bounds]
    beats = []
    for number, ((start, end), systole) in enumerate(zip(bounds, systoles, strict=True)):
        fall, rise = times[number]
        after, before = (
            0 <= other < len(bounds) and sure[other] >= sure[number]
            for other in (number + 1, number - 1)
        )
        # Falls and rises are steep, where end-diastoles may be flat and their place chance. What a
        # bad stretch shows says nothing of a good beat beside it.
        if after and bounds[number + 1][0] == end:
            length = times[number + 1][0] - fall
        elif before and bounds[number - 1][1] == start:
            length = rise - times[number - 1][1]
        else:
            length = peak_place(curve, end) - peak_place(curve, start)
        if BRIEFEST * period <= length <= LONGEST * period:
            beats.append(MModeBeat(start, systole, end, length))
    return tuple(beats)


def _half_times(curve: Curve, start: int, systole: int, end: int) -> tuple[float, float]:
    """Return when the diameter falls through the middle of its change, and rises through it."""
    fall = _crossing(curve[start : systole + 1])
    rise = _crossing(curve[systole : end + 1][::-1])
    return start + fall, end - rise


def _crossing(falling: Curve) -> float:
    """Return where a curve first falls to the middle between its first and last value."""
    middle = (falling[0] + falling[-1]) / 2
    after = max(int(np.argmax(falling <= middle)), 1)
    before, at = falling[after - 1], falling[after]
    return after - 1 + float((before - middle) / (before - at)) if before > at else float(after)
