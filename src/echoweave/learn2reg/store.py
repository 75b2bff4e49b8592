"""Cases in HDF5, chunked, so that a crop is read without the rest of its volume."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import h5py
import numpy as np

from echoweave.io.atomic import whole_file
from echoweave.learn2reg.volume import CaseVolume

# Side of a chunk in voxels.
_CHUNK = 32


class CaseHeader(NamedTuple):
    """What a stored case is, without its voxels; attributes as those of :class:`CaseVolume`.

    Attributes:
        name: Its own.
        cohort: Of it.
        known: Organs that are labelled; none where nothing is.
        shape: (Z, Y, X).
        axes: Of its file.
    """

    name: str
    cohort: str
    known: tuple[int, ...]
    shape: tuple[int, int, int]
    axes: str


def store_case(path: Path, case: CaseVolume) -> None:
    """Write a case, whole or not at all."""
    chunks = tuple(min(_CHUNK, side) for side in case.image.shape)
    with whole_file(path) as temporary, h5py.File(temporary, "w") as file:
        file.create_dataset("image", data=case.image, chunks=chunks, compression="lzf")
        if case.labels is not None:
            file.create_dataset("labels", data=case.labels, chunks=chunks, compression="lzf")
        file.attrs.update(
            name=case.name,
            cohort=case.cohort,
            known=np.array(case.known, np.uint8),
            spacing=case.spacing,
            axes=case.axes,
        )


def load_case(path: Path, box: Sequence[slice] = (slice(None),) * 3) -> CaseVolume:
    """Read a case, or what lies in ``box``, three slices of [Z, Y, X]."""
    with h5py.File(path) as file:
        sz, sy, sx = (float(side) for side in file.attrs["spacing"])
        return CaseVolume(
            str(file.attrs["name"]),
            str(file.attrs["cohort"]),
            file["image"][tuple(box)],
            file["labels"][tuple(box)] if "labels" in file else None,
            tuple(int(value) for value in file.attrs["known"]),
            (sz, sy, sx),
            str(file.attrs["axes"]),
        )


def load_header(path: Path) -> CaseHeader:
    """Read what a case is, and no voxel of it."""
    with h5py.File(path) as file:
        known = tuple(int(value) for value in file.attrs["known"]) if "labels" in file else ()
        name, cohort = str(file.attrs["name"]), str(file.attrs["cohort"])
        return CaseHeader(name, cohort, known, file["image"].shape, str(file.attrs["axes"]))
