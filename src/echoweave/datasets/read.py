"""Read frames and masks of the data trees as uint8, or say what is wrong with them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from echoweave.errors import InputError, Problem, gathered
from echoweave.io.images import Image, read_image
from echoweave.labels import N_LABELS

_Read = TypeVar("_Read")

# Float pixels are whole numbers but for the arithmetic of whoever stored them.
_ROUNDING = 1e-3
# Fractions below this are grey values of another scale, such as 0 to 1, not rounded ones.
_BRIGHT = 64


def read_frames(path: Path) -> Image:
    """Read the frames uint8 [T, Y, X] of a clip.

    Raises:
        InputError: As :func:`read_image`, or not a clip, or grey values of another range than
            0-255.
    """
    image = read_image(path)
    if image.array.ndim != 3:
        what = "a single image of 2 dimensions where a clip of 3 is needed"
        raise InputError(Problem(str(path), "dimensions", what, "replace it with the clip"))
    return image._replace(array=_grey_values(image.array, path))


def read_frame(path: Path) -> Image:
    """Read one frame uint8 [Y, X]; stored as [1, Y, X] is fine."""
    image = read_image(path)
    return image._replace(array=_grey_values(_single(image.array, path), path))


def read_mask(path: Path) -> Image:
    """Read the mask uint8 [Y, X] of one frame; float pixels are fine.

    Raises:
        InputError: As :func:`read_image`, or values that are not labels, or nothing labelled.
    """
    image = read_image(path)
    return image._replace(array=_labels(_single(image.array, path), path, N_LABELS))


def read_masks(path: Path, n_labels: int = N_LABELS) -> Image:
    """Read masks uint8 [T, Y, X] of every frame with the labels 0 to ``n_labels`` - 1."""
    image = read_image(path)
    if image.array.ndim != 3:
        what = "a single mask of 2 dimensions where one a frame is needed"
        raise InputError(Problem(str(path), "dimensions", what, "replace it"))
    return image._replace(array=_labels(image.array, path, n_labels))


def attempt(reader: Callable[[Path], _Read], path: Path, problems: list[Problem]) -> _Read | None:
    """Return what ``reader`` gives; None, and why in ``problems``, if it cannot."""
    with gathered(problems):
        return reader(path)
    return None


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
    what = ""
    if low < -0.5 or high >= 255.5:
        what = f"grey values from {low:g} to {high:g} do not fit 0 to 255"
    elif high < _BRIGHT and _has_fractions(array):
        what = f"grey values from {low:g} to {high:g} in fractions are of another scale"
    if what:
        raise InputError(Problem(str(path), "pixels", what, "scale the images to 0 to 255"))
    whole = np.rint(array) if array.dtype.kind == "f" else array
    return whole.astype(np.uint8, copy=False)


def _has_fractions(array: NDArray[Any]) -> bool:
    return array.dtype.kind == "f" and bool((np.abs(array - np.rint(array)) > _ROUNDING).any())


def _labels(array: NDArray[Any], path: Path, n_labels: int) -> NDArray[np.uint8]:
    # Counting bytes is far quicker than sorting all pixels, and nearly all masks are bytes.
    counted = array.dtype == np.uint8
    values = np.flatnonzero(np.bincount(array.ravel())) if counted else np.unique(array)
    whole = np.rint(values)
    sound = (np.abs(values - whole) <= _ROUNDING) & (whole >= 0) & (whole < n_labels)
    strange = [f"{value:g}" for value in values[~sound]]
    if strange:
        listed = ", ".join(strange[:3]) + (", ..." if len(strange) > 3 else "")
        what = f"holds {listed}, but labels are 0 to {n_labels - 1}"
        raise InputError(Problem(str(path), "labels", what, "correct the mask"))
    if whole.max() == 0:
        what = "the mask is empty"
        raise InputError(Problem(str(path), "labels", what, "draw it or leave the sequence out"))
    return array if counted else np.rint(array).astype(np.uint8)
