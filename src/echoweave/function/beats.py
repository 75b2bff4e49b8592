"""Whole beats of a clip, and why there are none."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from echoweave.evaluation.beats import SHORTEST_BEAT_S, find_beats, find_turns

# The frame rate where nothing says one: a usual one of B-mode.
USUAL_FRAME_RATE_HZ = 50.0
# Seconds: the curve is smoothed by this before ED and ES are looked for in it.
_SMOOTHING_S = 0.03
# Beats that differ by more than this (SD over mean) are irregular ...
_IRREGULAR = 0.15
# ... and a mean over fewer of them says little (Lang et al. 2015 ask for five).
_ENOUGH = 5


@dataclass(frozen=True)
class BeatFrames:
    """Frames (0-based) of one beat; ``next_ed`` is None if the clip ends before it."""

    ed: int
    es: int
    next_ed: int | None


@dataclass(frozen=True)
class Rhythm:
    """The beats of a clip.

    Attributes:
        beats: Those that are whole, in the order of time.
        reason: Why there is none, or why a mean over them would be wrong; "" if it would not.
    """

    beats: tuple[BeatFrames, ...]
    reason: str = ""


def find_rhythm(areas: NDArray[np.float64], frame_rate_hz: float) -> Rhythm:
    """Find the beats in the area of the cavity.

    A beat is whole if the clip shows that its ED is a largest and its ES a smallest area: each
    lies inside of the clip, or the clip goes on to the next ED.

    Args:
        areas: [T]; NaN where there is no cavity.
        frame_rate_hz: Of the clip; a usual one where it is unknown.
    """
    if not np.isfinite(areas).any():
        return Rhythm((), "no left ventricle is found")
    smooth = smooth_areas(areas, frame_rate_hz)
    apart = max(round(SHORTEST_BEAT_S * frame_rate_hz), 1)
    peaks, _ = find_turns(smooth, apart)
    beats = []
    for one in find_beats(smooth, apart):
        next_ed = next((peak for peak in peaks if peak > one.es), None)
        if next_ed is not None or (one.ed > 0 and one.es < len(areas) - 1):
            beats.append(BeatFrames(one.ed, one.es, next_ed))
    if not beats:
        return Rhythm((), "less than one beat: ED and ES are not both seen to turn")
    return Rhythm(tuple(beats), _irregularity(beats, frame_rate_hz))


def smooth_areas(areas: NDArray[np.float64], frame_rate_hz: float) -> NDArray[np.float64]:
    """Return the curve that ED and ES are looked for in; arguments as of :func:`find_rhythm`."""
    known = np.isfinite(areas)
    curve = np.interp(np.arange(len(areas)), np.flatnonzero(known), areas[known])
    return np.asarray(gaussian_filter1d(curve, _SMOOTHING_S * frame_rate_hz, mode="nearest"))


def _irregularity(beats: Sequence[BeatFrames], frame_rate_hz: float) -> str:
    """Say why a mean over the beats would be wrong, "" if it would not."""
    lengths = np.array([one.next_ed - one.ed for one in beats if one.next_ed is not None])
    if len(lengths) < 2 or len(beats) >= _ENOUGH or lengths.std() <= _IRREGULAR * lengths.mean():
        return ""
    shortest, longest = 1000 * lengths[[lengths.argmin(), lengths.argmax()]] / frame_rate_hz
    return (
        f"irregular: beats of {shortest:.0f} to {longest:.0f} ms, and fewer than {_ENOUGH} of them"
    )
