"""How much two masks overlap."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray


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


def _ratio(part: Any, whole: Any) -> float:
    return float(part / whole) if whole else math.nan
