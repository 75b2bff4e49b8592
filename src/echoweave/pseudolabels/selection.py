"""Which pseudo-labels are good enough to train on."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from echoweave.geometry.distance import label_distances
from echoweave.labels import N_LABELS
from echoweave.pseudolabels.settings import QualitySettings

# nnU-Net wants the ignore label to be the highest.
IGNORE = N_LABELS


def training_labels(
    fused: NDArray[np.uint8],
    forward: NDArray[np.uint8],
    backward: NDArray[np.uint8],
    quality: pd.DataFrame,
    spacing: tuple[float, float],
    settings: QualitySettings,
) -> list[tuple[int, NDArray[np.uint8]]]:
    """Return the frames to train on with their labels.

    Args:
        fused: uint8 [T, Y, X].
        forward: uint8 [T, Y, X].
        backward: uint8 [T, Y, X].
        quality: The rows of this sequence in quality.tsv.
        spacing: (sy, sx).
        settings: Thresholds; frames that hold a manual mask always stay as they are.

    Returns:
        (frame, uint8 [Y, X]) in time order; doubtful pixels are ``IGNORE``.
    """
    rows = quality.sort_values("frame")
    scores = rows["score"].to_numpy(float)
    manual = rows["reference"].isin(["ED", "ES"]).to_numpy()
    result = []
    for frame in np.flatnonzero(manual | (scores >= settings.min_score)):
        labels = fused[frame].copy()
        if settings.ignore_over_mm is not None and not manual[frame]:
            doubt = _disagreement_mm(labels, forward[frame], backward[frame], spacing)
            labels[doubt > settings.ignore_over_mm] = IGNORE
        result.append((int(frame), labels))
    return result


def _disagreement_mm(
    labels: NDArray[np.uint8],
    forward: NDArray[np.uint8],
    backward: NDArray[np.uint8],
    spacing: tuple[float, float],
) -> NDArray[np.float32]:
    """Return how far apart both directions see the outline of a pixel's label; 0 if they agree."""
    own = labels[None].astype(np.intp)
    ahead, back = (
        np.take_along_axis(label_distances(mask, spacing), own, axis=0)[0]
        for mask in (forward, backward)
    )
    return np.where(forward == backward, np.float32(0), np.abs(ahead - back))
