"""Measure full-cycle clips beat by beat: ejection fraction by Simpson's rule in one view."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from echoweave.evaluation.predictions import (
    SEQUENCE_COLUMNS,
    Labels,
    Prediction,
    read_labels,
    sequence_keys,
)
from echoweave.evaluation.whole_clips import beat_measures, clip_beats
from echoweave.geometry.resize import resize_labels
from echoweave.io.cache import EchoSequence, read_cycle, read_views
from echoweave.io.tables import write_tsv
from echoweave.logs import Progress
from echoweave.units import UNITS, Unit, Units


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
    measures = beat_measures(UNITS[unit])
    progress = Progress(f"measuring full-cycle clips of {arm}", len(caches))
    for done, cache in enumerate(sorted(caches), 1):
        for view in read_views(cache):
            path = folder / f"{cache.stem}_{view}.nii.gz"
            clip = read_cycle(cache, view) if path.exists() else None
            if clip is None or clip.dense_labels is None:
                continue
            keys = sequence_keys(clip, arm) | {"n_frames": len(clip.frames)}
            found = clip_beats(_on_both_grids(clip, read_labels(path, clip)), frame_rate_hz)
            truth = clip_beats(_on_both_grids(clip, clip.dense_labels), frame_rate_hz)
            for ours, theirs in zip(found, truth, strict=True):
                rows.append(keys | ours | {f"ref_{name}": theirs[name] for name in measures})
        progress.update(done, cache.stem)
    write_tsv(pd.DataFrame(rows, columns=cycle_columns(UNITS[unit])), output)


def cycle_columns(units: Units) -> list[str]:
    """Return the columns of cycles.tsv."""
    measures = beat_measures(units)
    return [
        *(*SEQUENCE_COLUMNS, "n_frames", "mode"),
        *measures,
        *(f"ref_{name}" for name in measures),
    ]


def _on_both_grids(clip: EchoSequence, labels: Labels) -> Prediction:
    return Prediction(clip, labels, resize_labels(labels, clip.native_shape))
