"""Frames as the registration networks see them."""

from typing import NamedTuple

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from echoweave.geometry.resize import resize_frames
from echoweave.geometry.sector import sector_mask
from echoweave.registration.settings import FrameSettings

# Brightness inside the sector after standardisation.
_MEAN, _DEVIATION = 110.0, 45.0


class Prepared(NamedTuple):
    """A sequence at the size on which a network works.

    Attributes:
        frames: uint8 [T, S, S].
        sector: uint8 [S, S], 1 inside the ultrasound sector.
    """

    frames: NDArray[np.uint8]
    sector: NDArray[np.uint8]


def prepare(frames: NDArray[np.uint8], settings: FrameSettings) -> Prepared:
    """Resize, smooth and standardise ``frames`` uint8 [T, Y, X] as ``settings`` say.

    Smoothing only mixes pixels of the sector, and outside of it becomes black, so that the
    sector's edge does not blur. Frames that are neither smoothed nor standardised stay as they
    are, outside of the sector, too.
    """
    small = resize_frames(frames, (settings.size, settings.size))
    sector = sector_mask(small).astype(np.float32)
    if settings.smoothing_px == 0 and not settings.standardise:
        return Prepared(small, sector.astype(np.uint8))
    images = small.astype(np.float32) * sector
    if settings.smoothing_px > 0:
        share = np.maximum(_smooth(sector, settings.smoothing_px), 1e-3)
        images = np.stack([_smooth(image, settings.smoothing_px) for image in images])
        images *= sector / share
    if settings.standardise:
        inside = images[:, sector > 0]
        images = (images - inside.mean()) / max(inside.std(), 1.0) * _DEVIATION + _MEAN
        images *= sector
    return Prepared(np.rint(images).clip(0, 255).astype(np.uint8), sector.astype(np.uint8))


def pair_batch(fixed: NDArray[np.uint8], moving: NDArray[np.uint8], device: torch.device) -> Tensor:
    """Return uint8 [N, Y, X] images as pairs float32 [N, 2, Y, X] in [0, 1]."""
    pairs = torch.from_numpy(np.stack((fixed, moving), axis=1))
    return pairs.to(device).float() / 255


def _smooth(image: NDArray[np.float32], sigma: float) -> NDArray[np.float32]:
    smooth = cv2.GaussianBlur(image, (0, 0), sigma, borderType=cv2.BORDER_REPLICATE)
    return np.asarray(smooth, np.float32)
