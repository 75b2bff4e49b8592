"""No motion at all: the floor that every estimator must beat."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


class Still:
    """Nothing moves, so every frame keeps the reference mask."""

    def fields(
        self, frames: NDArray[np.uint8], pairs: Sequence[tuple[int, int]]
    ) -> NDArray[np.float32]:
        """Return zeros; see :class:`~echoweave.pseudolabels.estimators.base.Estimator`."""
        return np.zeros((len(pairs), 2, *frames.shape[1:]), np.float32)
