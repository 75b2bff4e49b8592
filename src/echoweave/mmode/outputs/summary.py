"""What was measured in a strip, as summary.json has it."""

from typing import Any

import numpy as np
import pandas as pd

from echoweave.mmode.analysis import StripAnalysis
from echoweave.outputs.quantities import column_of
from echoweave.outputs.summary import FORMAT, described, installed, rounded

# In the order of pages and tables: quantity -> column of the beats, without the unit of its name.
STRIP_KEYS = ("lvidd", "lvids", "fs_percent", "ef_percent", "edv", "esv", "heart_rate_bpm")
_UNITS = {"fs_percent": "percent", "ef_percent": "percent", "heart_rate_bpm": "bpm"}


def summarise_strip(analysis: StripAnalysis) -> dict[str, Any]:
    """Return the content of summary.json, see outputs/summary.schema.json."""
    strip, function = analysis.strip, analysis.function
    confidence = np.empty(0) if analysis.confidence is None else analysis.confidence
    known = confidence[np.isfinite(confidence)]
    times = analysis.column_times
    return {
        "kind": "strip",
        "format": FORMAT,
        "name": analysis.name,
        "model": {"name": analysis.model, "sha256": analysis.model_digest},
        "input_sha256": analysis.input_digest,
        "versions": installed(),
        "species": analysis.species.name,
        "size_px": list(strip.pixels.shape),
        "mm_per_row": rounded(strip.mm_per_row),
        "ms_per_column": rounded(strip.ms_per_column),
        "duration_ms": None if strip.ms_per_column is None else rounded(float(times[-1])),
        "seams": strip.seams,
        "breaks": list(strip.breaks),
        "sources": dict(strip.sources),
        "units": {"length": analysis.length_unit, "volume": analysis.species.volume_unit},
        "numbers": {
            key: described(function.numbers[column_of(key, unit)], unit)
            for key in STRIP_KEYS
            for unit in (unit_of_strip(key, analysis),)
        },
        "beats": [_beat(analysis, row) for _, row in function.beats.iterrows()],
        "quality": {
            "good_share": rounded(function.good_share),
            "median": rounded(float(np.median(known))) if len(known) else None,
            "least": rounded(float(known.min())) if len(known) else None,
        },
        "notes": list(analysis.notes),
        "request": analysis.request,
    }


def unit_of_strip(key: str, analysis: StripAnalysis) -> str:
    """Return the unit of a quantity, as columns call it."""
    if key in ("lvidd", "lvids"):
        return analysis.length_unit
    return _UNITS.get(key, analysis.species.volume_unit)


def _beat(analysis: StripAnalysis, row: "pd.Series[Any]") -> dict[str, Any]:
    step = analysis.strip.ms_per_column
    assert step is not None
    columns = {name: round(row[f"{name}_ms"] / step, 3) for name in ("start", "systole", "end")}
    numbers = {
        key: rounded(float(row[column_of(key, unit_of_strip(key, analysis))])) for key in STRIP_KEYS
    }
    judged = {"quality": rounded(float(row["quality"])), "good": bool(row["good"])}
    return columns | numbers | judged
