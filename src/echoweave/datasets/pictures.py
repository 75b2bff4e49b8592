"""Judge a clip by itself: frames that show nothing, and a size that no heart has."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from echoweave.errors import Problem
from echoweave.io.images import Image

# A clip whose brightest pixel is darker shows nothing.
DARK = 16
# An echocardiogram shows 5 to 30 cm; outside of this the spacing is not in mm.
_FIELD_CM = (3, 50)


def check_contrast(path: Path, frames: NDArray[np.uint8], first: int = 0) -> list[Problem]:
    """Return a problem if frames [T, Y, X] show nothing; ``first`` is the index of the first."""
    if frames.max() < DARK:
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
    what = doubt_about_spacing(image.array.shape[-2:], image.spacing_mm)
    if not what:
        return []
    remedy = "correct the header: every distance and volume depends on it"
    return [Problem(str(path), "spacing", what, remedy)]


def doubt_about_spacing(shape: Sequence[int], spacing: tuple[float, float]) -> str:
    """Return why a spacing (sy, sx) in mm cannot be that of a heart, one clause; "" if it can.

    Args:
        shape: Rows and columns of the picture.
        spacing: 1 x 1 counts as none: writers put it where they know nothing.
    """
    sy, sx = spacing
    height, width = shape[0] * sy / 10, shape[1] * sx / 10
    low, high = _FIELD_CM
    unset = np.allclose(spacing, 1, rtol=1e-3)
    if not unset and low <= min(height, width) and max(height, width) <= high:
        return ""
    return f"{sx:g} x {sy:g} mm a pixel make a picture of {width:.3g} x {height:.3g} cm"


def digest(frame: NDArray[np.uint8]) -> str:
    """Return a digest of the pixels, whatever file they came from."""
    content = repr(frame.shape).encode() + np.ascontiguousarray(frame).tobytes()
    return hashlib.md5(content).hexdigest()[:16]
