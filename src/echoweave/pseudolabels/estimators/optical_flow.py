"""What the optical flow methods share: a fixed working size, smooth frames, smooth fields."""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from echoweave.geometry.beyond import continue_beyond
from echoweave.geometry.resize import resize_labels
from echoweave.geometry.sector import inner_sector, sector_mask

# Window sizes and smoothing are in pixels of this size, so they mean the same on every input.
_WORKING_SIZE = 256
_FRAME_SMOOTHING = 1.5
_FIELD_SMOOTHING = 3.0


def flow_fields(
    flow: cv2.DenseOpticalFlow,
    frames: NDArray[np.uint8],
    pairs: Sequence[tuple[int, int]],
    rim_share: float,
) -> NDArray[np.float32]:
    """Return the displacement fields of ``pairs`` by an OpenCV method.

    The flow is found on smoothed frames of 256x256 pixels, smoothed, and brought to the size of
    ``frames``; see :class:`~echoweave.pseudolabels.estimators.base.Estimator` for the shapes. In
    the rim of the sector, a share of its width, and beyond it the field is continued from inside.
    """
    height, width = frames.shape[1:]
    small = [_working_frame(frame) for frame in frames]
    scale = np.array([width, height], np.float32) / _WORKING_SIZE
    sector = resize_labels(sector_mask(frames)[None].astype(np.uint8), small[0].shape)[0] > 0
    inner = inner_sector(sector, rim_share)
    start = np.zeros((_WORKING_SIZE, _WORKING_SIZE, 2), np.float32)
    result = np.empty((len(pairs), 2, height, width), np.float32)
    found = [
        np.asarray(flow.calc(small[fixed], small[moving], start.copy()), np.float32)
        for fixed, moving in pairs
    ]
    if rim_share > 0:
        found = _continue_beyond(found, inner)
    for field, motion in zip(result, found, strict=True):
        smooth = _smooth(motion)
        large = cv2.resize(smooth, (width, height), interpolation=cv2.INTER_LINEAR) * scale
        field[:] = large[..., ::-1].transpose(2, 0, 1)
    return result


def _working_frame(frame: NDArray[np.uint8]) -> NDArray[np.uint8]:
    shrinks = min(frame.shape) > _WORKING_SIZE
    small = cv2.resize(
        frame,
        (_WORKING_SIZE, _WORKING_SIZE),
        interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR,
    )
    smooth = cv2.GaussianBlur(small, (0, 0), _FRAME_SMOOTHING, borderType=cv2.BORDER_REPLICATE)
    return np.asarray(smooth, np.uint8)


def _continue_beyond(
    fields: list[NDArray[np.float32]], inner: NDArray[np.bool_]
) -> list[NDArray[np.float32]]:
    """Return the fields [Y, X, 2], outside of ``inner`` their nearest smoothed value inside."""
    weights = inner.astype(np.float32)[..., None]
    share = np.maximum(_smooth(weights), 1e-6)[..., None]
    # Normalised convolution (Knutsson and Westin 1993): what lies outside does not count.
    known = [np.where(weights > 0, field, _smooth(field * weights) / share) for field in fields]
    beyond = continue_beyond(np.reshape(known, (-1, *inner.shape, 2)).transpose(0, 3, 1, 2), inner)
    return list(beyond.transpose(0, 2, 3, 1))


def _smooth(field: NDArray[np.float32]) -> NDArray[np.float32]:
    smooth = cv2.GaussianBlur(field, (0, 0), _FIELD_SMOOTHING, borderType=cv2.BORDER_REPLICATE)
    return np.asarray(smooth, np.float32)
