"""Build the cache: sequences at one size, frames from ED to ES, with their reference masks."""

from collections.abc import Sequence as ListOf
from itertools import groupby
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from echoweave.cache.read import read_ed_to_es, read_masks, read_references
from echoweave.cache.source import TED_VIEW, Source
from echoweave.geometry.resize import resize_frames, resize_labels, resized_spacing
from echoweave.io.cache import Sequence, write_patient
from echoweave.io.tables import read_tsv
from echoweave.labels import N_LABELS
from echoweave.logs import Progress

TED_LABELS = 3


def build_cache(
    sources: ListOf[Source], ted_pairs: Path | None, size: int, outputs: ListOf[Path]
) -> None:
    """Write the cache files of some patients.

    The frames are resized with area means, labels by the majority; the spacing scales with
    them. Dense labels are those of ``data.dense_truth``, else those of the paired TED clip.

    Args:
        sources: Every sequence of these patients, sorted by patient.
        ted_pairs: The table of :func:`echoweave.cache.ted.pair_ted`; None for test patients, whom
            TED does not hold.
        size: Side of the square frames in the cache, in pixels.
        outputs: One file a patient, in the same order, named {patient}.h5.
    """
    pairs = pd.DataFrame() if ted_pairs is None else read_tsv(ted_pairs).set_index("patient")
    progress = Progress("Caching", len(outputs))
    grouped = groupby(sources, key=lambda source: source.patient)
    for done, ((patient, views), output) in enumerate(zip(grouped, outputs, strict=True), 1):
        sequences = [_build_sequence(source, pairs, (size, size)) for source in views]
        write_patient(output, sequences)
        progress.update(done, patient)


def _build_sequence(source: Source, pairs: pd.DataFrame, shape: tuple[int, int]) -> Sequence:
    facts, files = source.facts, source.files
    labels = None
    if files.ed_gt is not None and files.es_gt is not None:
        labels = resize_labels(read_references(files.ed_gt, files.es_gt)[0], shape)
    dense = _dense_labels(source, pairs)
    return Sequence(
        patient=source.patient,
        view=source.view,
        frames=resize_frames(read_ed_to_es(source), shape),
        ed=0,
        es=source.n_frames - 1,
        spacing_mm=resized_spacing(facts.native_shape, facts.native_spacing_mm, shape),
        native_shape=facts.native_shape,
        native_spacing_mm=facts.native_spacing_mm,
        labels=labels,
        dense_labels=None if dense is None else resize_labels(dense[0], shape),
        dense_label_values=() if dense is None else dense[1],
        quality=facts.quality,
        frame_rate_hz=facts.frame_rate_hz,
        sex=facts.sex,
        age=facts.age,
        edv_ml=facts.edv_ml,
        esv_ml=facts.esv_ml,
        ef_percent=facts.ef_percent,
    )


def _dense_labels(
    source: Source, pairs: pd.DataFrame
) -> tuple[NDArray[np.uint8], tuple[int, ...]] | None:
    """Return the masks of every frame from ED to ES, and the labels that they know."""
    if source.files.dense_truth is not None:
        return read_masks(source.files.dense_truth), tuple(range(N_LABELS))
    if source.view != TED_VIEW or source.patient not in pairs.index:
        return None
    pair = pairs.loc[source.patient]
    frames = [int(frame) for frame in str(pair["ted_frames"]).split(",")]
    return read_masks(Path(pair["labels"]), TED_LABELS)[frames], tuple(range(TED_LABELS))
