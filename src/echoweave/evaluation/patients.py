"""Volumes of a patient from the predicted and the reference masks of both views."""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from echoweave.evaluation.beats import Phases, find_beats
from echoweave.evaluation.chamber import Chamber
from echoweave.evaluation.predictions import Shapes
from echoweave.evaluation.volumes import MODES, Beat, Mode, Views, measure_beat, volume_names
from echoweave.units import Units

_VIEWS = ("2CH", "4CH")
_INSTANTS = ("ed", "es")


def volume_columns(units: Units) -> list[str]:
    """Return the columns of volumes.tsv."""
    beat = _beat_names(units).values()
    return [
        *("patient", "quality", "arm", "mode", "method", "foreshortened"),
        *beat,
        *(_length(instant, view, units) for instant in _INSTANTS for view in _VIEWS),
        *("ref_method", "ref_foreshortened", *(f"ref_{name}" for name in beat)),
        *_cfg_columns(units),
    ]


def beat_columns(units: Units) -> list[str]:
    """Return the columns of beats.tsv."""
    measures = volume_names(units).values()
    return [
        *("patient", "arm", "mode", "method", "beats", *measures, "ef_sd_percent"),
        *(f"{instant}_{view.lower()}" for view in _VIEWS for instant in _INSTANTS),
        *(f"ref_{name}" for name in measures),
    ]


def volume_rows(clips: Sequence[Shapes]) -> Iterator[dict[str, Any]]:
    """Yield one row (:func:`volume_columns` without patient and arm) a mode, at ED and ES.

    The references are measured in the same way, from the views that the prediction was measured
    in, so that a missing view costs both sides the same.

    Args:
        clips: The views of one patient.
    """
    ed = {clip.view: clip.chambers[clip.ed] for clip in clips}
    es = {clip.view: clip.chambers[clip.es] for clip in clips}
    lengths = {"ed": _lengths(ed), "es": _lengths(es)}
    cfg = np.array([clip.cfg for clip in clips])
    units = clips[0].units
    beat = _beat_names(units)
    for mode in MODES:
        found = measure_beat(ed, es, mode, units)
        reference = _measure_references(clips, found.method, mode)
        yield {
            "quality": worst_quality(clips),
            "mode": mode,
            "method": found.method,
            "foreshortened": found.foreshortened,
            **_named(found, beat),
            **{
                _length(instant, view, units): lengths[instant].get(view)
                for instant in _INSTANTS
                for view in _VIEWS
            },
            "ref_method": reference.method,
            "ref_foreshortened": reference.foreshortened,
            **{f"ref_{name}": value for name, value in _named(reference, beat).items()},
            **dict(zip(_cfg_columns(units), _first_known(cfg), strict=True)),
        }


def beat_rows(clips: Sequence[Shapes], apart: int = 1) -> Iterator[dict[str, Any]]:
    """Yield one row (:func:`beat_columns` without patient and arm) a mode, with ED and ES as found.

    ED and ES are the extrema of each view's predicted cavity area. Beats of the two views are
    paired in their order; the volumes are means over the beats. Beats that show another view than
    the first one are left out, and the references are measured in the views of the others.

    Args:
        clips: The views of one patient.
        apart: Frames between one ED and the next, at least.
    """
    phases = {clip.view: _find_phases(clip, apart) for clip in clips}
    shown = [clip for clip in clips if phases[clip.view]]
    count = min((len(phases[clip.view]) for clip in shown), default=0)
    volumes = volume_names(clips[0].units)
    for mode in MODES:
        beats = [_measure_nth(shown, phases, number, mode) for number in range(count)]
        method = next((beat.method for beat in beats if beat.method), "")
        beats = [beat for beat in beats if method and beat.method == method]
        reference = _measure_references(clips, method, mode)
        efs = np.array([beat.ef_percent for beat in beats])
        yield {
            "mode": mode,
            "method": method,
            "beats": len(beats),
            **{
                column: _mean([getattr(beat, field) for beat in beats])
                for field, column in volumes.items()
            },
            "ef_sd_percent": float(efs.std(ddof=1)) if len(efs) > 1 else math.nan,
            **{f"ed_{clip.view.lower()}": phases[clip.view][0].ed for clip in shown},
            **{f"es_{clip.view.lower()}": phases[clip.view][0].es for clip in shown},
            **{f"ref_{name}": value for name, value in _named(reference, volumes).items()},
        }


def _beat_names(units: Units) -> dict[str, str]:
    """Return the fields of :class:`Beat` that are numbers, and their columns."""
    lengths = {f"length_{instant}": f"length_{instant}_{units.length}" for instant in _INSTANTS}
    return {**volume_names(units), "gls_percent": "gls_percent", **lengths}


def _named(beat: Beat, columns: Mapping[str, str]) -> dict[str, float]:
    return {column: getattr(beat, field) for field, column in columns.items()}


def _length(instant: str, view: str, units: Units) -> str:
    return f"length_{instant}_{view.lower()}_{units.length}"


def _cfg_columns(units: Units) -> list[str]:
    return [f"cfg_{name}" for name in volume_names(units).values()]


def worst_quality(clips: Sequence[Shapes]) -> str:
    """Return the worst image quality among the views of one patient; "" if none is known."""
    known = {clip.quality for clip in clips}
    return next((name for name in ("Poor", "Medium", "Good") if name in known), "")


def _measure_references(clips: Sequence[Shapes], method: str, mode: Mode) -> Beat:
    """Measure the references at ED and ES in the views that ``method`` names."""
    used = [clip for clip in clips if method in ("biplane", clip.view)]
    ed, es = ({clip.view: _nth(clip.ref_chambers, i) for clip in used} for i in (0, 1))
    return measure_beat(ed, es, mode, clips[0].units)


def _measure_nth(
    clips: Sequence[Shapes], phases: Mapping[str, list[Phases]], number: int, mode: Mode
) -> Beat:
    ed = {clip.view: clip.chambers[phases[clip.view][number].ed] for clip in clips}
    es = {clip.view: clip.chambers[phases[clip.view][number].es] for clip in clips}
    return measure_beat(ed, es, mode, clips[0].units)


def _find_phases(clip: Shapes, apart: int) -> list[Phases]:
    return find_beats(np.nan_to_num(clip.curves[f"cavity_area_{clip.units.area}"]), apart)


def _nth(chambers: list[Chamber | None], index: int) -> Chamber | None:
    return chambers[index] if chambers else None


def _lengths(views: Views) -> dict[str, float]:
    return {view: found.length for view, found in views.items() if found is not None}


def _first_known(rows: NDArray[np.float64]) -> list[float]:
    """Return the first finite value of each column of ``rows`` [views, 3]; NaN if there is none."""
    return [next((value for value in column if np.isfinite(value)), math.nan) for column in rows.T]


def _mean(values: list[float]) -> float:
    return float(np.mean(values)) if values else math.nan
