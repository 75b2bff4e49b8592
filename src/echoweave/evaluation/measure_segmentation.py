"""Measure the predictions of one arm: overlap, boundaries, volumes, areas and smoothness."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from echoweave.evaluation import consistency
from echoweave.evaluation.areas import SMOOTHNESS_COLUMNS, area_rows, smoothness_rows
from echoweave.evaluation.dense import dense_columns, dense_rows
from echoweave.evaluation.patients import beat_columns, beat_rows, volume_columns, volume_rows
from echoweave.evaluation.predictions import (
    SEQUENCE_COLUMNS,
    Prediction,
    Shapes,
    find_shapes,
    read_predictions,
    sequence_keys,
)
from echoweave.evaluation.whole_clips import clip_columns, clip_rows
from echoweave.geometry.overlap import dice, jaccard
from echoweave.geometry.surfaces import surface_distances
from echoweave.io.cache import read_cycle
from echoweave.io.tables import write_tsv
from echoweave.labels import structure_mask, structures_of
from echoweave.logs import Progress
from echoweave.units import UNITS, Unit, Units

_DISTANCES = ("hd", "hd95", "mad", "pooled_mean", "rms")
# Sums of these over frames give a Dice that is pooled.
_COUNTS = ("intersection_pixels", "predicted_pixels", "reference_pixels")

Row = dict[str, Any]


@dataclass(frozen=True)
class MeasureSettings:
    """Settings of the measures.

    Attributes:
        frame_rate_hz: What is assumed for sequences whose cfg gives no frame rate.
        consistency_threshold: A frame is inconsistent if a scaled attribute deviates by more.
        unit: That of the spacing of every sequence.
    """

    frame_rate_hz: float
    consistency_threshold: float
    unit: Unit


def measure_segmentation(
    arm: str,
    predictions: Sequence[Path],
    caches: Sequence[Path],
    folder: Path,
    settings: Mapping[str, Any],
    clips: Sequence[Path] = (),
) -> None:
    """Measure every prediction of ``arm`` and write one table a key of :func:`measure_columns`.

    Overlap, distances and volumes are taken on the native grid, areas on the cache grid, each for
    the structures that the sequence knows. Where there are no references or no predictions, the
    tables have fewer rows or none. Frames with a dense reference are those of the whole clip where
    there is one.

    Args:
        arm: Name of the arm, for the tables.
        predictions: {sequence}.nii.gz on the cache grid, whole sequences.
        caches: {patient}.h5 of the test patients.
        folder: Gets the tables, {name}.tsv.
        settings: The fields of :class:`MeasureSettings`.
        clips: {sequence}.nii.gz on the cache grid, the whole clips that data sets of whole clips
            have.

    Raises:
        InputError: A file is missing, unreadable or of the wrong size.
    """
    chosen = MeasureSettings(**settings)
    columns = measure_columns(UNITS[chosen.unit])
    rows: dict[str, list[Row]] = {name: [] for name in columns}
    patients: dict[str, list[Shapes]] = defaultdict(list)
    keys_of: dict[str, Row] = {}
    progress = Progress(f"measuring {arm}", len(predictions) + len(clips))
    for done, clip in enumerate(read_predictions(predictions, caches), 1):
        shapes = find_shapes(clip)
        keys = keys_of[shapes.sequence] = sequence_keys(clip.sequence, arm)
        rows["frames"] += [keys | row for row in instant_rows(clip)]
        rows["areas"] += [keys | row for row in area_rows(clip)]
        rows["smoothness"] += [keys | row for row in smoothness_rows(clip, chosen.frame_rate_hz)]
        if not clips:
            rows["dense"] += [keys | row for row in dense_rows(clip)]
        patients[shapes.patient].append(shapes)
        progress.update(done, shapes.sequence)
    for done, clip in enumerate(read_predictions(clips, caches, read_cycle), len(predictions) + 1):
        keys = sequence_keys(clip.sequence, arm)
        rows["clips"] += [keys | row for row in clip_rows(clip, chosen.frame_rate_hz)]
        rows["dense"] += [keys | row for row in dense_rows(clip)]
        progress.update(done, clip.sequence.name)
    for patient, views in patients.items():
        keys = {"patient": patient, "arm": arm}
        rows["volumes"] += [keys | row for row in volume_rows(views)]
        rows["beats"] += [keys | row for row in beat_rows(views)]
    everyone = [shapes for views in patients.values() for shapes in views]
    for shapes, row in consistency.consistency_rows(everyone, chosen.consistency_threshold):
        rows["consistency"].append(keys_of[shapes.sequence] | row)
    for name, found in rows.items():
        write_tsv(pd.DataFrame(found, columns=columns[name]), folder / f"{name}.tsv")


def measure_columns(units: Units) -> dict[str, list[str]]:
    """Return file name -> columns of what :func:`measure_segmentation` writes."""
    return {
        "frames": [
            *SEQUENCE_COLUMNS,
            *("instant", "structure", "dice", "jaccard"),
            *(f"{name}_{units.length}" for name in _DISTANCES),
            *_COUNTS,
        ],
        "volumes": volume_columns(units),
        "beats": beat_columns(units),
        "areas": [*SEQUENCE_COLUMNS, "frame", "structure", "area_px2_at_512", f"area_{units.area}"],
        "smoothness": [*SEQUENCE_COLUMNS, *SMOOTHNESS_COLUMNS],
        "consistency": [*SEQUENCE_COLUMNS, *consistency.COLUMNS],
        "clips": clip_columns(units),
        "dense": dense_columns(units.length),
    }


def instant_rows(clip: Prediction) -> Iterator[Row]:
    """Yield one row an instant and structure; a structure that neither mask has is left empty."""
    sequence, references = clip.sequence, clip.sequence.native_labels
    if references is None:
        return
    instants = (("ED", sequence.ed, references[0]), ("ES", sequence.es, references[1]))
    for instant, frame, reference in instants:
        for structure in structures_of(sequence.label_values):
            ours = structure_mask(clip.native[frame], structure)
            theirs = structure_mask(reference, structure)
            distances = surface_distances(ours, theirs, sequence.native_spacing)
            yield {
                "instant": instant,
                "structure": structure,
                "dice": dice(ours, theirs),
                "jaccard": jaccard(ours, theirs),
                **{f"{name}_{sequence.unit}": getattr(distances, name) for name in _DISTANCES},
                "intersection_pixels": np.count_nonzero(ours & theirs),
                "predicted_pixels": np.count_nonzero(ours),
                "reference_pixels": np.count_nonzero(theirs),
            }
