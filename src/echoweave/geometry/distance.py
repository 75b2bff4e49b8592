"""Signed Euclidean distances to the outline of a mask, in the unit of the spacing.

The outline runs midway between neighbouring pixels of different classes. A pixel's distance is the
exact distance between its centre and that of the nearest pixel on the other side, less half of the
smaller pixel side: along a row or column of square pixels it passes through zero at the outline
without a jump, so that the mean of the distances of two discs belongs to the disc in between.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt

from echoweave.labels import N_LABELS


def signed_distance(mask: NDArray[np.bool_], spacing: tuple[float, float]) -> NDArray[np.float32]:
    """Return the distance of every pixel to the outline of ``mask``: positive inside.

    Args:
        mask: bool [Y, X].
        spacing: (sy, sx).

    Returns:
        float32 [Y, X]; -inf everywhere if the mask is empty, inf if it is full.
    """
    outside = _distance_to(mask, spacing)
    return np.where(mask, _distance_to(~mask, spacing), -outside)


def label_distances(labels: NDArray[np.uint8], spacing: tuple[float, float]) -> NDArray[np.float32]:
    """Return the signed distance to the outline of every label, background included.

    The way out of a label leads to the nearest of the other labels, so one distance transform a
    label serves for both signs.

    Args:
        labels: uint8 [Y, X], 0 to 3.
        spacing: (sy, sx).

    Returns:
        float32 [4, Y, X], as :func:`signed_distance` of each label.
    """
    away = np.stack([_distance_to(labels == label, spacing) for label in range(N_LABELS)])
    signed = -away
    for label in range(N_LABELS):
        inside = labels == label
        signed[label, inside] = np.delete(away, label, axis=0)[:, inside].min(axis=0)
    return signed


def _distance_to(mask: NDArray[np.bool_], spacing: tuple[float, float]) -> NDArray[np.float32]:
    """Return the distance of every pixel outside ``mask`` to where it begins; 0 or less inside."""
    if not mask.any():
        return np.full(mask.shape, np.inf, np.float32)
    centres = distance_transform_edt(~mask, sampling=spacing)
    return np.asarray(centres - min(spacing) / 2, np.float32)
