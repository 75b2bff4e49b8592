"""Where a curve over the columns of a strip goes on, and where it does not."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Curve = NDArray[np.float64]


def unbroken(columns: int, breaks: Sequence[int]) -> list[slice]:
    """Return the pieces of a strip whose columns follow each other in time, see ``Strip``."""
    inner = {one for one in breaks if 0 < one < columns}
    edges = [0, *sorted(inner), columns]
    return [slice(start, stop) for start, stop in pairwise(edges)]


def known_pieces(curve: Curve, breaks: Sequence[int]) -> list[slice]:
    """Return the pieces of ``curve`` [X] without NaN, cut at ``breaks`` too."""
    known = np.concatenate([[False], np.isfinite(curve), [False]])
    starts, stops = np.flatnonzero(known[1:] & ~known[:-1]), np.flatnonzero(known[:-1] & ~known[1:])
    return [
        slice(max(start, piece.start), min(stop, piece.stop))
        for piece in unbroken(len(curve), breaks)
        for start, stop in zip(starts.tolist(), stops.tolist(), strict=True)
        if max(start, piece.start) < min(stop, piece.stop)
    ]


def bridge(curve: Curve, longest: int) -> Curve:
    """Fill gaps of at most ``longest`` columns of NaN on straight lines; the ends stay as is."""
    known = np.flatnonzero(np.isfinite(curve))
    missing = np.flatnonzero(np.isnan(curve))
    after = np.searchsorted(known, missing)
    inner = (after > 0) & (after < len(known))
    missing, after = missing[inner], after[inner]
    short = missing[known[after] - known[after - 1] - 1 <= longest]
    filled = curve.copy()
    filled[short] = np.interp(short, known, curve[known]) if len(known) else np.nan
    return filled
