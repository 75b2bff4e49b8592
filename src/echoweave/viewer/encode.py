"""Frames as web pages hold them."""

import base64
import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image

WEBP_QUALITY = 75


def encode_frame(frame: NDArray[np.uint8], quality: int = WEBP_QUALITY) -> str:
    """Return ``frame`` [Y, X] as the data URI of a WebP image."""
    buffer = io.BytesIO()
    Image.fromarray(frame).save(buffer, "WEBP", quality=quality)
    return "data:image/webp;base64," + base64.b64encode(buffer.getvalue()).decode()
