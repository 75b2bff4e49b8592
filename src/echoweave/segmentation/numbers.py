"""nnU-Net numbers its labels without a gap, whichever of ours a data set knows."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from echoweave.labels import LABEL_NAMES
from echoweave.pseudolabels.selection import IGNORE


def to_nnunet(labels: NDArray[np.uint8], label_values: Sequence[int]) -> NDArray[np.uint8]:
    """Return ``labels``, of any shape, as numbers of nnU-Net; ``IGNORE`` gets the highest.

    Args:
        labels: Values among ``label_values`` and ``IGNORE``.
        label_values: What the data set tells apart, ascending, background first.
    """
    return np.searchsorted([*label_values, IGNORE], labels).astype(np.uint8)


def from_nnunet(numbers: NDArray[np.uint8], described: Mapping[str, int]) -> NDArray[np.uint8]:
    """Return the labels that ``numbers``, of any shape, stand for.

    Args:
        numbers: What nnU-Net predicts; it never predicts the ignore label.
        described: ``labels`` of dataset.json, name -> number.
    """
    names = sorted(described.keys() & set(LABEL_NAMES), key=described.__getitem__)
    return np.array([LABEL_NAMES.index(name) for name in names], np.uint8)[numbers]
