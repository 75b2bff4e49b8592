"""What was found in one clip: everything that outputs show."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Measured:
    """A number with its 90 % interval, or the reason why there is none.

    Attributes:
        value: Mean over the beats of a clip, median over those of a strip; None where there is a
            reason.
        low: Lower end of the interval; None where the bundle has no calibration for it.
        high: Upper end.
        spread: Over the beats, standard deviation of a clip, interquartile range of a strip; None
            with fewer than two.
        reason: Why there is no value, one clause without a full stop; "" if there is one.
    """

    value: float | None
    low: float | None = None
    high: float | None = None
    spread: float | None = None
    reason: str = ""


@dataclass(frozen=True)
class BeatFunction:
    """One beat of one view; volumes in ml, or px³ where no pixel has a known size.

    Attributes:
        ed: 0-based frame of ED.
        es: 0-based frame of ES.
        next_ed: That of the following ED; None if the clip ends before.
        edv: Volume at ED.
        esv: Volume at ES.
        ef_percent: Ejection fraction.
        stroke_volume: EDV - ESV.
        heart_rate_bpm: Beats a minute; None without frame times or a following ED.
        length_ed: LV length at ED in mm (px).
        length_es: The same at ES.
        gls_percent: Global longitudinal strain; negative where the ventricle shortens.
    """

    ed: int
    es: int
    next_ed: int | None
    edv: float
    esv: float
    ef_percent: float
    stroke_volume: float
    heart_rate_bpm: float | None
    length_ed: float
    length_es: float
    gls_percent: float


@dataclass(frozen=True)
class FrameCurves:
    """One value a frame, each float64 [T]; NaN where there is no cavity.

    Attributes:
        area: Of the cavity, mm² (px²).
        volume: Single-plane Simpson volume, ml (px³).
        length: Long axis, mm (px).
        shape: How plausible the masks are, 0 to 1.
        agreement: Dice between the folds, 0 to 1; NaN with one fold.
        steadiness: How little the area leaves its neighbours' curve, 0 to 1.
        quality: The least of the three that are known.
    """

    area: NDArray[np.float64]
    volume: NDArray[np.float64]
    length: NDArray[np.float64]
    shape: NDArray[np.float64]
    agreement: NDArray[np.float64]
    steadiness: NDArray[np.float64]
    quality: NDArray[np.float64]


@dataclass(frozen=True)
class ClipAnalysis:
    """One clip, measured.

    Attributes:
        name: Of the clip in outputs; says nothing of people.
        model: Name of the bundle, for readers.
        model_digest: SHA-256 of its bundle.json.
        input_digest: SHA-256 of the clip's file.
        shown: uint8 [T, Y, X], the picture on the native grid, black outside of the sector, so
            that no burnt-in text is left.
        labels: uint8 [T, Y, X] on the same grid, see :mod:`echoweave.labels`.
        label_values: What the model tells apart, background included.
        spacing: (sy, sx) in mm; None if unknown: then lengths are in px, areas in px², volumes
            in px³.
        times_ms: float64 [T], the first 0; None if unknown.
        view: "2CH" or "4CH".
        sources: Of "spacing", "times_ms" and "view", where each comes from, for readers.
        curves: One value a frame.
        beats: Whole beats, in the order of time.
        measured: "ef_percent", "edv", "esv", "stroke_volume", "heart_rate_bpm", "length_ed",
            "length_es", "gls_percent", and "dice_{structure}", how well the masks are likely to
            fit, -> its number.
        notes: What readers should know: foreshortening, what was assumed; one clause each.
        doubt: How unsure the folds are, see :mod:`echoweave.bundles.doubt`.
        request: Digest of all that the results follow from: input, model and options.
    """

    name: str
    model: str
    model_digest: str
    input_digest: str
    shown: NDArray[np.uint8]
    labels: NDArray[np.uint8]
    label_values: tuple[int, ...]
    spacing: tuple[float, float] | None
    times_ms: NDArray[np.float64] | None
    view: str
    sources: Mapping[str, str]
    curves: FrameCurves
    beats: tuple[BeatFunction, ...]
    measured: Mapping[str, Measured]
    notes: tuple[str, ...] = ()
    doubt: float = 1.0
    request: str = ""


@dataclass(frozen=True)
class BiplaneAnalysis:
    """Two views of one patient, measured together.

    Attributes:
        clips: Names of both clips, 2CH first.
        measured: As of a clip, by biplane Simpson.
        notes: What readers should know.
    """

    clips: tuple[str, str]
    measured: Mapping[str, Measured]
    notes: tuple[str, ...] = ()
