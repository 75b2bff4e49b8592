"""Dense inverse search optical flow."""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from echoweave.pseudolabels.estimators.optical_flow import flow_fields


class DenseInverseSearch:
    """Dense inverse search (Kroeger et al. 2016), OpenCV's medium preset."""

    def __init__(self, rim_share: float) -> None:
        """Take the width of the rim that is left out, as a share of the sector's."""
        self._rim_share = rim_share
        self._flow = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)

    def fields(
        self, frames: NDArray[np.uint8], pairs: Sequence[tuple[int, int]]
    ) -> NDArray[np.float32]:
        """See :class:`~echoweave.pseudolabels.estimators.base.Estimator`."""
        return flow_fields(self._flow, frames, pairs, self._rim_share)
