"""Build the cache: sequences at one size, frames from ED to ES, with their reference masks.

Where TED shows the whole cycle of a sequence, that clip is kept beside it with its masks; so is the
whole clip of a data set that has such.
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from echoweave.datasets.read import read_frames, read_masks
from echoweave.datasets.source import Source
from echoweave.datasets.ted import TED_LABELS, TED_VIEW
from echoweave.geometry.resize import resize_frames, resize_labels, resized_spacing
from echoweave.io.cache import EchoSequence, write_patient
from echoweave.io.checksums import write_checksums
from echoweave.io.tables import read_tsv
from echoweave.logs import Progress

# A row of the table of pairs.
Pair = Mapping[Hashable, Any]


def build_cache(
    sources: Sequence[Source],
    ted_pairs: Path | None,
    ted_root: Path,
    label_values: Sequence[int],
    size: int,
    outputs: Sequence[Path],
    checksums: Path,
    whole_clips: bool = False,
) -> None:
    """Write the cache files of some patients, and the checksums of what they are made from.

    The frames are resized with area means, labels by the majority; the spacing scales with
    them. Dense labels are those of ``data.dense_truth``, else those of the paired TED clip, which
    is kept as a whole as the full-cycle clip of its view.

    Args:
        sources: Every sequence of these patients, sorted by patient.
        ted_pairs: The table of :mod:`echoweave.cache.pair_ted`; None for test patients, whom
            TED does not hold.
        ted_root: ``data.ted.root``, where the clips in that table lie; without any it is not used.
        label_values: What the masks of the data set tell apart, background included.
        size: Side of the square frames in the cache, in pixels.
        outputs: One file a patient, in the same order, named {patient}.h5.
        checksums: Gets a row for each file of ``sources``.
        whole_clips: Whether the files hold whole clips, which are kept, too.
    """
    pairs = pd.DataFrame() if ted_pairs is None else read_tsv(ted_pairs).set_index("patient")
    progress = Progress("Caching", len(outputs))
    grouped = groupby(sources, key=lambda source: source.patient)
    for done, ((patient, views), output) in enumerate(zip(grouped, outputs, strict=True), 1):
        sequences, cycles = [], []
        for source in views:
            pair = _ted_pair(source, pairs, ted_root)
            if whole_clips:
                cycles.append(_build_clip(source, tuple(label_values), (size, size)))
                sequences.append(_cut_out(source, cycles[-1]))
                continue
            sequences.append(_build_sequence(source, pair, tuple(label_values), (size, size)))
            if pair is not None:
                cycles.append(_build_cycle(source, pair, (size, size)))
        write_patient(output, sequences, cycles)
        progress.update(done, patient)
    write_checksums((path for source in sources for path in source.files.all), checksums)


def _ted_pair(source: Source, pairs: pd.DataFrame, root: Path) -> Pair | None:
    """Return the row of the TED clip that shows ``source``, with whole paths, if there is one."""
    if source.view != TED_VIEW or source.patient not in pairs.index:
        return None
    row = pairs.loc[source.patient].to_dict()
    return row | {part: root / row[part] for part in ("clip", "labels")}


def _build_sequence(
    source: Source, pair: Pair | None, label_values: tuple[int, ...], shape: tuple[int, int]
) -> EchoSequence:
    frames, dense = source.read_ed_to_es(), _dense_labels(source, pair, label_values)
    masks, values = (None, ()) if dense is None else dense
    built = _resized(source, frames, masks, label_values, shape)
    phase = source.phase("" if pair is None else pair["ted_order"])
    return replace(built, phase=phase, dense_label_values=values)


def _build_clip(
    source: Source, label_values: tuple[int, ...], shape: tuple[int, int]
) -> EchoSequence:
    """Build the whole clip of a data set that has such, in its own order."""
    frames, truth = source.files.read_frames(), source.files.dense_truth
    masks = None if truth is None else read_masks(truth, len(label_values)).array
    built = _resized(source, frames, masks, label_values, shape)
    return replace(built, ed=source.facts.stored_ed, es=source.facts.stored_es, phase="cycle")


def _cut_out(source: Source, clip: EchoSequence) -> EchoSequence:
    """Cut the frames from ED to ES out of the whole clip."""
    dense = clip.dense_labels
    return replace(
        clip,
        frames=source.cut(clip.frames),
        dense_labels=None if dense is None else source.cut(dense),
        ed=0,
        es=source.n_frames - 1,
        phase=source.phase(),
    )


def _resized(
    source: Source,
    frames: NDArray[np.uint8],
    dense: NDArray[np.uint8] | None,
    label_values: tuple[int, ...],
    shape: tuple[int, int],
) -> EchoSequence:
    """Return ``frames`` with what is known of their source, from ED to ES unless told otherwise."""
    facts, masks = source.facts, source.files.read_masks()
    native_spacing = facts.native_spacing_mm or (1.0, 1.0)
    return EchoSequence(
        patient=source.patient,
        view=source.view,
        frames=resize_frames(frames, shape),
        ed=0,
        es=len(frames) - 1,
        spacing=resized_spacing(facts.native_shape, native_spacing, shape),
        native_shape=facts.native_shape,
        native_spacing=native_spacing,
        unit="mm" if facts.native_spacing_mm else "px",
        label_values=label_values,
        labels=None if masks is None else resize_labels(masks, shape),
        native_labels=masks,
        dense_labels=None if dense is None else resize_labels(dense, shape),
        dense_label_values=() if dense is None else label_values,
        reversed=source.reversed,
        quality=facts.quality,
        frame_rate_hz=facts.frame_rate_hz,
        sex=facts.sex,
        age=facts.age,
        edv_ml=facts.edv_ml,
        esv_ml=facts.esv_ml,
        ef_percent=facts.ef_percent,
    )


def _build_cycle(source: Source, pair: Pair, shape: tuple[int, int]) -> EchoSequence:
    frames, native_spacing, _ = read_frames(pair["clip"])
    labels = read_masks(pair["labels"], len(TED_LABELS)).array
    native_shape = labels.shape[1], labels.shape[2]
    shown = _ted_frames(pair)
    # From the first of these frames in time to the last; it may go on at the start of the clip.
    steps = shown[-1] - shown[0] if pair["ted_order"] == "rises" else shown[0] - shown[-1]
    steps %= len(frames)
    return EchoSequence(
        patient=source.patient,
        view=source.view,
        frames=resize_frames(frames, shape),
        ed=shown[0],
        es=shown[-1],
        spacing=resized_spacing(native_shape, native_spacing, shape),
        native_shape=native_shape,
        native_spacing=native_spacing,
        label_values=TED_LABELS,
        dense_labels=resize_labels(labels, shape),
        dense_label_values=TED_LABELS,
        phase="cycle",
        quality=source.facts.quality,
        # TED may show other frames a second than CAMUS.
        frame_rate_hz=source.facts.frame_rate_hz * steps / (len(shown) - 1),
    )


def _dense_labels(
    source: Source, pair: Pair | None, label_values: tuple[int, ...]
) -> tuple[NDArray[np.uint8], tuple[int, ...]] | None:
    """Return the masks of every frame from ED to ES, and the labels that they know."""
    if source.files.dense_truth is not None:
        return read_masks(source.files.dense_truth, len(label_values)).array, label_values
    if pair is None:
        return None
    masks = read_masks(pair["labels"], len(TED_LABELS)).array
    return masks[_ted_frames(pair)], TED_LABELS


def _ted_frames(pair: Pair) -> list[int]:
    """Return the 0-based TED frame of each frame from ED to ES."""
    return [int(frame) for frame in str(pair["ted_frames"]).split(",")]
