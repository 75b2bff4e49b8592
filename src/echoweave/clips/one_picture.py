"""Read one PNG or JPEG picture."""

import io
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow
from PIL import UnidentifiedImageError

from echoweave.io.limits import open_regular

# Of its file.
_MOST_BYTES = 2**26
_GREY = ("1", "L", "I", "F", "I;16", "I;16L", "I;16B")


def open_picture(path: Path) -> Pillow.Image:
    """Return a picture whose size is known and whose pixels were not looked at.

    Raises:
        ValueError: It is none, damaged, or larger than any.
        OSError: It cannot be opened.
    """
    with open_regular(path) as file:
        content = file.read(_MOST_BYTES + 1)
    if len(content) > _MOST_BYTES:
        raise ValueError("larger than any frame")
    try:
        # Of a file itself Pillow would ask for as many bytes as a damaged length promises.
        return Pillow.open(io.BytesIO(content), formats=("PNG", "JPEG"))
    except (UnidentifiedImageError, Pillow.DecompressionBombError) as error:
        raise ValueError("no readable picture") from error
    except (OSError, SyntaxError, ValueError) as error:
        raise ValueError(f"damaged ({error})") from error


def pixels_of(picture: Pillow.Image) -> NDArray[Any]:
    """Return greys [Y, X], or colours uint8 [Y, X, 3].

    Raises:
        ValueError: It is damaged.
    """
    try:
        if picture.mode in _GREY:
            return np.asarray(picture.convert("L") if picture.mode == "1" else picture)
        return np.asarray(picture.convert("RGB"))
    # Pillow raises SyntaxError on broken chunks, and others on broken streams.
    except (OSError, SyntaxError, ValueError, EOFError) as error:
        raise ValueError(f"damaged ({error})") from error
