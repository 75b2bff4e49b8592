"""Measure full-cycle clips beat by beat: ejection fraction by Simpson's rule in one view."""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from echoweave.evaluation.patients import beat_rows
from echoweave.evaluation.predictions import Labels, Prediction, find_shapes, read_labels
from echoweave.evaluation.volumes import volume_names
from echoweave.geometry.resize import resize_labels
from echoweave.io.cache import EchoSequence, read_cycle, read_views
from echoweave.io.tables import write_tsv
from echoweave.logs import Progress
from echoweave.units import UNITS, Unit, Units

# No heart beats faster than 200 times a minute for long: two ED closer than this are noise.
SHORTEST_BEAT_S = 0.3


def measure_cycles(
    arm: str, folder: Path, caches: Sequence[Path], frame_rate_hz: float, unit: Unit, output: Path
) -> None:
    """Compare the predictions of full-cycle clips with their dense labels.

    Predictions and truth are measured in the same way on the native grid: beats are found in the
    area curve of the cavity, each gives an EF, and the clip their mean and SD.

    Args:
        arm: Name of the arm, for the table.
        folder: {sequence}.nii.gz on the cache grid, whole clips; there may be none.
        caches: {patient}.h5 of the training patients.
        frame_rate_hz: What is assumed for clips of unknown frame rate.
        unit: That of the spacing of every clip.
        output: The table, one row (:func:`cycle_columns`) a clip and volume mode.

    Raises:
        InputError: A file is unreadable or of the wrong size.
    """
    rows: list[dict[str, Any]] = []
    measures = _measures(UNITS[unit])
    progress = Progress(f"measuring full-cycle clips of {arm}", len(caches))
    for done, cache in enumerate(sorted(caches), 1):
        for view in read_views(cache):
            path = folder / f"{cache.stem}_{view}.nii.gz"
            clip = read_cycle(cache, view) if path.exists() else None
            if clip is None or clip.dense_labels is None:
                continue
            known = math.isfinite(clip.frame_rate_hz)
            apart = round(SHORTEST_BEAT_S * (clip.frame_rate_hz if known else frame_rate_hz))
            found = _beats(clip, read_labels(path, clip), max(apart, 1))
            truth = _beats(clip, clip.dense_labels, max(apart, 1))
            for ours, theirs in zip(found, truth, strict=True):
                measured = {name: ours[name] for name in ("mode", *measures)}
                measured |= {f"ref_{name}": theirs[name] for name in measures}
                rows.append(_keys(clip, arm) | measured)
        progress.update(done, cache.stem)
    write_tsv(pd.DataFrame(rows, columns=cycle_columns(UNITS[unit])), output)


def cycle_columns(units: Units) -> list[str]:
    """Return the columns of cycles.tsv."""
    measures = _measures(units)
    return [
        *("sequence", "patient", "view", "quality", "arm", "n_frames", "mode"),
        *measures,
        *(f"ref_{name}" for name in measures),
    ]


def _measures(units: Units) -> list[str]:
    return ["beats", *volume_names(units).values(), "ef_sd_percent"]


def _beats(clip: EchoSequence, labels: Labels, apart: int) -> list[dict[str, Any]]:
    """Return one row of :func:`beat_rows` a volume mode."""
    native = resize_labels(labels, clip.native_shape)
    shapes = find_shapes(Prediction(clip, labels, native))
    return list(beat_rows([shapes], apart))


def _keys(clip: EchoSequence, arm: str) -> dict[str, Any]:
    return {
        "sequence": clip.name,
        "patient": clip.patient,
        "view": clip.view,
        "quality": clip.quality,
        "arm": arm,
        "n_frames": len(clip.frames),
    }
