"""Measure every frame of a prediction against a reference of every frame, where there is one."""

from collections.abc import Iterator
from typing import Any

from echoweave.evaluation.predictions import SEQUENCE_COLUMNS, Prediction
from echoweave.geometry.overlap import dice
from echoweave.geometry.resize import resize_labels
from echoweave.geometry.surfaces import surface_distances
from echoweave.io.cache import EchoSequence
from echoweave.labels import structure_mask, structures_of
from echoweave.units import Unit

# Where a frame lies: at ED or ES, between them, or in a whole clip before or after both.
POSITIONS = ("labelled", "between", "outside")


def dense_columns(unit: Unit) -> list[str]:
    """Return the columns of dense.tsv."""
    measures = "dice", f"hd_{unit}", f"hd95_{unit}"
    return [*SEQUENCE_COLUMNS, "frame", "position", "structure", *measures]


def dense_rows(clip: Prediction) -> Iterator[dict[str, Any]]:
    """Yield one row (:func:`dense_columns` without the sequence) a frame and structure.

    On the native grid. The reference is resized to the cache grid and back, as predictions are.
    """
    sequence = clip.sequence
    if sequence.dense_labels is None:
        return
    truth = resize_labels(sequence.dense_labels, sequence.native_shape)
    structures = structures_of({*sequence.label_values} & {*sequence.dense_label_values})
    for frame, (labels, reference) in enumerate(zip(clip.native, truth, strict=True)):
        for structure in structures:
            ours, theirs = (structure_mask(one, structure) for one in (labels, reference))
            distances = surface_distances(ours, theirs, sequence.native_spacing)
            yield {
                "frame": frame,
                "position": _position(frame, sequence),
                "structure": structure,
                "dice": dice(ours, theirs),
                f"hd_{sequence.unit}": distances.hd,
                f"hd95_{sequence.unit}": distances.hd95,
            }


def _position(frame: int, sequence: EchoSequence) -> str:
    first, last = sorted((sequence.ed, sequence.es))
    if frame in (first, last):
        return "labelled"
    return "between" if first < frame < last else "outside"
