"""How much two masks overlap."""

import math
from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from echoweave.labels import structure_mask


def dice(prediction: NDArray[np.bool_], reference: NDArray[np.bool_]) -> float:
    """Return 2 |A and B| / (|A| + |B|): 0 if one mask is empty, NaN if both are.

    Args:
        prediction: Mask of any shape.
        reference: Mask of the same shape.
    """
    total = np.count_nonzero(prediction) + np.count_nonzero(reference)
    return _ratio(2 * np.count_nonzero(prediction & reference), total)


def jaccard(prediction: NDArray[np.bool_], reference: NDArray[np.bool_]) -> float:
    """Return |A and B| / |A or B|: 0 if one mask is empty, NaN if both are.

    Args:
        prediction: Mask of any shape.
        reference: Mask of the same shape.
    """
    union = np.count_nonzero(prediction | reference)
    return _ratio(np.count_nonzero(prediction & reference), union)


def structure_dice(
    prediction: NDArray[np.uint8], reference: NDArray[np.uint8], structures: Iterable[str]
) -> dict[str, float]:
    """Return the Dice of each of ``structures``; labels of any one shape."""
    return {
        name: dice(structure_mask(prediction, name), structure_mask(reference, name))
        for name in structures
    }


def _ratio(part: Any, whole: Any) -> float:
    return float(part / whole) if whole else math.nan
