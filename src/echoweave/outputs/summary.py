"""summary.json: what was measured in a clip, for programs. Tables and pages are made of it."""

import json
import math
from collections.abc import Mapping
from dataclasses import asdict
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError, best_match

from echoweave.clips.times import mean_frame_rate
from echoweave.errors import InputError, Problem
from echoweave.function.analysis import BiplaneAnalysis, ClipAnalysis, Measured
from echoweave.io.atomic import whole_file
from echoweave.labels import LABEL_NAMES
from echoweave.outputs.quantities import INTERVAL_PERCENT, unit_of
from echoweave.outputs.structures import shown_structures
from echoweave.units import UNITS, Units
from echoweave.versions import versions

# Of a clip, of a pair of views or of a strip, as summary.schema.json has it.
Summary = Mapping[str, Any]

FORMAT = 1
_DIGITS = 6


def units_of(analysis: ClipAnalysis) -> Units:
    """Return what the clip is measured in."""
    return UNITS["mm" if analysis.spacing else "px"]


def summarise_clip(analysis: ClipAnalysis) -> dict[str, Any]:
    """Return the content of summary.json."""
    units, times = units_of(analysis), analysis.times_ms
    quality = analysis.curves.quality[np.isfinite(analysis.curves.quality)]
    return {
        "kind": "clip",
        "format": FORMAT,
        "name": analysis.name,
        "model": {"name": analysis.model, "sha256": analysis.model_digest},
        "input_sha256": analysis.input_digest,
        "versions": installed(),
        "view": analysis.view,
        "n_frames": len(analysis.labels),
        "size_px": list(analysis.labels.shape[1:]),
        "spacing_mm": analysis.spacing and [rounded(step) for step in analysis.spacing],
        "duration_ms": None if times is None else rounded(float(times[-1])),
        "frame_rate_hz": rounded(mean_frame_rate(analysis.times_ms)),
        "sources": dict(analysis.sources),
        "labels": {
            str(one.value): LABEL_NAMES[one.value]
            for one in shown_structures(analysis.label_values)
        },
        "units": _unit_names(units),
        "interval_percent": INTERVAL_PERCENT,
        "numbers": _numbers(analysis.measured, units),
        "beats": [
            {
                key: value if isinstance(value, int) else rounded(value)
                for key, value in asdict(beat).items()
            }
            for beat in analysis.beats
        ],
        "quality": {
            "median": rounded(float(np.median(quality))) if len(quality) else None,
            "least": rounded(float(quality.min())) if len(quality) else None,
        },
        "notes": list(analysis.notes),
        "doubt": analysis.doubt,
        "request": analysis.request,
    }


def summarise_pair(pair: BiplaneAnalysis, clip: Summary) -> dict[str, Any]:
    """Return the same of two views; ``clip`` is the summary of one of them."""
    units = UNITS[clip["units"]["length"]]
    return {
        "kind": "pair",
        "format": FORMAT,
        "name": " + ".join(pair.clips),
        "clips": list(pair.clips),
        "model": clip["model"],
        "versions": clip["versions"],
        "units": _unit_names(units),
        "interval_percent": INTERVAL_PERCENT,
        "numbers": _numbers(pair.measured, units),
        "notes": list(pair.notes),
    }


def store_summary(summary: Summary, path: Path) -> None:
    """Write ``summary`` as JSON, whole or not at all.

    Raises:
        ValueError: It is not as the schema has it.
    """
    error = _first_error(summary)
    if error is not None:
        raise ValueError(f"{path}: {_place(error)}: {error.message}")
    text = json.dumps(summary, indent=2, ensure_ascii=False, allow_nan=False)
    with whole_file(path) as temporary:
        temporary.write_text(f"{text}\n", encoding="utf-8")


def load_summary(path: Path) -> Summary:
    """Read what :func:`store_summary` wrote.

    Raises:
        InputError: It is missing, no JSON, or not as the schema has it.
    """
    try:
        content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise _unusable(path, "", f"not a readable summary ({error})") from error
    problem = _first_error(content)
    if problem is not None:
        raise _unusable(path, _place(problem), problem.message)
    return content


def counted_beats(strip: Summary) -> int:
    """Return how many beats of a strip count."""
    return sum(beat["good"] for beat in strip["beats"])


def rounded(value: float | None) -> float | None:
    """Return ``value`` with six significant digits; None if there is none."""
    if value is None or not math.isfinite(value):
        return None
    return float(f"{value:.{_DIGITS}g}")


def described(number: Measured, unit: str) -> dict[str, Any]:
    """Return a number as a summary has it."""
    return {
        "value": rounded(number.value),
        "low": rounded(number.low),
        "high": rounded(number.high),
        "spread": rounded(number.spread),
        "reason": number.reason,
        "unit": unit,
    }


def _numbers(measured: Mapping[str, Measured], units: Units) -> dict[str, dict[str, Any]]:
    return {key: described(number, unit_of(key, units)) for key, number in measured.items()}


def _unit_names(units: Units) -> dict[str, str]:
    return {"length": units.length, "area": units.area, "volume": units.volume}


@cache
def installed() -> dict[str, str]:
    """Return the versions of what a summary was made with."""
    return {name: number for name, number in versions().items() if number}


@cache
def _validator() -> Draft202012Validator:
    schema = files("echoweave.outputs").joinpath("summary.schema.json")
    return Draft202012Validator(json.loads(schema.read_text(encoding="utf-8")))


def _first_error(summary: object) -> ValidationError | None:
    error: ValidationError | None = best_match(_validator().iter_errors(summary))
    return error


def _place(error: ValidationError) -> str:
    return ".".join(str(part) for part in error.absolute_path)


def _unusable(path: Path, key: str, what: str) -> InputError:
    remedy = "delete the folder of this clip and run again"
    return InputError(Problem(str(path), key, what, remedy))
