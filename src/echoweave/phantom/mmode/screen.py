"""The screen of a scanner while M-mode scrolls over it."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from echoweave.clips.clip import Box
from echoweave.clips.regions import (
    CENTIMETRES,
    ECG,
    MMODE,
    SECONDS,
    TISSUE,
    TWO_D,
    WAVEFORM,
    Region,
)
from echoweave.phantom.anatomy import Float
from echoweave.phantom.ecg import GREEN, draw_ecg
from echoweave.phantom.mmode.scan import cross_section
from echoweave.phantom.mmode.scan_line import ScanLine

# Columns of the M-mode on the screen, as a multiple of its rows.
_WIDE = 2.4
# By how much a frame goes on, as a share of its columns.
_STEP = (0.3, 0.48)
# Of the frames that the same picture may come again in.
_AGAIN = 0.2
_ECG_ROWS, _MARGIN = 40, 24
_GREY = (210, 210, 210)


@dataclass(frozen=True)
class Screen:
    """What the scanner stores.

    Attributes:
        frames: uint8 [N, Y, X, 3].
        regions: The 2-D picture, the M-mode and the ECG, in no fixed order.
        first_columns: The column of the strip that each frame begins with.
    """

    frames: NDArray[np.uint8]
    regions: list[Region]
    first_columns: list[int]


def film_screen(
    strip: NDArray[np.uint8],
    line: ScanLine,
    phases: Float,
    mm_per_row: float,
    ms_per_column: float,
    texts: list[str],
    rng: np.random.Generator,
) -> Screen:
    """Return the frames in which ``strip`` [rows, T] scrolls by.

    Args:
        strip: The M-mode.
        line: What it shows; the 2-D picture is a cross-section of it.
        phases: Beats that are over at each column.
        mm_per_row: Of the strip.
        ms_per_column: Of the strip.
        texts: What is written above the pictures.
        rng: Draws how it scrolls, and the order of the regions.
    """
    rows, length = strip.shape
    width = min(2 * round(_WIDE * rows / 2), length)
    flat = Box(_MARGIN, _MARGIN, _MARGIN + rows, _MARGIN + rows)
    moving = Box(flat.bottom + _MARGIN, _MARGIN, flat.bottom + _MARGIN + rows, _MARGIN + width)
    ecg = Box(moving.bottom + 8, _MARGIN, moving.bottom + 8 + _ECG_ROWS, _MARGIN + width)
    # Even, as half of the colours are stored.
    shape = (2 * ((ecg.bottom + _MARGIN) // 2), 2 * ((moving.right + 3 * _MARGIN) // 2))
    first_columns = _scroll(length, width, rng)
    frames = np.zeros((len(first_columns), *shape, 3), np.uint8)
    frames[:] = _still(shape, flat, cross_section(line, rows, mm_per_row, rng), moving, texts)
    trace = draw_ecg(phases, _ECG_ROWS)
    for frame, first in zip(frames, first_columns, strict=True):
        frame[moving.slices] = strip[:, first : first + width, None]
        frame[ecg.slices] = trace[:, first : first + width]
    cm, s = mm_per_row / 10, ms_per_column / 1000
    regions = [
        Region(flat, TWO_D, TISSUE, (cm, cm), (CENTIMETRES, CENTIMETRES)),
        Region(moving, MMODE, TISSUE, (cm, s), (CENTIMETRES, SECONDS)),
        Region(ecg, WAVEFORM, ECG, (0.01, s), (0, SECONDS)),
    ]
    order = rng.permutation(len(regions))
    return Screen(frames, [regions[at] for at in order], first_columns)


def _scroll(length: int, width: int, rng: np.random.Generator) -> list[int]:
    """Return the first column of each frame; the last frame ends with the strip."""
    firsts = [0]
    while firsts[-1] < length - width:
        if rng.uniform() < _AGAIN:
            firsts.append(firsts[-1])
        step = max(round(rng.uniform(*_STEP) * width), 1)
        firsts.append(min(firsts[-1] + step, length - width))
    return firsts


def _still(
    shape: tuple[int, int],
    flat: Box,
    picture: NDArray[np.uint8],
    moving: Box,
    texts: list[str],
) -> NDArray[np.uint8]:
    """Return what stands still: the 2-D picture, text and the scale, [Y, X, 3]."""
    screen = np.zeros((*shape, 3), np.uint8)
    screen[flat.slices] = picture[..., None]
    middle = (flat.left + flat.right) // 2
    for row in range(flat.top, flat.bottom, 6):
        screen[row : row + 3, middle] = GREEN
    for number, text in enumerate(texts):
        _put(screen, text, (flat.right + 12, flat.top + 12 + 14 * number))
    _put(screen, "M-MODE  PARASTERNAL", (_MARGIN, 15))
    for share in range(5):
        row = moving.top + share * (moving.bottom - moving.top - 1) // 4
        screen[row, moving.right + 3 : moving.right + 9] = _GREY
    return screen


def _put(picture: NDArray[np.uint8], text: str, at: tuple[int, int]) -> None:
    cv2.putText(picture, text, at, cv2.FONT_HERSHEY_SIMPLEX, 0.35, _GREY)
