"""What every motion estimator offers."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray


class Estimator(Protocol):
    """Finds the motion between frames of one sequence."""

    def fields(
        self, frames: NDArray[np.uint8], pairs: Sequence[tuple[int, int]]
    ) -> NDArray[np.float32]:
        """Return the displacement field of every pair of frames.

        Args:
            frames: uint8 [T, Y, X].
            pairs: (fixed, moving) frames.

        Returns:
            float32 [len(pairs), 2, Y, X] in pixels, (dy, dx), fixed -> moving.
        """
        ...
