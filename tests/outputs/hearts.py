"""Clips of phantom hearts as they are analysed: true masks, their curves and beats."""

from collections.abc import Mapping
from dataclasses import replace
from functools import cache

import numpy as np
from numpy.typing import NDArray

from echoweave.evaluation.chamber import Chamber, find_chamber
from echoweave.evaluation.volumes import ejection_fraction, simpson
from echoweave.function.analysis import BeatFunction, ClipAnalysis, FrameCurves, Measured
from echoweave.labels import CAVITY, LABEL_NAMES, parts_of
from echoweave.phantom.artefacts import PLAIN
from echoweave.phantom.clip import record
from echoweave.phantom.patient import draw_patient
from echoweave.phantom.sector import Sector
from echoweave.units import UNITS

FRAME_MS = 60.0
NO_BEAT = "less than one whole beat"


@cache
def phantom_heart(
    number: int = 1,
    size: tuple[int, int] = (120, 160),
    n_systole: int = 6,
    beats: int = 2,
    view: int = 1,
) -> ClipAnalysis:
    """The 4CH (``view`` 1) or 2CH (0) clip of a patient, by default 25 frames of 120 x 160."""
    patient = draw_patient(7, number, size, (n_systole, n_systole))
    sector = Sector.fill(patient.sector.depth_mm, patient.sector.half_angle, size)
    chosen = patient.views[view]
    clip = record(chosen, sector, beats, PLAIN)
    length = len(clip.frames)
    chambers = [find_chamber(mask == CAVITY, clip.spacing_mm) for mask in clip.labels]
    curves = measured_curves(clip.labels, chambers, clip.spacing_mm)
    period = n_systole - 1 + chosen.n_diastole
    starts = [beat * period for beat in range(beats)]
    found = tuple(one_beat(chambers, ed, ed + n_systole - 1, ed + period) for ed in starts)
    return ClipAnalysis(
        name=f"clip{number:03d}",
        model="EchoWeave phantom, weak3d",
        model_digest="a" * 64,
        input_digest=f"{number:064x}",
        shown=clip.frames,
        labels=clip.labels,
        label_values=(0, 1, 2, 3),
        spacing=clip.spacing_mm,
        times_ms=np.arange(length) * FRAME_MS,
        view=chosen.name,
        sources={
            "spacing": "PhysicalDeltaX of the region",
            "times_ms": "FrameTime",
            "view": "guessed: no tag says it",
        },
        curves=curves,
        beats=found,
        measured=summed(found) | fits((0, 1, 2, 3)),
        notes=("the long axis is 12 % shorter than in the other view: perhaps foreshortened",),
    )


def without_beats(heart: ClipAnalysis) -> ClipAnalysis:
    """The first frames alone, in which no beat is whole."""
    few = slice(0, 5)
    curves = {name: curve[few] for name, curve in vars(heart.curves).items()}
    reasons = {key: Measured(None, reason=NO_BEAT) for key in heart.measured if "dice" not in key}
    return replace(
        heart,
        shown=heart.shown[few],
        labels=heart.labels[few],
        times_ms=None if heart.times_ms is None else heart.times_ms[few],
        curves=FrameCurves(**curves),
        beats=(),
        measured=dict(heart.measured) | reasons,
    )


def in_pixels(heart: ClipAnalysis) -> ClipAnalysis:
    """Only the cavity is known, and neither the size of a pixel nor the time of a frame."""
    labels = np.where(heart.labels == CAVITY, heart.labels, 0).astype(np.uint8)
    rate = Measured(None, reason="the frame rate is unknown")
    kept = {
        key: number
        for key, number in heart.measured.items()
        if not key.startswith("dice_") or key == "dice_cavity"
    }
    return replace(
        heart,
        labels=labels,
        label_values=(0, 1),
        spacing=None,
        times_ms=None,
        sources={"view": "the option --view"},
        beats=tuple(replace(beat, heart_rate_bpm=None) for beat in heart.beats),
        measured=kept | {"heart_rate_bpm": rate},
        notes=("the size of a pixel is unknown: lengths are in px and volumes in px³",),
    )


def measured_curves(
    labels: NDArray[np.uint8], chambers: list[Chamber | None], spacing: tuple[float, float]
) -> FrameCurves:
    pixel = spacing[0] * spacing[1]
    length = len(labels)
    quality = 0.9 - 0.3 * np.hanning(length)
    return FrameCurves(
        area=np.array([np.sum(mask == CAVITY) * pixel for mask in labels]),
        volume=np.array([volume_ml(chamber) for chamber in chambers]),
        length=np.array([np.nan if one is None else one.length for one in chambers]),
        shape=np.full(length, 0.98),
        agreement=quality,
        steadiness=np.full(length, 0.95),
        quality=quality,
    )


def one_beat(chambers: list[Chamber | None], ed: int, es: int, next_ed: int) -> BeatFunction:
    first, last = chambers[ed], chambers[es]
    assert first is not None
    assert last is not None
    edv, esv = volume_ml(first), volume_ml(last)
    return BeatFunction(
        ed=ed,
        es=es,
        next_ed=next_ed,
        edv=edv,
        esv=esv,
        ef_percent=ejection_fraction(edv, esv),
        stroke_volume=edv - esv,
        heart_rate_bpm=60_000 / (FRAME_MS * (next_ed - ed)),
        length_ed=first.length,
        length_es=last.length,
        gls_percent=100 * (last.contour_length / first.contour_length - 1),
    )


def volume_ml(chamber: Chamber | None) -> float:
    if chamber is None:
        return float("nan")
    return simpson([chamber], chamber.length) / UNITS["mm"].volume_size


def summed(beats: tuple[BeatFunction, ...]) -> dict[str, Measured]:
    """Mean and spread over the beats; EF and volumes with an interval of 15 % of the value."""
    numbers = {}
    for key in ("ef_percent", "edv", "esv", "stroke_volume", "heart_rate_bpm"):
        numbers[key] = over(beats, key, interval=key in ("ef_percent", "edv", "esv"))
    for key in ("length_ed", "length_es", "gls_percent"):
        numbers[key] = over(beats, key, interval=False)
    return numbers


def over(beats: tuple[BeatFunction, ...], key: str, interval: bool) -> Measured:
    values = [getattr(beat, key) for beat in beats]
    mean = float(np.mean(values))
    spread = float(np.std(values, ddof=1)) if len(values) > 1 else None
    ends = (0.85 * mean, 1.15 * mean) if interval else (None, None)
    return Measured(mean, *ends, spread)


def fits(label_values: tuple[int, ...]) -> Mapping[str, Measured]:
    """How well the masks are likely to fit, by structure."""
    return {
        f"dice_{name}": Measured(0.95 - 0.03 * LABEL_NAMES.index(name), 0.8, 0.98)
        for name in parts_of(label_values)
    }
