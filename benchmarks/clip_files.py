"""Real clips with manual masks at both ends, as benchmarks/real_clips.py takes them."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from echoweave.errors import InputError, Problem
from echoweave.io.cache import EchoSequence
from echoweave.labels import N_LABELS

Arrays = Mapping[str, NDArray[Any]]
REMEDY = "see benchmarks/clip_files.py for what a file holds"


def read_clips(paths: list[Path]) -> dict[str, EchoSequence]:
    """Return the clips of all files by name, with ED in the first frame and ES in the last.

    A file holds one clip, named as the file: ``frames`` uint8 [T, Y, X], ``ed_labels`` and
    ``es_labels`` uint8 [Y, X], and ``spacing_mm`` (sy, sx) if it is known. Or it holds pairs of an
    ED and an ES frame, named by what their keys begin with: ``NAME_frames`` and ``NAME_labels``
    uint8 [2, Y, X], and ``NAME_spacing_mm`` if it is known. An unknown spacing counts as 1.

    Raises:
        InputError: The first problem of each file that cannot be used.
    """
    found: dict[str, EchoSequence] = {}
    problems = []
    for path in paths:
        try:
            clips = _read(path)
        except InputError as error:
            problems += error.problems
            continue
        for name in sorted(found.keys() & clips):
            what = "a clip of this name is in another file, too"
            problems.append(Problem(str(path), name, what, "rename one of them"))
        found |= clips
    if problems:
        raise InputError(problems)
    return found


def _read(path: Path) -> dict[str, EchoSequence]:
    arrays = _arrays(path)
    names = [key.removesuffix("_frames") for key in arrays if key.endswith("_frames")]
    if "frames" in arrays or not names:
        return {path.stem: _clip(path, arrays)}
    return {name: _pair(path, arrays, name) for name in names}


def _arrays(path: Path) -> Arrays:
    try:
        with np.load(path, allow_pickle=False) as file:
            return {key: file[key] for key in file.files}
    # A damaged archive has an exception of another kind for every place.
    except Exception as error:
        why = getattr(error, "strerror", None) or "damaged, or another format"
        what = f"not a readable npz file ({why})"
        raise InputError(Problem(str(path), "", what, REMEDY)) from error


def _clip(path: Path, arrays: Arrays) -> EchoSequence:
    frames = _array(path, arrays, "frames", 3)
    if len(frames) < 2:
        _refuse(path, "frames", "fewer than two frames", "give those from ED to ES")
    ends = []
    for key in ("ed_labels", "es_labels"):
        labels = _array(path, arrays, key, 2)
        _check_labels(path, key, labels, frames.shape[1:])
        ends.append(labels)
    return _sequence(path.stem, frames, np.stack(ends), _spacing(path, arrays, "spacing_mm"))


def _pair(path: Path, arrays: Arrays, name: str) -> EchoSequence:
    frames = _array(path, arrays, f"{name}_frames", 3)
    if len(frames) != 2:
        _refuse(path, f"{name}_frames", f"{len(frames)} frames", "give two, ED and ES")
    key = f"{name}_labels"
    labels = _array(path, arrays, key, 3)
    if len(labels) != 2:
        _refuse(path, key, f"{len(labels)} masks", "give two, of ED and ES")
    for mask in labels:
        _check_labels(path, key, mask, frames.shape[1:])
    return _sequence(name, frames, labels, _spacing(path, arrays, f"{name}_spacing_mm"))


def _array(path: Path, arrays: Arrays, key: str, dimensions: int) -> NDArray[np.uint8]:
    if key not in arrays:
        _refuse(path, key, f"this key is missing beside {', '.join(arrays) or 'nothing'}", REMEDY)
    array = arrays[key]
    if array.dtype != np.uint8 or array.ndim != dimensions or not array.size:
        axes = ", ".join("TYX"[-dimensions:])
        _refuse(path, key, f"{array.dtype} of shape {array.shape}", f"save it as uint8 [{axes}]")
    return array


def _check_labels(path: Path, key: str, labels: NDArray[np.uint8], shape: tuple[int, ...]) -> None:
    if labels.shape != shape:
        what = f"labels of {labels.shape} pixels for frames of {shape}"
        _refuse(path, key, what, "bring them to the size of the frames, nearest neighbour")
    if labels.max() >= N_LABELS:
        what = f"the label {labels.max()}"
        _refuse(path, key, what, "use 1 cavity, 2 myocardium, 3 atrium, and 0 for the rest")
    if not labels.any():
        _refuse(path, key, "an empty mask", "draw it or leave the clip out")


def _spacing(path: Path, arrays: Arrays, key: str) -> tuple[float, float]:
    spacing = arrays.get(key, np.ones(2))
    numbers = spacing.shape == (2,) and spacing.dtype.kind in "fiu"
    if not numbers or not np.isfinite(spacing).all() or not (spacing > 0).all():
        _refuse(path, key, f"the spacing is {spacing}", "give (sy, sx) in mm, or leave it out")
    return float(spacing[0]), float(spacing[1])


def _sequence(
    name: str,
    frames: NDArray[np.uint8],
    labels: NDArray[np.uint8],
    spacing_mm: tuple[float, float],
) -> EchoSequence:
    shape = frames.shape[1], frames.shape[2]
    ends = 0, len(frames) - 1
    return EchoSequence(name, "", frames, *ends, spacing_mm, shape, spacing_mm, labels=labels)


def _refuse(path: Path, key: str, what: str, remedy: str) -> None:
    raise InputError(Problem(str(path), key, what, remedy))
