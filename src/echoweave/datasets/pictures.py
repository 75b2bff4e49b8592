"""Judge a clip by itself: frames that show nothing, and a size that no heart has."""

import hashlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from echoweave.errors import Problem
from echoweave.io.images import Image

# The brightest pixel of a clip that shows something.
_DARK = 16
# An echocardiogram shows 5 to 30 cm; outside of this the spacing is not in mm.
_FIELD_CM = (3, 50)


def check_contrast(path: Path, frames: NDArray[np.uint8], first: int = 0) -> list[Problem]:
    """Return a problem if frames [T, Y, X] show nothing; ``first`` is the index of the first."""
    if frames.max() < _DARK:
        what = f"the brightest grey value is {frames.max()} of 255, which shows nothing"
        return [Problem(str(path), "pixels", what, "scale the images to 0 to 255")]
    flat = np.flatnonzero(frames.min(axis=(1, 2)) == frames.max(axis=(1, 2)))
    if not len(flat):
        return []
    numbers = ", ".join(str(first + index + 1) for index in flat[:3])
    what = f"every pixel of frame {numbers}{', ...' if len(flat) > 3 else ''} has one grey value"
    return [Problem(str(path), "pixels", what, "replace the clip or leave it out")]


def check_spacing(path: Path, image: Image) -> list[Problem]:
    """Return a warning if the spacing cannot be that of a heart."""
    sy, sx = image.spacing_mm
    height, width = (
        size * spacing / 10
        for size, spacing in zip(image.array.shape[-2:], image.spacing_mm, strict=True)
    )
    low, high = _FIELD_CM
    unset = np.allclose(image.spacing_mm, 1, rtol=1e-3)
    if not unset and low <= min(height, width) and max(height, width) <= high:
        return []
    what = f"{sx:g} x {sy:g} mm a pixel make a picture of {width:.3g} x {height:.3g} cm"
    remedy = "correct the header: every distance and volume depends on it"
    return [Problem(str(path), "spacing", what, remedy)]


def digest(frame: NDArray[np.uint8]) -> str:
    """Return a digest of the pixels, whatever file they came from."""
    content = repr(frame.shape).encode() + np.ascontiguousarray(frame).tobytes()
    return hashlib.md5(content).hexdigest()[:16]
