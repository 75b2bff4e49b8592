"""The cache: one HDF5 file a patient, one group a view.

A view's group holds the frames from ED to ES; where the data set or TED has the whole clip, the
subgroup ``cycle`` holds that in the same form.
"""

import io
import math
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import h5py
import numpy as np
from numpy.typing import NDArray

from echoweave.errors import InputError, Problem
from echoweave.io.atomic import whole_file
from echoweave.io.limits import check_shape
from echoweave.units import UNITS, Unit

_Value = TypeVar("_Value", bound=np.generic)


@dataclass(frozen=True)
class EchoSequence:
    """One view of one patient at cache size, frames in ED -> ES order; or the clip of whole beats.

    Attributes:
        patient: ``"patient0001"``.
        view: ``"2CH"`` or ``"4CH"``.
        frames: uint8 [T, Y, X].
        ed: 0-based index of the ED frame.
        es: 0-based index of the ES frame; in a cycle alone it may be smaller than ``ed``.
        spacing: (sy, sx) of ``frames`` in ``unit``: the native spacing scaled with the resize.
        native_shape: (Y, X) of the source images.
        native_spacing: (sy, sx) of the source images in ``unit``.
        unit: "mm", or "px" where the size of a pixel is unknown: then a native pixel is 1 x 1.
        label_values: What the reference masks tell apart, background included; 0 to 3 in CAMUS.
        labels: uint8 [2, Y, X], the reference masks at ED and ES; None where there are none.
        native_labels: The same masks as they were drawn, on the native grid.
        dense_labels: uint8 [T, Y, X], a reference for every frame; None where there is none.
        dense_label_values: The labels that ``dense_labels`` knows (TED has no left atrium).
        phase: "systole": time runs from ED to ES; "diastole": from ES to ED, against the order of
            ``frames``; "cycle": whole beats, in the order of time.
        reversed: Whether the source stores ES before ED.
        quality: "Good", "Medium", "Poor", or "" if unknown.
        frame_rate_hz: NaN if unknown.
        sex: "F", "M" or "".
        age: Years; NaN if unknown.
        edv_ml: Reference left-ventricular volume at ED; NaN if unknown.
        esv_ml: The same at ES.
        ef_percent: Reference ejection fraction; NaN if unknown.
    """

    patient: str
    view: str
    frames: NDArray[np.uint8]
    ed: int
    es: int
    spacing: tuple[float, float]
    native_shape: tuple[int, int]
    native_spacing: tuple[float, float]
    unit: Unit = "mm"
    label_values: tuple[int, ...] = (0, 1, 2, 3)
    labels: NDArray[np.uint8] | None = None
    native_labels: NDArray[np.uint8] | None = None
    dense_labels: NDArray[np.uint8] | None = None
    dense_label_values: tuple[int, ...] = ()
    phase: str = "systole"
    reversed: bool = False
    quality: str = ""
    frame_rate_hz: float = math.nan
    sex: str = ""
    age: float = math.nan
    edv_ml: float = math.nan
    esv_ml: float = math.nan
    ef_percent: float = math.nan

    @property
    def name(self) -> str:
        """``"patient0001_4CH"``."""
        return f"{self.patient}_{self.view}"

    def in_time(self, frames: NDArray[_Value]) -> NDArray[_Value]:
        """Bring frames or labels [T, ...] of this sequence into the order of time, or back."""
        return np.ascontiguousarray(frames[::-1]) if self.phase == "diastole" else frames

    def cut(self, frames: NDArray[_Value]) -> NDArray[_Value]:
        """Return the part of frames or labels [T, ...] of a cycle from ED to ES, as a view."""
        if self.ed < self.es:
            return frames[self.ed : self.es + 1]
        return frames[self.es : self.ed + 1][::-1]


PHASES = ("systole", "diastole", "cycle")
# Fields of a Sequence that are arrays; the others are attributes of the view's group.
_ARRAYS = ("frames", "labels", "native_labels", "dense_labels")
_TUPLES = ("spacing", "native_shape", "native_spacing", "label_values", "dense_label_values")
_CYCLE = "cycle"


def write_patient(
    path: Path, sequences: Sequence[EchoSequence], cycles: Sequence[EchoSequence] = ()
) -> None:
    """Write all views of one patient; frames are stored one chunk a frame, gzip.

    Every chunk has a checksum, so that a damaged one cannot be read. What is written again is the
    same to the last byte, and makes nothing stale.

    Args:
        path: {patient}.h5.
        sequences: One a view, the frames from ED to ES.
        cycles: Full-cycle clips of some of these views, in the order of time; ``ed`` and ``es``
            say where in the clip the first and the last frame of the sequence lie.
    """
    # In memory first: HDF5 crashes the process if the disk is full.
    content = io.BytesIO()
    with h5py.File(content, "w") as file:
        for sequence in sequences:
            _write(file.create_group(sequence.view), sequence)
        for cycle in cycles:
            _write(file[cycle.view].create_group(_CYCLE), cycle)
    with whole_file(path) as temporary:
        # No getbuffer: Python up to 3.12.1 crashes on one that the error of a full disk keeps.
        temporary.write_bytes(content.getvalue())


