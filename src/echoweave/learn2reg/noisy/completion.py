"""Labels of all organs: the true ones where they are known, the network's elsewhere."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from echoweave.learn2reg.organs import N_ORGAN_LABELS

# Keeps a voxel whose possible labels all have the probability 0 from a division by it.
_LEAST = 1e-7


class CompletedLabels(NamedTuple):
    """Labels of a case, and how sure the network is of those that it added.

    Attributes:
        labels: uint8 [Z, Y, X].
        voxels: [14], how many voxels have each label.
        confidence: [14], mean probability of a label over its voxels, 0 for an organ that was not
            found: nearly every abdomen has all of them. NaN for the background and known organs.
    """

    labels: NDArray[np.uint8]
    voxels: NDArray[np.int64]
    confidence: NDArray[np.float64]

    @property
    def mean_confidence(self) -> float:
        """The mean over the organs that were to be added; 1 where all are known."""
        added = self.confidence[~np.isnan(self.confidence)]
        return float(added.mean()) if len(added) else 1.0


def complete_labels(
    probabilities: NDArray[np.float32], true: NDArray[np.uint8] | None, known: tuple[int, ...]
) -> CompletedLabels:
    """Overwrite a prediction with true labels.

    Outside of their masks, known organs are impossible: a voxel gets the most probable of the
    labels that are left, the background and the unknown organs, and their probabilities are scaled
    to a sum of 1.

    Args:
        probabilities: float32 [14, Z, Y, X], background first.
        true: uint8 [Z, Y, X], 0 and ``known``; None: nothing is labelled.
        known: The organs that ``true`` tells apart.
    """
    possible = np.array([label for label in range(N_ORGAN_LABELS) if label not in known], np.uint8)
    left = probabilities[possible]
    labels = possible[left.argmax(axis=0)]
    certainty = left.max(axis=0) / np.maximum(left.sum(axis=0), _LEAST)
    if true is not None:
        labels = np.where(true > 0, true, labels)
    voxels = np.bincount(labels.ravel(), minlength=N_ORGAN_LABELS)
    total = np.bincount(labels.ravel(), weights=certainty.ravel(), minlength=N_ORGAN_LABELS)
    confidence = np.full(N_ORGAN_LABELS, np.nan)
    added = possible[1:]
    confidence[added] = total[added] / np.maximum(voxels[added], 1)
    return CompletedLabels(labels, voxels, confidence)
