"""Read frames and masks of the data trees as uint8, or say what is wrong with them."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from echoweave.cache.source import Source
from echoweave.errors import InputError, Problem
from echoweave.io.images import read_image
from echoweave.labels import N_LABELS


def read_clip(path: Path) -> tuple[NDArray[np.uint8], tuple[float, float]]:
    """Read a clip: frames [T, Y, X] and the spacing (sy, sx) in mm.

    Raises:
        InputError: As :func:`read_image`, or not a clip, or grey values outside 0-255.
    """
    image = read_image(path)
    if image.array.ndim != 3:
        what = "a single image of 2 dimensions where a clip of 3 is needed"
        raise InputError(Problem(str(path), "dimensions", what, "replace it with the clip"))
    return _grey_values(image.array, path), image.spacing_mm


def read_ed_to_es(source: Source) -> NDArray[np.uint8]:
    """Read the frames [T, Y, X] from ED to ES, both included, in that order.

    Frames outside are dropped: nothing carries a label there. Reversed clips are turned.
    """
    frames, _ = read_clip(source.files.sequence)
    ed, es = source.facts.stored_ed, source.facts.stored_es
    return frames[ed : es + 1] if ed < es else frames[es : ed + 1][::-1]


def read_frame(path: Path) -> tuple[NDArray[np.uint8], tuple[float, float]]:
    """Read one frame [Y, X] and its spacing; stored as [1, Y, X] is fine."""
    image = read_image(path)
    return _grey_values(_single(image.array, path), path), image.spacing_mm


def read_mask(path: Path) -> tuple[NDArray[np.uint8], tuple[float, float]]:
    """Read the mask [Y, X] of one frame and its spacing; float pixels are fine.

    Raises:
        InputError: As :func:`read_image`, or values that are not labels, or nothing labelled.
    """
    image = read_image(path)
    return _labels(_single(image.array, path), path, N_LABELS), image.spacing_mm


def read_masks(path: Path, n_labels: int = N_LABELS) -> NDArray[np.uint8]:
    """Read masks [T, Y, X] of every frame with the labels 0 to ``n_labels`` - 1."""
    array = read_image(path).array
    if array.ndim != 3:
        what = "a single mask of 2 dimensions where one a frame is needed"
        raise InputError(Problem(str(path), "dimensions", what, "replace it"))
    return _labels(array, path, n_labels)


def read_references(ed_gt: Path, es_gt: Path) -> tuple[NDArray[np.uint8], tuple[float, float]]:
    """Read the reference masks on the native grid: uint8 [2, Y, X] (ED, ES), (sy, sx) in mm."""
    (ed, spacing_mm), (es, _) = read_mask(ed_gt), read_mask(es_gt)
    return np.stack([ed, es]), spacing_mm


def _single(array: NDArray[Any], path: Path) -> NDArray[Any]:
    if array.ndim == 3 and len(array) == 1:
        only: NDArray[Any] = array[0]
        return only
    if array.ndim == 3:
        what = f"holds {len(array)} frames where one is needed"
        raise InputError(Problem(str(path), "dimensions", what, "replace it with the one frame"))
    return array


def _grey_values(array: NDArray[Any], path: Path) -> NDArray[np.uint8]:
    low, high = array.min(), array.max()
    if low < -0.5 or high >= 255.5:
        what = f"grey values from {low:g} to {high:g} do not fit 0 to 255"
        raise InputError(Problem(str(path), "pixels", what, "scale the images to 0 to 255"))
    whole = np.rint(array) if array.dtype.kind == "f" else array
    return whole.astype(np.uint8, copy=False)


def _labels(array: NDArray[Any], path: Path, n_labels: int) -> NDArray[np.uint8]:
    # Counting bytes is far quicker than sorting all pixels, and nearly all masks are bytes.
    counted = array.dtype == np.uint8
    values = np.flatnonzero(np.bincount(array.ravel())) if counted else np.unique(array)
    strange = [f"{value:g}" for value in values if value not in range(n_labels)]
    if strange:
        listed = ", ".join(strange[:3]) + (", ..." if len(strange) > 3 else "")
        what = f"holds {listed}, but labels are 0 to {n_labels - 1}"
        raise InputError(Problem(str(path), "labels", what, "correct the mask"))
    if values.max() == 0:
        what = "the mask is empty"
        raise InputError(Problem(str(path), "labels", what, "draw it or leave the sequence out"))
    return array.astype(np.uint8, copy=False)
