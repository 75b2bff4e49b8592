"""How long a beat lasts, before any beat is looked for."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.fft import irfft, next_fast_len, rfft

from echoweave.mmode.function.gaps import Curve, unbroken

# A curve repeats after a lag if it correlates this well with itself there ...
_LEAST_CORRELATION = 0.3
# ... and so much better than at lags between.
_LEAST_RISE = 0.2
# Several beats correlate as well as one, or better where breathing moves the heart. The least lag
# counts that does half as well as the best; half a beat does not: a ventricle empties once a beat.
_NEARLY = 0.5
# Columns that are compared with those a beat later: nearly as many as the beat has.
_LEAST_SHARE = 0.9


def beat_period(
    diameter: Curve, shortest: float, longest: float, breaks: Sequence[int]
) -> float | None:
    """Return how many columns after each the diameter repeats; None if it does not, or not twice.

    Args:
        diameter: float64 [X]; NaN where unknown.
        shortest: Columns of the shortest beat that there can be.
        longest: Of the longest.
        breaks: Columns that do not follow in time on the column before.
    """
    pieces = unbroken(len(diameter), breaks)
    columns = max(piece.stop - piece.start for piece in pieces)
    lags = min(math.ceil(1.1 * longest), 2 * columns // 3) + 1
    apart = np.full(lags, np.nan)
    level = [part for piece in pieces for part in (_level(diameter[piece]), apart)]
    correlation, pairs = _autocorrelation(np.concatenate(level), lags)
    peaks = _peaks(correlation)
    fits = (peaks >= shortest) & (peaks <= longest) & (pairs[peaks] >= _LEAST_SHARE * peaks)
    peaks = peaks[fits]
    if not len(peaks):
        return None
    best = correlation[peaks].max()
    return peak_place(correlation, int(peaks[correlation[peaks] >= _NEARLY * best][0]))


def peak_place(curve: Curve, peak: int) -> float:
    """Return where the parabola through the peak and its neighbours is highest."""
    if not 0 < peak < len(curve) - 1:
        return float(peak)
    before, at, after = curve[peak - 1 : peak + 2]
    bend = before - 2 * at + after
    return float(peak + 0.5 * (before - after) / bend) if bend < 0 else float(peak)


def _level(curve: Curve) -> Curve:
    """Return ``curve`` less the straight line through it: the baseline may drift."""
    known = np.flatnonzero(np.isfinite(curve))
    if len(known) < 3:
        return np.full(len(curve), np.nan)
    line = np.polynomial.Polynomial.fit(known, curve[known], 1)
    return np.asarray(curve - line(np.arange(len(curve))))


def _autocorrelation(curve: Curve, lags: int) -> tuple[Curve, NDArray[np.float64]]:
    """Return Pearson's correlation at each lag, of what is known, and the number of pairs."""
    known = np.isfinite(curve).astype(float)
    values = np.where(known > 0, curve, 0.0)
    size = next_fast_len(len(curve) + lags, real=True)
    of_known, of_values, of_squares = (rfft(one, size) for one in (known, values, values**2))

    def products(first: NDArray[np.complex128], second: NDArray[np.complex128]) -> Curve:
        return np.asarray(irfft(first.conj() * second, size)[:lags])

    both = products(of_values, of_values)
    power = products(of_squares, of_known) * products(of_known, of_squares)
    scale = np.sqrt(np.maximum(power, 0))
    pairs = np.round(products(of_known, of_known))
    found = np.divide(both, scale, out=np.zeros(lags), where=(pairs > 1) & (scale > 1e-9))
    return found, pairs


def _peaks(correlation: Curve) -> NDArray[np.intp]:
    # Here: it imports scipy.stats, which takes longer than most jobs that import this.
    from scipy.signal import find_peaks

    walled = np.append(correlation, -1.0)
    peaks, _ = find_peaks(walled, height=_LEAST_CORRELATION, prominence=_LEAST_RISE)
    return np.asarray(peaks[peaks < len(correlation) - 1])
