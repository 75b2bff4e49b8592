"""Find the frames of one clip in another by the correlation of thumbnails.

Frames are standardised, so brightness and contrast do not count, and the mean picture of all
patients is taken away, since every echo shows the same sector.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from echoweave.geometry.resize import resize_frames

SIDE = 32


def thumbnails(frames: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return standardised thumbnails [T, SIDE * SIDE] of ``frames`` [T, Y, X]."""
    small = resize_frames(frames, (SIDE, SIDE)).reshape(len(frames), -1).astype(np.float32)
    small -= small.mean(axis=1, keepdims=True)
    return _unit(small)


def remove_mean(thumbs: NDArray[np.float32], mean: NDArray[np.float32]) -> NDArray[np.float32]:
    """Take the mean picture [SIDE * SIDE] away from ``thumbs``; rows get length 1."""
    return _unit(thumbs - mean)


def match_frames(similarity: NDArray[np.float32]) -> tuple[NDArray[np.intp], float]:
    """Find each row's column such that columns increase and the mean similarity is largest.

    Args:
        similarity: [A, B] of frames A in order against frames B in order, A <= B.

    Returns:
        The column of each row, and the mean similarity along that path.
    """
    n_rows, n_columns = similarity.shape
    best = np.full((n_rows, n_columns), -np.inf)
    best[0] = similarity[0]
    for row in range(1, n_rows):
        best[row, 1:] = similarity[row, 1:] + np.maximum.accumulate(best[row - 1, :-1])
    path = np.empty(n_rows, np.intp)
    end = n_columns
    for row in reversed(range(n_rows)):
        path[row] = end = int(np.argmax(best[row, :end]))
    return path, float(best[-1, path[-1]] / n_rows)


def upper_bounds(
    clip: NDArray[np.float32], others: NDArray[np.float32], starts: Sequence[int]
) -> NDArray[np.float64]:
    """Bound what :func:`match_frames` can reach for each of many clips, with one matrix product.

    Args:
        clip: Thumbnails [B, P] of the clip that is searched.
        others: Thumbnails [sum of A, P] of the other clips, one after the other.
        starts: The row of ``others`` at which each of them starts.
    """
    nearest = (others @ clip.T).max(axis=1)
    counts = np.diff([*starts, len(others)])
    bounds: NDArray[np.float64] = np.add.reduceat(nearest, starts) / counts
    return bounds


def _unit(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.divide(rows, np.where(lengths > 0, lengths, 1), dtype=np.float32)
