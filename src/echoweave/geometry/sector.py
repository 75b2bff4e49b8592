"""The ultrasound sector: the part of the picture that the probe sees."""

import cv2
import numpy as np
from numpy.typing import NDArray

# A pixel that never gets brighter than this is black: resampling leaves traces beside the sector.
_BLACK = 3


def sector_mask(frames: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Return the pixels of the sector: the convex hull of what is not black all the time.

    A sector of less than 180 degrees is convex, so the hull keeps blood and shadows that stay
    black, and the largest connected piece leaves out letters and traces beside it. Frames that
    are black throughout count as all sector.

    Args:
        frames: uint8 [T, Y, X].

    Returns:
        bool [Y, X].
    """
    bright = (frames.max(axis=0) > _BLACK).astype(np.uint8)
    opened = cv2.morphologyEx(bright, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    count, pieces, stats, _ = cv2.connectedComponentsWithStats(opened)
    if count < 2:
        return np.ones(bright.shape, dtype=np.bool_)
    largest = 1 + int(stats[1:, cv2.CC_STAT_AREA].argmax())
    points = np.argwhere(pieces == largest)[:, ::-1].astype(np.int32)
    hull = cv2.convexHull(points)
    mask = np.zeros(bright.shape, dtype=np.uint8)
    cv2.fillConvexPoly(mask, hull, 1)
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
