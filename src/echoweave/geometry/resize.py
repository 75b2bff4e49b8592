"""Resize frames and labels between the native grid and the cache grid.

Both grids cover the same field of view: the outer edges of the corner pixels coincide, so pixel
i has its centre at (i + 0.5) * spacing on either grid.
"""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray


def resize_frames(frames: NDArray[np.uint8], shape: tuple[int, int]) -> NDArray[np.uint8]:
    """Resize ``frames`` uint8 [T, Y, X] to [T, *shape]; area means where it shrinks."""
    return np.stack([_interpolate(frame, shape) for frame in frames])


def resize_labels(labels: NDArray[np.uint8], shape: tuple[int, int]) -> NDArray[np.uint8]:
    """Resize ``labels`` uint8 [T, Y, X] to [T, *shape].

    Each label's mask is interpolated as the frames are, and the largest wins (the smaller label
    where two are equal), so that borders keep their place to a fraction of a pixel.
    """
    return np.stack([_resize_mask(mask, shape) for mask in labels])


def resized_spacing(
    native_shape: tuple[int, int], spacing: tuple[float, float], shape: tuple[int, int]
) -> tuple[float, float]:
    """Return (sy, sx) after a resize from ``native_shape`` to ``shape``."""
    return (
        spacing[0] * native_shape[0] / shape[0],
        spacing[1] * native_shape[1] / shape[1],
    )


def _resize_mask(mask: NDArray[np.uint8], shape: tuple[int, int]) -> NDArray[np.uint8]:
    if mask.shape == shape:
        return mask.copy()
    values = np.unique(mask)
    shares = [_interpolate((mask == value).astype(np.float32), shape) for value in values]
    resized: NDArray[np.uint8] = values[np.argmax(shares, axis=0)]
    return resized


def _interpolate(image: NDArray[Any], shape: tuple[int, int]) -> NDArray[Any]:
    # One axis at a time: OpenCV averages areas only if both axes shrink.
    for size in ((image.shape[0], shape[1]), shape):
        if image.shape == size:
            continue
        shrinks = size[0] < image.shape[0] or size[1] < image.shape[1]
        method = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
        image = cv2.resize(image, (size[1], size[0]), interpolation=method)
    return image
