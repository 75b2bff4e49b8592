"""Texture of tissue: patterns in the template, which move with it; a part is a person's own."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import map_coordinates

from echoweave.phantom.learn2reg.deformation import smooth_noise

# Distances of the knots, in mm, coarse and fine.
_GRAIN_MM = (48.0, 20.0)
# Of the variance, what all people share.
_SHARED = 0.6


@dataclass(frozen=True)
class Texture:
    """Patterns in the template, of about unit variance, float32 [Z, Y, X] each."""

    coarse: NDArray[np.float32]
    fine: NDArray[np.float32]

    @classmethod
    def draw(
        cls, rng: np.random.Generator, shape: tuple[int, int, int], sides_mm: NDArray[np.float64]
    ) -> "Texture":
        """Draw the patterns on the grid of the template."""
        return cls(*(smooth_noise(rng, shape, sides_mm / grain) for grain in _GRAIN_MM))

    def mixed_with(self, own: "Texture") -> "Texture":
        """Return these patterns with those that are one person's own."""
        shared, rest = _SHARED**0.5, (1 - _SHARED) ** 0.5
        return Texture(
            shared * self.coarse + rest * own.coarse, shared * self.fine + rest * own.fine
        )

    def at(self, voxels: NDArray[np.float32]) -> "Texture":
        """Return the patterns at places float32 [3, ...] in voxels of the template's grid."""
        return Texture(
            *(
                map_coordinates(pattern, voxels, order=1, mode="nearest")
                for pattern in (self.coarse, self.fine)
            )
        )
