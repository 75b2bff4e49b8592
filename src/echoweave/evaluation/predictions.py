"""Predicted test sequences, and the shapes in them that the patient's measures need."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from echoweave.errors import InputError, Problem
from echoweave.evaluation.chamber import Chamber, find_chamber
from echoweave.geometry.resize import resize_labels
from echoweave.io.cache import EchoSequence, read_sequence
from echoweave.io.images import read_array
from echoweave.labels import STRUCTURES, structure_mask, structures_of
from echoweave.units import UNITS, Units

Labels = NDArray[np.uint8]
Curves = dict[str, NDArray[np.float64]]

# Areas and distances in pixels are given for frames of this size, whatever the cache's is.
PAPER_SIZE = 512
# What every table of measured sequences starts with.
SEQUENCE_COLUMNS = ("sequence", "patient", "view", "quality", "arm")


def attributes(structures: Collection[str], units: Units) -> list[str]:
    """Return what Painchaud et al. (2022) follow over time, as far as ``structures`` show it."""
    length, area = units.length, units.area
    found = {
        "cavity": [
            *(f"cavity_area_{area}", f"cavity_length_{length}"),
            *(f"cavity_width_{length}", "cavity_tilt_degrees"),
        ],
        "myocardium": [f"myocardium_area_{area}"],
        "epi": [f"epi_centre_y_{length}", f"epi_centre_x_{length}"],
    }
    return [name for structure, names in found.items() if structure in structures for name in names]


@dataclass(frozen=True)
class Prediction:
    """A sequence with its prediction and its references.

    Attributes:
        sequence: The sequence as cached.
        cached: Predicted labels on the cache grid, [T, Y, X].
        native: The same on the native grid.
    """

    sequence: EchoSequence
    cached: Labels
    native: Labels


@dataclass(frozen=True)
class Shapes:
    """The left ventricle of one clip without its pixels: small enough to keep for all clips.

    Attributes:
        sequence: Name of the sequence.
        patient: Its patient.
        view: Its view.
        quality: Its image quality.
        ed: Index of the ED frame.
        es: Index of the ES frame.
        units: Those of all that follows.
        cfg: EDV, ESV and EF (%) that the data set gives; NaN where unknown, as are volumes where
            ``units`` are px.
        chambers: One a frame.
        curves: Name of :func:`attributes` -> one value a frame; NaN where there is no such shape.
        ref_chambers: Of the references at ED and ES.
        ref_curves: The same attributes of the references, two values.
    """

    sequence: str
    patient: str
    view: str
    quality: str
    ed: int
    es: int
    units: Units
    cfg: tuple[float, float, float]
    chambers: list[Chamber | None]
    curves: Curves
    ref_chambers: list[Chamber | None]
    ref_curves: Curves


def sequence_keys(sequence: EchoSequence, arm: str) -> dict[str, Any]:
    """Return ``SEQUENCE_COLUMNS`` of a sequence that ``arm`` predicted."""
    values = sequence.name, sequence.patient, sequence.view, sequence.quality, arm
    return dict(zip(SEQUENCE_COLUMNS, values, strict=True))


def read_predictions(
    predictions: Sequence[Path],
    caches: Sequence[Path],
    read: Callable[[Path, str], EchoSequence | None] = read_sequence,
) -> Iterator[Prediction]:
    """Read the predicted sequences one after the other, sorted by name.

    Args:
        predictions: Files {sequence}.nii.gz on the cache grid.
        caches: The patients' cache files.
        read: ``read_sequence`` for the frames from ED to ES, ``read_cycle`` for whole clips.

    Raises:
        InputError: A prediction does not have the size of its sequence.
    """
    by_patient = {path.stem: path for path in caches}
    for path in sorted(predictions, key=lambda path: path.name):
        name = path.name.removesuffix(".nii.gz")
        patient, _, view = name.rpartition("_")
        sequence = read(by_patient[patient], view)
        assert sequence is not None
        labels = read_labels(path, sequence)
        yield Prediction(sequence, labels, resize_labels(labels, sequence.native_shape))


def read_labels(path: Path, sequence: EchoSequence) -> Labels:
    """Read labels [T, Y, X] of ``sequence``.

    Raises:
        InputError: They have another size than the sequence.
    """
    labels = read_array(path)
    if labels.shape != sequence.frames.shape:
        what = f"size {labels.shape}, but {sequence.name} is {sequence.frames.shape}"
        raise InputError(Problem(str(path), "", what, "delete the file and rerun"))
    return labels.astype(np.uint8, copy=False)


def find_shapes(clip: Prediction) -> Shapes:
    """Find the left ventricle in every frame of ``clip`` and in its references."""
    sequence, spacing = clip.sequence, clip.sequence.native_spacing
    references = clip.native[:0] if sequence.native_labels is None else sequence.native_labels
    chambers, ref_chambers = (
        [find_chamber(mask, spacing) for mask in structure_mask(labels, "cavity")]
        for labels in (clip.native, references)
    )
    return Shapes(
        sequence=sequence.name,
        patient=sequence.patient,
        view=sequence.view,
        quality=sequence.quality,
        ed=sequence.ed,
        es=sequence.es,
        units=UNITS[sequence.unit],
        cfg=_given(sequence),
        chambers=chambers,
        curves=_curves(clip.native, chambers, sequence),
        ref_chambers=ref_chambers,
        ref_curves=_curves(references, ref_chambers, sequence),
    )


def _given(sequence: EchoSequence) -> tuple[float, float, float]:
    """Return EDV, ESV and EF of the data set; a volume in ml is none in px³."""
    volumes = (sequence.edv_ml, sequence.esv_ml) if sequence.unit == "mm" else (np.nan, np.nan)
    return *volumes, sequence.ef_percent


def _curves(labels: Labels, chambers: list[Chamber | None], sequence: EchoSequence) -> Curves:
    """Return the curves of :func:`attributes` over the frames of ``labels`` [T, Y, X]."""
    spacing, units = sequence.native_spacing, UNITS[sequence.unit]
    rows = [
        (
            _area(frame, "cavity", spacing),
            *_axis(chamber),
            _area(frame, "myocardium", spacing),
            *_centre(structure_mask(frame, "epi"), spacing),
        )
        for frame, chamber in zip(labels, chambers, strict=True)
    ]
    names = attributes(STRUCTURES, units)
    table = np.array(rows, dtype=float).reshape(-1, len(names))
    curves = dict(zip(names, table.T, strict=True))
    return {name: curves[name] for name in attributes(structures_of(sequence.label_values), units)}


def _area(frame: Labels, structure: str, spacing: tuple[float, float]) -> float:
    pixels = np.count_nonzero(structure_mask(frame, structure))
    return pixels * spacing[0] * spacing[1] if pixels else np.nan


def _axis(chamber: Chamber | None) -> tuple[float, float, float]:
    if chamber is None:
        return np.nan, np.nan, np.nan
    return chamber.length, chamber.width, chamber.tilt_degrees


def _centre(mask: NDArray[np.bool_], spacing: tuple[float, float]) -> tuple[float, float]:
    if not mask.any():
        return np.nan, np.nan
    y, x = (indices.mean() for indices in np.nonzero(mask))
    return float(y * spacing[0]), float(x * spacing[1])
