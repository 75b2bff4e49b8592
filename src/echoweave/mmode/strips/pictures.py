"""Read strips and masks from pictures."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from echoweave.clips.greys import ColourMeter, grey8, luma
from echoweave.clips.limits import check_frame_sizes, refuse_doppler
from echoweave.clips.one_picture import open_picture, pixels_of
from echoweave.io.limits import UnhandledError
from echoweave.mmode.strip import LUMEN, OUTSIDE, UNKNOWN, Strip

# Greys that mark the lumen; others are 0.
_MARKS = (1, 255)


def read_strip_picture(path: Path) -> Strip:
    """Read a PNG or JPEG, grey of 8 or 16 bits or in colours, which become their luma.

    Raises:
        UnhandledError: It is animated, or shows colour Doppler.
        ValueError: It is no picture, damaged, too small or too large.
        OSError: It cannot be opened.
    """
    pixels = _still(path)
    if pixels.ndim == 3:
        meter = ColourMeter()
        meter.add(pixels)
        refuse_doppler(meter.is_doppler)
    greys, note = grey8(_grey(pixels)[None])
    return Strip(pixels=greys[0], notes=(note,) if note else ())


def read_mask_picture(path: Path, shape: tuple[int, int]) -> NDArray[np.uint8]:
    """Read the mask of a strip from a PNG: 0, and 1 or 255 where the lumen is.

    The ventricle is in every column of an M-mode, so that a column without lumen is one that
    nobody has marked.

    Args:
        path: The file.
        shape: (Y, X) of the strip.

    Returns:
        uint8 [Y, X]; see :class:`~echoweave.mmode.strip.Strip`.

    Raises:
        ValueError: It is no picture, damaged, of another size, no mask, or marks nothing.
        OSError: It cannot be opened.
    """
    pixels = _grey(_still(path))
    if pixels.shape != shape:
        rows, columns = pixels.shape
        raise ValueError(
            f"the mask has {columns} x {rows} pixels, its strip {shape[1]} x {shape[0]}"
        )
    values = np.unique(pixels).tolist()
    if not any(set(values) <= {0, mark} for mark in _MARKS):
        said = ", ".join(f"{value:g}" for value in values[:5])
        raise ValueError(
            f"its greys are {said}{', ...' if len(values) > 5 else ''}, not 0 and 1 or 0 and 255"
        )
    marked = pixels > 0
    if not marked.any() or marked.all():
        raise ValueError(f"marks {'all' if marked.any() else 'nothing'} of the strip")
    mask = np.where(marked, np.uint8(LUMEN), np.uint8(OUTSIDE))
    mask[:, ~marked.any(axis=0)] = UNKNOWN
    return mask


def _still(path: Path) -> NDArray[Any]:
    with open_picture(path) as picture:
        check_frame_sizes(1, picture.height, picture.width)
        if getattr(picture, "is_animated", False):
            raise UnhandledError("an animated picture", "store the whole strip as one still")
        return pixels_of(picture)


def _grey(pixels: NDArray[Any]) -> NDArray[Any]:
    return luma(pixels) if pixels.ndim == 3 else pixels
