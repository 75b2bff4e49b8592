"""Make the pseudo-labels of a bucket of patients."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from echoweave.cpu import use_cpu
from echoweave.errors import InputError, Problem
from echoweave.geometry.sector import sector_mask
from echoweave.io.cache import EchoSequence, read_sequence, read_views
from echoweave.io.images import write_sequence
from echoweave.io.tables import write_tsv
from echoweave.logs import Progress
from echoweave.pseudolabels.drift import correct_drift
from echoweave.pseudolabels.estimators.base import Estimator
from echoweave.pseudolabels.estimators.registry import UNTRAINED, make_estimator
from echoweave.pseudolabels.files import DIRECTIONS, label_path
from echoweave.pseudolabels.fuse import backward_weights, fuse
from echoweave.pseudolabels.propagate import carry, frame_pairs
from echoweave.pseudolabels.quality import quality_columns, quality_rows
from echoweave.pseudolabels.settings import Propagation, PseudolabelSettings


class PseudoLabels(NamedTuple):
    """The labels of one sequence, uint8 [T, Y, X] each, and their quality, one row a frame."""

    forward: NDArray[np.uint8]
    backward: NDArray[np.uint8]
    fused: NDArray[np.uint8]
    quality: pd.DataFrame


def generate(
    estimator: str,
    caches: list[Path],
    directory: Path,
    quality: Path,
    checkpoint: Path | None,
    settings: Mapping[str, Any],
    threads: int,
) -> None:
    """Write the pseudo-labels of every sequence with reference masks.

    Args:
        estimator: A name of ``pseudolabels.estimators``.
        caches: Cache files of the patients.
        directory: Gets the files of :func:`label_path`.
        quality: Gets the quality table of these sequences.
        checkpoint: Weights of the estimator if it is a network.
        settings: ``propagation``, ``fusion`` and ``drift_correction`` of ``pseudolabels``, and
            what the estimator depends on, see :class:`registry.Entry`.
        threads: Threads on the CPU; jobs that share cores slow each other down manifold.

    Raises:
        InputError: Unknown estimator, unusable cache or checkpoint, an empty reference mask, or
            motion that is not finite.
    """
    use_cpu(threads)
    parsed = PseudolabelSettings(
        settings["propagation"], settings["fusion"], settings["drift_correction"]
    )
    motion = make_estimator(estimator, checkpoint, settings)
    if estimator in UNTRAINED:
        parsed = UNTRAINED[estimator].adapt(parsed)
    columns: list[str] = []
    tables = []
    progress = Progress(f"pseudo-labels by {estimator}, patients", len(caches))
    for done, cache in enumerate(caches, start=1):
        for view in read_views(cache):
            sequence = read_sequence(cache, view)
            columns = quality_columns(sequence)
            if sequence.labels is None:
                continue
            try:
                result = pseudo_labels(sequence, motion, parsed)
            except FloatingPointError as error:
                raise InputError(_no_motion(estimator, sequence.name, error)) from error
            for direction in DIRECTIONS:
                path = label_path(directory, direction, sequence.name)
                write_sequence(path, getattr(result, direction), sequence.spacing)
            tables.append(result.quality)
        progress.update(done)
    write_tsv(pd.concat([pd.DataFrame(columns=columns), *tables]), quality)


def pseudo_labels(
    sequence: EchoSequence, motion: Estimator, settings: PseudolabelSettings
) -> PseudoLabels:
    """Carry the masks of ``sequence`` forward from ED and backward from ES, and fuse them.

    A correction of drift counts in the fused labels alone: forward and backward ones, and the
    quality, show what was carried.

    Raises:
        InputError: A reference mask is missing or empty.
        FloatingPointError: A displacement is not finite.
    """
    if sequence.labels is None or not sequence.labels.any(axis=(1, 2)).all():
        raise InputError(
            Problem(
                sequence.name,
                "labels",
                "the ED or the ES mask is missing or empty, there is nothing to carry",
                "correct the mask or leave the sequence out",
            )
        )
    sector = sector_mask(sequence.frames)
    span = sequence.ed, sequence.es
    forward, backward = (
        carry(mask, frame, found, sector, sequence.spacing, settings.propagation)
        for mask, frame, found in zip(
            sequence.labels, span, _fields(sequence, motion, settings.propagation), strict=True
        )
    )
    rows = quality_rows(sequence, forward, backward, sector)
    ahead, back = forward, backward
    if settings.drift_correction:
        share = backward_weights(len(sequence.frames), *span)
        ahead = correct_drift(forward, backward, sequence.es, share)
        back = correct_drift(backward, forward, sequence.ed, 1 - share)
    fused = fuse(ahead, back, *span, settings.fusion)
    return PseudoLabels(forward.labels, backward.labels, fused, rows)


def _fields(
    sequence: EchoSequence, motion: Estimator, propagation: Propagation
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return the fields that carry forward and those that carry backward."""
    ahead, back = (
        frame_pairs(len(sequence.frames), frame, propagation)
        for frame in (sequence.ed, sequence.es)
    )
    # At once: an estimator may find both directions together.
    fields = motion.fields(sequence.frames, [*ahead, *back])
    if not np.isfinite(fields).all():
        raise FloatingPointError("a displacement is not finite")
    return fields[: len(ahead)], fields[len(ahead) :]


def _no_motion(estimator: str, sequence: str, error: FloatingPointError) -> Problem:
    return Problem(
        sequence,
        estimator,
        f"no motion can be found: {error}",
        "take another of pseudolabels.estimators; a network may have diverged, then lower its "
        "registration.models.*.learning_rate, and so may `joint`, then lower its weights",
    )
