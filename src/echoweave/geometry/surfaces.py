"""Distances between the borders of two masks.

The border of a mask is its pixels with a 4-neighbour outside it (beyond the image counts as
outside), as in MedPy. Distances run between pixel centres, in the unit of the spacing. If a mask
is empty there is no distance: every measure is NaN.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import KDTree


@dataclass(frozen=True)
class SurfaceDistances:
    """Distances from each border pixel of one mask to the nearest border pixel of the other.

    Attributes:
        to_reference: [N], one for each border pixel of the prediction.
        to_prediction: [M], one for each border pixel of the reference.
    """

    to_reference: NDArray[np.float64]
    to_prediction: NDArray[np.float64]

    @property
    def hd(self) -> float:
        """Hausdorff distance: the largest of all distances."""
        return float(self._pooled.max()) if len(self._pooled) else math.nan

    @property
    def hd95(self) -> float:
        """95th percentile of all distances together."""
        return float(np.percentile(self._pooled, 95)) if len(self._pooled) else math.nan

    @property
    def mad(self) -> float:
        """Mean absolute distance (ASSD): mean of the two directed means."""
        if not len(self._pooled):
            return math.nan
        return float((self.to_reference.mean() + self.to_prediction.mean()) / 2)

    @property
    def pooled_mean(self) -> float:
        """Mean of all distances together: the longer border weighs more."""
        return float(self._pooled.mean()) if len(self._pooled) else math.nan

    @property
    def rms(self) -> float:
        """Root mean square of all distances together."""
        return float(np.sqrt(np.mean(self._pooled**2))) if len(self._pooled) else math.nan

    @property
    def _pooled(self) -> NDArray[np.float64]:
        return np.concatenate([self.to_reference, self.to_prediction])


def surface_distances(
    prediction: NDArray[np.bool_], reference: NDArray[np.bool_], spacing: tuple[float, float]
) -> SurfaceDistances:
    """Measure the distances between the borders of two masks.

    Args:
        prediction: Mask [Y, X].
        reference: Mask [Y, X].
        spacing: Size of a pixel (sy, sx), in mm for distances in mm.
    """
    ours, theirs = border_points(prediction, spacing), border_points(reference, spacing)
    if not len(ours) or not len(theirs):
        return SurfaceDistances(np.empty(0), np.empty(0))
    # Borders are curves of a few hundred pixels: a tree is far quicker than a distance map.
    return SurfaceDistances(KDTree(theirs).query(ours)[0], KDTree(ours).query(theirs)[0])


def border_points(mask: NDArray[np.bool_], spacing: tuple[float, float]) -> NDArray[np.float64]:
    """Return the centres (y, x) of the border pixels of ``mask`` [Y, X], in units of spacing."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if not len(rows):
        return np.empty((0, 2))
    corner = rows[0], columns[0]
    inside = np.pad(mask[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1], 1)
    core = inside[:-2, 1:-1] & inside[2:, 1:-1] & inside[1:-1, :-2] & inside[1:-1, 2:]
    border = np.argwhere(inside[1:-1, 1:-1] & ~core) + corner
    return np.asarray(border * spacing, float)
