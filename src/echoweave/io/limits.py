"""What is refused before it is read: anything that might never end or fill the memory."""

import stat
from collections.abc import Sequence
from io import BufferedReader
from pathlib import Path
from typing import NamedTuple

import numpy as np

# 1000 frames of 512 x 512; the longest clips of CAMUS and TED hold a tenth of it.
MAX_PIXELS = 2**28


class Limit(NamedTuple):
    """How many pixels are read at most, and of what."""

    pixels: int
    of: str


CLIP = Limit(MAX_PIXELS, "a clip")
# 2000 slices of 512 x 512; KiTS has one of 1059.
VOLUME = Limit(2**29, "a volume")


class UnhandledError(ValueError):
    """A file that may be sound, but of a kind that is not read; ``remedy`` says what to do."""

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(what)
        self.remedy = remedy


def open_regular(path: Path) -> BufferedReader:
    """Open ``path`` to read bytes.

    Raises:
        ValueError: It is a folder, a pipe or a device.
        OSError: It cannot be opened.
    """
    if not stat.S_ISREG(path.stat().st_mode):
        raise ValueError("not a regular file")
    return path.open("rb")


def check_shape(shape: Sequence[int], limit: Limit = CLIP) -> int:
    """Return the number of pixels that a header promises.

    Raises:
        ValueError: There is none, or more than ``limit``.
    """
    count = int(np.prod(shape, dtype=object))
    if min(shape, default=0) < 1:
        raise ValueError(f"the header promises no pixels ({_times(shape)})")
    if count > limit.pixels:
        raise ValueError(f"the header promises {_times(shape)} pixels, more than {limit.of} holds")
    return count


def _times(shape: Sequence[int]) -> str:
    return " x ".join(str(size) for size in reversed(shape))
