"""Frames as they come out of a JPEG, with ringing beside every edge, the sector's too."""

import cv2
import numpy as np
from numpy.typing import NDArray


def compressed(frame: NDArray[np.uint8], quality: int) -> NDArray[np.uint8]:
    """Return uint8 [Y, X] compressed at ``quality`` 1 to 100 and read again; 0: as it is."""
    if quality == 0:
        return frame
    _, stored = cv2.imencode(".jpg", frame, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.asarray(cv2.imdecode(stored, cv2.IMREAD_GRAYSCALE), np.uint8)
