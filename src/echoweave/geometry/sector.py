"""The ultrasound sector: the part of the picture that the probe sees."""

import cv2
import numpy as np
from numpy.typing import NDArray

# Darkest grey value of tissue at the picture's border; what is darker there is background.
_BLACK = 2
# Share of the border that must be background: any less, and the picture is all sector.
_BACKGROUND = 0.02
# Lengths as shares of the picture's shorter side. Gaps of speckle are closed, and what is thinner
# than letters, traces and colour bars is taken away; edges are compared with what lies around.
_SPECKLE, _THIN, _AROUND = 0.008, 0.05, 0.05
# What is darker than this share of what lies around it is ringing, unless tissue encloses it.
_RINGING = 0.5


def sector_mask(frames: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Return the pixels of the sector: the convex hull of what is brighter than the background.

    Compression leaves ringing beside the sector that is brighter than black, and annotations are
    brighter still. So the threshold on the mean of the frames is Otsu's (1979), on a logarithmic
    scale, and a pixel must not be much darker than what lies around it. What is thin is taken
    away, and of the rest the largest connected piece counts. A sector of less than 180 degrees is
    convex, so the hull keeps blood and shadows that stay black. Frames without black along their
    border, or black throughout, count as all sector.

    Args:
        frames: uint8 [T, Y, X].

    Returns:
        bool [Y, X].
    """
    level = np.asarray(cv2.medianBlur(frames.mean(axis=0, dtype=np.float32), 3), np.float32)
    border = np.concatenate((level[0], level[-1], level[:, 0], level[:, -1]))
    if (border < _BLACK).mean() < _BACKGROUND:
        return np.ones(level.shape, dtype=np.bool_)
    solid = _solid(_bright(level))
    count, pieces, stats, _ = cv2.connectedComponentsWithStats(solid)
    if count < 2:
        return np.ones(level.shape, dtype=np.bool_)
    largest = 1 + int(stats[1:, cv2.CC_STAT_AREA].argmax())
    points = np.argwhere(pieces == largest)[:, ::-1].astype(np.int32)
    mask = np.zeros(level.shape, dtype=np.uint8)
    cv2.fillConvexPoly(mask, cv2.convexHull(points), 1)
    return mask.astype(np.bool_)


def inner_sector(sector: NDArray[np.bool_], share: float) -> NDArray[np.bool_]:
    """Return the sector without its rim, where edge, gain taper and fixed noise stand still.

    The rim is ``share`` of the sector's width, taken off both ends of every row. Where the
    picture's border cuts the sector there is no rim: tissue goes on beyond it.

    Args:
        sector: bool [Y, X].
        share: Width of the rim as a share of the sector's, at least 0 and less than .5.

    Returns:
        bool [Y, X].
    """
    rim = round(share * np.count_nonzero(sector.any(axis=0)))
    # OpenCV takes what lies beyond the border for sector.
    inner = cv2.erode(sector.astype(np.uint8), np.ones((1, 2 * rim + 1), np.uint8))
    return inner.astype(np.bool_)


def _bright(level: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Return what is neither background nor ringing, of the mean frame [Y, X]."""
    logarithm = np.rint(np.log1p(level) * (255 / np.log(256))).astype(np.uint8)
    threshold, _ = cv2.threshold(logarithm, 0, 255, cv2.THRESH_OTSU)
    sigma = min(level.shape) * _AROUND
    around = cv2.GaussianBlur(level, (0, 0), sigma, borderType=cv2.BORDER_REPLICATE)
    above = logarithm > threshold
    enclosed = (above & (level > _RINGING * around)).astype(np.uint8)
    outlines, _ = cv2.findContours(enclosed, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    cv2.drawContours(enclosed, outlines, -1, 1, cv2.FILLED)
    return np.asarray(above & (enclosed > 0))


def _solid(bright: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """Return 1 where gaps of speckle are closed and nothing is thin, uint8 [Y, X]."""
    solid = bright.astype(np.uint8)
    side = min(bright.shape)
    for operation, share in ((cv2.MORPH_CLOSE, _SPECKLE), (cv2.MORPH_OPEN, _THIN)):
        width = 2 * round(side * share / 2) + 1
        disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (width, width))
        solid = cv2.morphologyEx(solid, operation, disc).astype(np.uint8)
    return solid
