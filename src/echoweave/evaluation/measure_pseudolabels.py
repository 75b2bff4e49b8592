"""Measure pseudo-labels, or any dense labels, against a reference mask of every frame."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from echoweave.evaluation.predictions import PAPER_SIZE, Labels, read_labels
from echoweave.geometry.overlap import dice
from echoweave.geometry.surfaces import surface_distances
from echoweave.io.cache import EchoSequence, read_sequence, read_views
from echoweave.io.tables import write_tsv
from echoweave.labels import structure_mask, structures_of
from echoweave.logs import Progress
from echoweave.units import Unit

_DISTANCES = {"mean_surface_distance": "pooled_mean", "rms": "rms", "hd": "hd"}


def measure_pseudolabels(
    estimator: str,
    labels: Mapping[str, Sequence[Path]],
    caches: Sequence[Path],
    unit: Unit,
    output: Path,
) -> None:
    """Compare dense labels with ``EchoSequence.dense_labels``, frame by frame.

    Only frames strictly between ED and ES count, since the labels at ED and ES are the manual
    ones, and only structures whose labels the truth knows (TED has no atrium). Sequences without
    dense truth are passed over.

    Args:
        estimator: Name for the table; that of the arm for an nnU-Net.
        labels: Direction -> {sequence}.nii.gz on the cache grid. Pseudo-labels have forward,
            backward and fused; an nnU-Net has the name of its arm.
        caches: {patient}.h5 of the patients; those without a file in ``labels`` do not matter.
        unit: That of the spacing of every sequence.
        output: The table, one row a sequence, direction, frame and structure.

    Raises:
        InputError: A file is unreadable or of the wrong size.
    """
    files = {
        (direction, path.name.removesuffix(".nii.gz")): path
        for direction, paths in labels.items()
        for path in paths
    }
    rows: list[dict[str, Any]] = []
    progress = Progress(f"measuring {estimator}", len(caches))
    for done, cache in enumerate(sorted(caches), 1):
        for view in read_views(cache):
            wanted = [key for key in files if key[1] == f"{cache.stem}_{view}"]
            sequence = read_sequence(cache, view) if wanted else None
            if sequence is None or sequence.dense_labels is None:
                continue
            for direction, name in wanted:
                found = read_labels(files[direction, name], sequence)
                keys = _keys(sequence, estimator, direction)
                rows += [keys | row for row in frame_rows(sequence, sequence.dense_labels, found)]
        progress.update(done, cache.stem)
    write_tsv(pd.DataFrame(rows, columns=_columns(unit)), output)


def frame_rows(sequence: EchoSequence, truth: Labels, found: Labels) -> Iterator[dict[str, Any]]:
    """Yield one row an inner frame and structure.

    Args:
        sequence: The sequence.
        truth: Its dense labels [T, Y, X].
        found: What is compared with them [T, Y, X].
    """
    height, width = truth.shape[1:]
    spacings = {sequence.unit: sequence.spacing, "px512": (PAPER_SIZE / height, PAPER_SIZE / width)}
    structures = structures_of(sequence.dense_label_values)
    for frame in range(sequence.ed + 1, sequence.es):
        for structure in structures:
            ours, theirs = (structure_mask(labels[frame], structure) for labels in (found, truth))
            row = {
                "frame": frame,
                "position": (frame - sequence.ed) / (sequence.es - sequence.ed),
                "structure": structure,
                "dice": dice(ours, theirs),
            }
            for unit, spacing in spacings.items():
                distances = surface_distances(ours, theirs, spacing)
                for name, measure in _DISTANCES.items():
                    row[f"{name}_{unit}"] = getattr(distances, measure)
            yield row


def _columns(unit: Unit) -> list[str]:
    return [
        *("sequence", "patient", "view", "quality", "estimator", "direction"),
        *("frame", "position", "structure", "dice"),
        *(f"{name}_{one}" for one in (unit, "px512") for name in _DISTANCES),
    ]


def _keys(sequence: EchoSequence, estimator: str, direction: str) -> dict[str, Any]:
    return {
        "sequence": sequence.name,
        "patient": sequence.patient,
        "view": sequence.view,
        "quality": sequence.quality,
        "estimator": estimator,
        "direction": direction,
    }
