"""Drift correction: each direction is known to be wrong where it arrives, and by how much."""

import numpy as np
from numpy.typing import NDArray

from echoweave.pseudolabels.propagate import Carried, likeliest_labels, warp_array


def correct_drift(
    carried: Carried, other: Carried, end: int, share: NDArray[np.float64]
) -> Carried:
    """Spread what a carried mask misses at the other reference over the frames before it.

    The residual is the difference of the signed distances there, manual less carried. The fields
    of the other direction, which start there, take it to every frame t:
    ``corrected(t) = carried(t) + share(t) * residual(x + u(t -> end))``.

    Args:
        carried: The mask of one reference in every frame.
        other: That of the other reference.
        end: The frame of the other reference.
        share: How much of the residual counts in each frame [T]: 0 at the own reference and 1 at
            ``end``, where the result is the other reference itself within ``carried.extent``.
    """
    residual = other.distances[end] - carried.distances[end]
    distances = carried.distances.copy()
    for frame, weight in enumerate(share.astype(np.float32)):
        distances[frame] += weight * warp_array(residual, other.to_reference[frame])
    labels = likeliest_labels(distances, carried.extent)
    return carried._replace(distances=distances, labels=labels)