def read_views(path: Path) -> list[str]:
    """Return the views that the cache file holds, sorted."""
    with _opened(path) as file:
        return sorted(file)


def read_sequence(path: Path, view: str) -> EchoSequence:
    """Read one view of one patient.

    Raises:
        InputError: The file is missing, damaged, or has no such view.
    """
    with _opened(path) as file:
        if view not in file:
            raise ValueError(f"it has no view {view}")
        return _read(file[view], view)


def read_labelled_spacings(path: Path) -> list[tuple[float, float]]:
    """Return ``spacing`` of each view that has reference masks, without reading frames."""
    with _opened(path) as file:
        labelled = [file[view] for view in sorted(file) if "labels" in file[view]]
        return [(float(sy), float(sx)) for sy, sx in (view.attrs["spacing"] for view in labelled)]


def read_cycle(path: Path, view: str) -> EchoSequence | None:
    """Read the full-cycle clip of one view; None where there is none.

    Raises:
        InputError: The file is missing or damaged.
    """
    with _opened(path) as file:
        name = f"{view}/{_CYCLE}"
        return _read(file[name], view) if name in file else None


def read_whole_clip(path: Path, view: str) -> EchoSequence:
    """Read the whole clip of one view of a data set that has them.

    Raises:
        InputError: There is none, or the file is missing or damaged.
    """
    clip = read_cycle(path, view)
    if clip is None:
        what, remedy = f"it has no whole clip of {view}", "delete it and rerun"
        raise InputError(Problem(str(path), view, what, remedy))
    return clip


def _write(group: h5py.Group, sequence: EchoSequence) -> None:
    for field, value in vars(sequence).items():
        if field == "view" or value is None:
            continue
        if field in _ARRAYS:
            # Not lzf, which compresses the same frame differently from one process to the next.
            gzip = {"compression": "gzip", "compression_opts": 1}
            chunks = (1, *value.shape[1:])
            group.create_dataset(field, data=value, chunks=chunks, fletcher32=True, **gzip)
        else:
            group.attrs[field] = value


def _read(group: h5py.Group, view: str) -> EchoSequence:
    fields = dict(group.attrs.items())
    fields |= {name: _array(group[name]) for name in _ARRAYS if name in group}
    for name in _TUPLES:
        fields[name] = tuple(value.item() for value in fields[name])
    for name, value in fields.items():
        if isinstance(value, np.generic):
            fields[name] = value.item()
    sequence = EchoSequence(view=view, **fields)
    _check(sequence)
    return sequence


def _array(dataset: h5py.Dataset) -> NDArray[np.uint8]:
    # Before it is read: HDF5 allocates what the file promises.
    check_shape(dataset.shape)
    if dataset.dtype != np.uint8 or dataset.ndim != 3:
        raise ValueError(f"{dataset.name} is not uint8 with 3 dimensions")
    array: NDArray[np.uint8] = dataset[()]
    return array


def _check(sequence: EchoSequence) -> None:
    """Notice a file whose parts do not belong together."""
    frames, labels, dense = sequence.frames, sequence.labels, sequence.dense_labels
    if sequence.phase not in PHASES:
        raise ValueError(f"the phase is {sequence.phase!r}")
    ed, es = sequence.ed, sequence.es
    in_order = ed != es if sequence.phase == "cycle" else ed < es
    if not (in_order and min(ed, es) >= 0 and max(ed, es) < len(frames)):
        raise ValueError(f"ED {ed} and ES {es} of {len(frames)} frames")
    if labels is not None and labels.shape != (2, *frames.shape[1:]):
        raise ValueError(f"labels of shape {labels.shape} for frames of {frames.shape}")
    native = sequence.native_labels
    if native is not None and native.shape != (2, *sequence.native_shape):
        raise ValueError(f"native labels of shape {native.shape} for {sequence.native_shape}")
    if dense is not None and dense.shape != frames.shape:
        raise ValueError(f"dense labels of shape {dense.shape} for frames of {frames.shape}")
    if not all(math.isfinite(value) and value > 0 for value in sequence.spacing):
        raise ValueError(f"the spacing is {sequence.spacing} {sequence.unit}")
    if sequence.unit not in UNITS:
        raise ValueError(f"the unit is {sequence.unit!r}")


@contextmanager
def _opened(path: Path) -> Iterator[h5py.File]:
    """Open a cache file; whatever goes wrong while it is read is an InputError.

    Without HDF5's lock on the file, which some network file systems do not have: nobody writes to a
    file that has its name already.
    """
    try:
        with h5py.File(path, "r", locking=False) as file:
            yield file
    # HDF5 has an exception of another kind for every place that can be damaged.
    except Exception as error:
        raise InputError(Problem(str(path), "", *_fault(error))) from error


def _fault(error: Exception) -> tuple[str, str]:
    """Say what is wrong and what to do: only a damaged file is to be deleted."""
    if isinstance(error, FileNotFoundError):
        return "there is no such cache file", "give the command again, which makes it"
    if isinstance(error, OSError) and error.errno:
        why = os.strerror(error.errno)
        return f"cannot be read ({why})", "see to the file system, then give the command again"
    return f"not a readable cache file ({error})", "delete it and rerun"
