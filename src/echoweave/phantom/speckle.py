"""Speckle of a heart that moves through the slice which the scanner images."""

import numpy as np
from numpy.typing import NDArray

from echoweave.phantom.scanner import white_noise


class Planes:
    """The echo of each scatterer in slices one behind the other."""

    def __init__(
        self, first: NDArray[np.complex128], thicknesses: float, rng: np.random.Generator
    ) -> None:
        """Draw what lies behind ``first`` as far as ``thicknesses`` of the slice."""
        more = int(np.ceil(thicknesses))
        self._planes = [first, *(white_noise(rng, first.shape) for _ in range(more))]

    def at(self, depth: float) -> NDArray[np.complex128]:
        """Return the echo at ``depth`` thicknesses behind the first slice, of the same power.

        One thickness away nothing is left of it, and half of the power half way.
        """
        before = min(int(depth), len(self._planes) - 1)
        if before == depth:
            return self._planes[before]
        share = 0.5 * np.pi * (depth - before)
        return np.asarray(
            np.cos(share) * self._planes[before] + np.sin(share) * self._planes[before + 1]
        )
