"""The function of the left ventricle in one view, beat by beat."""

from collections.abc import Iterable, Sequence

import numpy as np

from echoweave.evaluation.chamber import Chamber
from echoweave.evaluation.volumes import measure_beat
from echoweave.function.analysis import BeatFunction, Measured
from echoweave.function.beats import BeatFrames
from echoweave.units import Units

# What is measured of each beat, and averaged over the beats.
MEASURES = (
    *("ef_percent", "edv", "esv", "stroke_volume", "heart_rate_bpm"),
    *("length_ed", "length_es", "gls_percent"),
)


def measure_beats(
    views: Sequence[tuple[str, Sequence[Chamber | None]]],
    frames: Iterable[Sequence[BeatFrames]],
    frame_rate_hz: float | None,
    units: Units,
) -> tuple[BeatFunction, ...]:
    """Measure each beat by Simpson's rule: single-plane in one view, biplane in two.

    Args:
        views: View -> left ventricle of each of its frames.
        frames: The beats, each with its frames in every view; the first view's are reported.
        frame_rate_hz: Of the first view; None if unknown.
        units: Those of the chambers.
    """
    return tuple(_measure(views, beat, frame_rate_hz, units) for beat in frames)


def mean_of(beats: Sequence[BeatFunction], name: str) -> Measured:
    """Return the mean of one of ``MEASURES`` over the beats that have it, and their spread."""
    known = [value for beat in beats if (value := getattr(beat, name)) is not None]
    if not known:
        return Measured(None, reason="no beat goes on to the next ED, or time is unknown")
    spread = float(np.std(known, ddof=1)) if len(known) > 1 else None
    return Measured(float(np.mean(known)), spread=spread)


def _measure(
    views: Sequence[tuple[str, Sequence[Chamber | None]]],
    beat: Sequence[BeatFrames],
    frame_rate_hz: float | None,
    units: Units,
) -> BeatFunction:
    ed = {view: chambers[one.ed] for (view, chambers), one in zip(views, beat, strict=True)}
    es = {view: chambers[one.es] for (view, chambers), one in zip(views, beat, strict=True)}
    found = measure_beat(ed, es, "ase", units)
    first = beat[0]
    rate = None
    if frame_rate_hz and first.next_ed is not None:
        rate = 60 * frame_rate_hz / (first.next_ed - first.ed)
    return BeatFunction(
        ed=first.ed,
        es=first.es,
        next_ed=first.next_ed,
        edv=found.edv,
        esv=found.esv,
        ef_percent=found.ef_percent,
        stroke_volume=found.edv - found.esv,
        heart_rate_bpm=rate,
        length_ed=found.length_ed,
        length_es=found.length_es,
        gls_percent=found.gls_percent,
    )
