"""The cache: one HDF5 file a patient, one group a view."""

import math
from collections.abc import Sequence as ListOf
from dataclasses import dataclass
from pathlib import Path

import h5py
import numpy as np
from numpy.typing import NDArray

from echoweave.errors import InputError, Problem
from echoweave.io.atomic import whole_file


@dataclass(frozen=True)
class Sequence:
    """One view of one patient at cache size, frames in ED -> ES order.

    Attributes:
        patient: ``"patient0001"``.
        view: ``"2CH"`` or ``"4CH"``.
        frames: uint8 [T, Y, X].
        ed: 0-based index of the ED frame.
        es: 0-based index of the ES frame; larger than ``ed``.
        spacing_mm: (sy, sx) of ``frames``: the native spacing scaled with the resize.
        native_shape: (Y, X) of the source images.
        native_spacing_mm: (sy, sx) of the source images.
        labels: uint8 [2, Y, X], the reference masks at ED and ES; None where there are none.
        dense_labels: uint8 [T, Y, X], a reference for every frame; None where there is none.
        dense_label_values: The labels that ``dense_labels`` knows (TED has no left atrium).
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
    spacing_mm: tuple[float, float]
    native_shape: tuple[int, int]
    native_spacing_mm: tuple[float, float]
    labels: NDArray[np.uint8] | None = None
    dense_labels: NDArray[np.uint8] | None = None
    dense_label_values: tuple[int, ...] = ()
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


# Fields of a Sequence that are arrays; the others are attributes of the view's group.
_ARRAYS = ("frames", "labels", "dense_labels")
_PAIRS = ("spacing_mm", "native_shape", "native_spacing_mm", "dense_label_values")


def write_patient(path: Path, sequences: ListOf[Sequence]) -> None:
    """Write all views of one patient to ``path``; frames are stored one chunk a frame, lzf."""
    with whole_file(path) as temporary, h5py.File(temporary, "w") as file:
        for sequence in sequences:
            group = file.create_group(sequence.view)
            for field, value in vars(sequence).items():
                if field in ("view",) or value is None:
                    continue
                if field in _ARRAYS:
                    chunk = (1, *value.shape[1:])
                    group.create_dataset(field, data=value, chunks=chunk, compression="lzf")
                else:
                    group.attrs[field] = value


def read_views(path: Path) -> list[str]:
    """Return the views that the cache file holds, sorted."""
    with _open(path) as file:
        return sorted(file)


def read_sequence(path: Path, view: str) -> Sequence:
    """Read one view of one patient.

    Raises:
        InputError: The file is missing, truncated, or has no such view.
    """
    with _open(path) as file:
        if view not in file:
            raise InputError(
                Problem(str(path), view, "the cache has no such view", "delete the file and rerun")
            )
        group = file[view]
        fields = dict(group.attrs.items())
        fields |= {name: group[name][()] for name in _ARRAYS if name in group}
    for name in _PAIRS:
        fields[name] = tuple(value.item() for value in fields[name])
    for name, value in fields.items():
        if isinstance(value, np.generic):
            fields[name] = value.item()
    return Sequence(view=view, **fields)


def _open(path: Path) -> h5py.File:
    try:
        return h5py.File(path, "r")
    except OSError as error:
        raise InputError(
            Problem(str(path), "", f"not a readable cache file ({error})", "delete it and rerun")
        ) from error
