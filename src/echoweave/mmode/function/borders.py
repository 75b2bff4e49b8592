"""Upper and lower border of the lumen in every column, to a fraction of a pixel."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import binary_fill_holes, median_filter

from echoweave.mmode.function.gaps import Curve, bridge, unbroken

# The lumen may be lost for this many columns and is still followed. Heartbeats have 20 or more.
_LOST = 4
# A gap that the lumen surrounds is a hole up to this share of what lies around it in its column.
_HOLE = 0.25
# A border is an outlier if it is off by more than this many (robust) SD of all, and pixels.
_OUTLIER_SD, _OUTLIER_PX = 5.0, 3.0
_NEIGHBOURS = 5


class Borders(NamedTuple):
    """Borders of the lumen, in rows from the upper edge of the picture.

    Attributes:
        upper: float64 [X]; NaN in columns without lumen.
        lower: float64 [X].
    """

    upper: Curve
    lower: Curve

    @property
    def diameter(self) -> Curve:
        """LVID in rows, float64 [X]."""
        return self.lower - self.upper


class _Runs(NamedTuple):
    """Runs of lumen within columns, in the order of columns, then rows; each int [N]."""

    column: NDArray[np.intp]
    start: NDArray[np.intp]
    stop: NDArray[np.intp]

    def chosen(self, which: NDArray[np.intp] | NDArray[np.bool_]) -> "_Runs":
        return _Runs(self.column[which], self.start[which], self.stop[which])


def find_borders(
    probability: NDArray[np.float32] | NDArray[np.float64], breaks: Sequence[int] = ()
) -> Borders:
    """Find one run of lumen a column.

    A border lies where the probability, linear between the centres of pixels, is one half: a mask
    of 0 and 1 gives the edges of its pixels, and the diameter is their number.

    - Gaps in a column are holes (papillary muscle, chordae) and filled if they are no taller than
      the thinner of the two runs beside them, or if lumen surrounds them in the picture and they
      take at most a quarter of the lumen's height.
    - Of the runs of a column that one counts which goes on from column to column: those runs are
      taken that overlap most in all. Islands overlap nothing before and after them, however big.
    - A border that leaves both the median of five columns and the curve through its neighbours is
      replaced by its neighbours', as are at most four columns without lumen.

    Args:
        probability: [Y, X], that a pixel is lumen.
        breaks: Columns that do not follow in time on the column before: nothing goes on there.
    """
    upper = np.full(probability.shape[1], np.nan)
    lower = upper.copy()
    for piece in unbroken(probability.shape[1], breaks):
        part = probability[:, piece]
        runs = _followed(_filled_runs(part >= 0.5))
        for curve, rows in ((upper, _upper_edge(part, runs)), (lower, _lower_edge(part, runs))):
            found = np.full(part.shape[1], np.nan)
            found[runs.column] = rows
            curve[piece] = bridge(_without_outliers(bridge(found, _LOST)), _LOST)
    return Borders(upper, lower)


def _filled_runs(inside: NDArray[np.bool_]) -> _Runs:
    """Return the runs of each column of ``inside`` [Y, X], holes filled."""
    steps = np.diff(np.pad(inside, ((1, 1), (0, 0))).astype(np.int8), axis=0).T
    (column, start), (_, stop) = np.nonzero(steps == 1), np.nonzero(steps == -1)
    beside = column[1:] == column[:-1]
    gap = start[1:] - stop[:-1]
    length = stop - start
    below = np.minimum(stop[:-1], len(inside) - 1)
    surrounded = (binary_fill_holes(inside) & ~inside)[below, column[:-1]]
    small = surrounded & (gap <= _HOLE * (length[1:] + gap + length[:-1]))
    hole = beside & ((gap <= np.minimum(length[1:], length[:-1])) | small)
    first, last = np.append(True, ~hole)[: len(start)], np.append(~hole, True)[: len(stop)]
    return _Runs(column[first], start[first], stop[last])


def _followed(runs: _Runs) -> _Runs:
    """Return at most one run a column: the chain of runs that overlap most from each to the next.

    Parts of the chain that nothing links to the others are islands if they last no longer than the
    lumen may be lost.
    """
    if not len(runs.column):
        return runs
    score = np.zeros(len(runs.column), np.int64)
    before = np.full(len(score), -1)
    linked = np.zeros(len(score), bool)
    first_near = np.searchsorted(runs.column, runs.column - _LOST - 1)
    first_here = np.searchsorted(runs.column, runs.column)
    best = -1
    for this, (near, here) in enumerate(zip(first_near.tolist(), first_here.tolist(), strict=True)):
        # The best of all chains that end in columns before this one.
        for earlier in range(first_here[this - 1] if this else 0, here):
            if best < 0 or score[earlier] > score[best]:
                best = earlier
        if here == 0:
            continue
        score[this], before[this] = score[best], best
        if near == here:
            continue
        overlap = np.minimum(runs.stop[near:here], runs.stop[this])
        overlap = overlap - np.maximum(runs.start[near:here], runs.start[this])
        gain = np.where(overlap > 0, score[near:here] + overlap, -1)
        link = int(gain.argmax())
        if gain[link] > score[this]:
            score[this], before[this], linked[this] = gain[link], near + link, True
    chain = [int(score.argmax())]
    while before[chain[-1]] >= 0:
        chain.append(int(before[chain[-1]]))
    chosen = np.array(chain[::-1])
    part = np.cumsum(~linked[chosen]) - 1
    lasts = np.bincount(part)
    return runs.chosen(chosen[(lasts > _LOST)[part] | (part == lasts.argmax())])


def _upper_edge(probability: NDArray[np.floating], runs: _Runs) -> Curve:
    above = np.maximum(runs.start - 1, 0)
    out, within = probability[above, runs.column], probability[runs.start, runs.column]
    return np.where(runs.start > 0, above + 0.5 + _share(out, within), 0.0)


def _lower_edge(probability: NDArray[np.floating], runs: _Runs) -> Curve:
    rows = len(probability)
    below = np.minimum(runs.stop, rows - 1)
    out, within = probability[below, runs.column], probability[runs.stop - 1, runs.column]
    return np.where(runs.stop < rows, below + 0.5 - _share(out, within), rows)


def _share(out: NDArray[np.floating], within: NDArray[np.floating]) -> Curve:
    """Return where between two centres the probability is one half, 0 to 1."""
    rise = np.asarray(within, np.float64) - out
    share = np.zeros(len(rise))
    return np.asarray(np.divide(0.5 - out, rise, out=share, where=rise > 0))


def _without_outliers(curve: Curve) -> Curve:
    """Return ``curve`` [X] with NaN where a column leaves its neighbours.

    The median alone would take the extremes of fast beats away, the curve through two neighbours
    on each side alone those beside an outlier.
    """
    known = np.isfinite(curve)
    if known.sum() < _NEIGHBOURS:
        return curve
    full = np.interp(np.arange(len(curve)), np.flatnonzero(known), curve[known])
    far = np.abs(full - median_filter(full, _NEIGHBOURS, mode="nearest"))
    wide = np.pad(full, 2, mode="reflect", reflect_type="odd")
    through = (4 * (wide[1:-3] + wide[3:-1]) - wide[:-4] - wide[4:]) / 6
    limit = max(_OUTLIER_PX, _OUTLIER_SD * 1.4826 * float(np.median(far[known])))
    return np.where((far > limit) & (np.abs(full - through) > limit), np.nan, curve)
