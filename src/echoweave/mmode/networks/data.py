"""What the networks of strips learn from, at one size, and how it is varied."""

import math
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from echoweave.clips.clip import Box
from echoweave.errors import InputError, Problem
from echoweave.mmode.window_files import read_judged_windows, read_windows
from echoweave.mmode.windows import cut_picture, resize_mask

Pictures = NDArray[np.uint8]


class WindowSet(NamedTuple):
    """Windows at one size.

    Attributes:
        names: Of the windows.
        pictures: uint8 [N, S, S].
        targets: uint8, 0 or 1: [N, S, S], what is lumen, or [N], what is good.
    """

    names: list[str]
    pictures: Pictures
    targets: NDArray[np.uint8]


class Jitter(NamedTuple):
    """How far a window is moved at random before it is learnt from; all of it evenly drawn.

    Attributes:
        flip: Whether half of them run backwards.
        degrees: Turned by at most this much to either side.
        shift_time: Moved along the columns by at most this share of the side.
        shift_depth: The same along the rows.
        smallest: Least factor that it is enlarged by.
        largest: Greatest.
    """

    flip: bool
    degrees: float
    shift_time: float
    shift_depth: float
    smallest: float
    largest: float


# Those of Echo2Pheno, whose factors of masked windows, .1 to .3, can only have meant these.
MASKED_JITTER = Jitter(True, 5, 0.2, 0.2, 0.9, 1.3)
JUDGED_JITTER = Jitter(False, 0, 0.2, 0.05, 0.8, 1.2)


def read_masked_set(folder: Path, size: int) -> WindowSet:
    """Read a folder of windows with masks and bring them to ``size``.

    Raises:
        InputError: See :func:`read_windows`, or no mask holds any lumen.
    """
    names, pictures, masks = [], [], []
    for window in read_windows(folder):
        names.append(window.name)
        pictures.append(_resized(window.picture, size))
        masks.append(resize_mask(window.mask.astype(np.uint8), size))
    if not any(mask.any() for mask in masks):
        what, remedy = "no mask holds any lumen", "mark it with 255"
        raise InputError(Problem(str(folder / "mask"), "", what, remedy))
    return WindowSet(names, np.stack(pictures), np.stack(masks))


def read_judged_set(folder: Path, size: int) -> WindowSet:
    """Read a folder of good and bad windows and bring them to ``size``.

    Raises:
        InputError: See :func:`read_judged_windows`.
    """
    names, pictures, good = [], [], []
    for window in read_judged_windows(folder):
        names.append(window.name)
        pictures.append(_resized(window.picture, size))
        good.append(window.good)
    return WindowSet(names, np.stack(pictures), np.array(good, np.uint8))


def batches(
    windows: WindowSet, batch_size: int, order: NDArray[np.intp] | None = None
) -> Iterator[WindowSet]:
    """Yield all windows in batches, the last of them perhaps smaller.

    Args:
        windows: The windows.
        batch_size: Windows a batch.
        order: Of the windows; None: their own.
    """
    places = np.arange(len(windows.names)) if order is None else order
    for start in range(0, len(places), batch_size):
        chosen = places[start : start + batch_size]
        names = [windows.names[place] for place in chosen]
        yield WindowSet(names, windows.pictures[chosen], windows.targets[chosen])


def varied(windows: WindowSet, jitter: Jitter, generator: np.random.Generator) -> WindowSet:
    """Return the windows, each moved at random; a mask moves as its picture does."""
    moves = [_drawn_move(windows.pictures.shape[1], jitter, generator) for _ in windows.names]
    pictures = _moved(windows.pictures, moves, cv2.INTER_LINEAR)
    if windows.targets.ndim == 1:
        return windows._replace(pictures=pictures)
    targets = _moved(windows.targets, moves, cv2.INTER_NEAREST)
    return WindowSet(windows.names, pictures, targets)


def _resized(picture: Pictures, size: int) -> Pictures:
    return cut_picture(picture, Box(0, 0, *picture.shape), size)


def _drawn_move(size: int, jitter: Jitter, generator: np.random.Generator) -> NDArray[np.float64]:
    """Return the matrix [2, 3] from a window to the moved one, (x, y)."""
    angle = math.radians(generator.uniform(-jitter.degrees, jitter.degrees))
    factor = generator.uniform(jitter.smallest, jitter.largest)
    most = size * np.array([jitter.shift_time, jitter.shift_depth])
    shift = generator.uniform(-most, most)
    turned = factor * np.array(
        [[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]]
    )
    if jitter.flip and generator.random() < 0.5:
        turned[:, 0] *= -1
    middle = np.full(2, (size - 1) / 2)
    return np.column_stack([turned, middle - turned @ middle + shift])


def _moved(
    pictures: NDArray[np.uint8], moves: list[NDArray[np.float64]], method: int
) -> NDArray[np.uint8]:
    """Return each picture moved; what comes into view is the nearest that was there."""
    size = pictures.shape[1:]
    return np.stack(
        [
            cv2.warpAffine(one, move, size, flags=method, borderMode=cv2.BORDER_REPLICATE)
            for one, move in zip(pictures, moves, strict=True)
        ]
    )
