"""The wing's cache: one HDF5 file a strip, with what the study knows of it."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NamedTuple

import h5py
import numpy as np

from echoweave.errors import InputError, Problem
from echoweave.io.atomic import whole_file
from echoweave.mmode.strip import Strip

# Recorded as M-mode, or cut out of B-mode.
StripKind = Literal["recorded", "virtual"]
STRIP_KINDS: tuple[StripKind, ...] = ("recorded", "virtual")


@dataclass(frozen=True)
class StoredStrip:
    """A strip and which part of the study it serves.

    Attributes:
        name: Of the recording, or of the B-mode sequence that it is cut out of.
        animal: The animal or patient; no split divides it.
        kind: Where it comes from.
        split: "training", "validation" or "testing".
        species: "mouse" or "human".
        mass_g: Of the animal; None if unknown.
        strip: The strip.
    """

    name: str
    animal: str
    kind: StripKind
    split: str
    species: str
    mass_g: float | None
    strip: Strip


def store_strip(stored: StoredStrip, path: Path) -> None:
    """Write the file, whole or not at all."""
    strip = stored.strip
    about = {
        "name": stored.name,
        "animal": stored.animal,
        "kind": stored.kind,
        "split": stored.split,
        "species": stored.species,
        "mass_g": stored.mass_g,
        "mm_per_row": strip.mm_per_row,
        "ms_per_column": strip.ms_per_column,
        "breaks": list(strip.breaks),
        "seams": strip.seams,
        "sources": dict(strip.sources),
        "notes": list(strip.notes),
    }
    with whole_file(path) as temporary, h5py.File(temporary, "w", track_order=True) as file:
        file.attrs["strip"] = json.dumps(about)
        file.create_dataset("pixels", data=strip.pixels, compression="gzip")
        if strip.mask is not None:
            file.create_dataset("mask", data=strip.mask, compression="gzip")


class StripFacts(NamedTuple):
    """What the study knows of a strip without reading it, see :class:`StoredStrip`."""

    name: str
    animal: str
    split: str


def load_facts(path: Path) -> StripFacts:
    """Read what is known of a strip, which takes no time.

    Raises:
        InputError: The file is missing or damaged.
    """
    with _readable(path), h5py.File(path, "r") as file:
        about = json.loads(file.attrs["strip"])
        return StripFacts(about["name"], about["animal"], about["split"])


def load_strip(path: Path) -> StoredStrip:
    """Read what :func:`store_strip` wrote.

    Raises:
        InputError: It is missing or damaged.
    """
    with _readable(path), h5py.File(path, "r") as file:
        about = json.loads(file.attrs["strip"])
        strip = Strip(
            pixels=np.asarray(file["pixels"]),
            mm_per_row=about.pop("mm_per_row"),
            ms_per_column=about.pop("ms_per_column"),
            mask=np.asarray(file["mask"]) if "mask" in file else None,
            breaks=tuple(about.pop("breaks")),
            seams=about.pop("seams"),
            sources=about.pop("sources"),
            notes=tuple(about.pop("notes")),
        )
        return StoredStrip(**about, strip=strip)


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    try:
        yield
    # HDF5 has an exception of another kind for every place that can be damaged.
    except Exception as error:
        what = f"not a readable strip ({error})"
        raise InputError(Problem(str(path), "", what, "delete it and rerun")) from error
