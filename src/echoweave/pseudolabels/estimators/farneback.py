"""Farneback's optical flow."""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from echoweave.pseudolabels.estimators.optical_flow import flow_fields


class Farneback:
    """Polynomial expansion (Farneback 2003), OpenCV's, with a wide window against speckle."""

    def __init__(self, rim_share: float) -> None:
        """Take the width of the rim that is left out, as a share of the sector's."""
        self._rim_share = rim_share
        self._flow = cv2.FarnebackOpticalFlow.create(
            numLevels=4, pyrScale=0.5, winSize=21, numIters=5, polyN=7, polySigma=1.5
        )

    def fields(
        self, frames: NDArray[np.uint8], pairs: Sequence[tuple[int, int]]
    ) -> NDArray[np.float32]:
        """See :class:`~echoweave.pseudolabels.estimators.base.Estimator`."""
        return flow_fields(self._flow, frames, pairs, self._rim_share)
