"""Read and write single grey pictures as PNG."""

import io
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from echoweave.errors import InputError, Problem
from echoweave.io.atomic import whole_file
from echoweave.io.limits import check_shape, open_regular

_EIGHT_BITS = ("1", "L", "LA", "P", "RGB", "RGBA")


def read_grey(path: Path) -> NDArray[np.uint8]:
    """Read a PNG of 8 bits as grey values [Y, X]; colours are their luma.

    Raises:
        InputError: It is missing, damaged, no PNG, or has more than 8 bits.
    """
    try:
        with open_regular(path) as file:
            content = file.read()
        with Image.open(io.BytesIO(content), formats=("PNG",)) as picture:
            check_shape(picture.size)
            if picture.mode not in _EIGHT_BITS:
                raise ValueError(f"pixels of the kind {picture.mode}, not of 8 bits")
            return np.array(picture.convert("L"))
    # Pillow raises SyntaxError on broken chunks, and others on broken streams.
    except (OSError, SyntaxError, ValueError, EOFError, Image.DecompressionBombError) as error:
        what = f"not a readable picture ({error})"
        raise InputError(Problem(str(path), "", what, "save it as a grey PNG of 8 bits")) from error


def write_grey(path: Path, pixels: NDArray[np.uint8]) -> None:
    """Write grey values [Y, X] as PNG."""
    with whole_file(path) as temporary:
        Image.fromarray(pixels).save(temporary, format="PNG")
