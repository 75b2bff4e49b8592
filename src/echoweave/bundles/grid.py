"""The grid that networks see: what nnU-Net does to a picture before and after them."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import zoom

Spacing = tuple[float, float]


@dataclass(frozen=True)
class Grid:
    """Frames as the networks see them, and the way back.

    Attributes:
        frames: float32 [T, Y, X], mean 0 and standard deviation 1, on the networks' grid.
        spacing: (sy, sx) of that grid, as exact as whole pixels allow.
        rows: Rows of the picture that it covers.
        columns: Columns of it.
    """

    frames: NDArray[np.float32]
    spacing: Spacing
    rows: slice
    columns: slice

    @property
    def shape(self) -> tuple[int, int]:
        """(Y, X) of what it covers in the picture."""
        return self.rows.stop - self.rows.start, self.columns.stop - self.columns.start


def to_grid(frames: NDArray[np.uint8], spacing: Spacing, target: Spacing) -> Grid:
    """Cut off what is black in all ``frames``, normalise, and bring them to the networks' spacing.

    Args:
        frames: uint8 [T, Y, X], one case of nnU-Net's.
        spacing: (sy, sx) of them.
        target: (sy, sx) that the networks were trained with, in the same unit.
    """
    rows, columns = _lit(frames)
    cut = frames[:, rows, columns].astype(np.float32)
    cut = (cut - cut.mean()) / max(cut.std(), 1e-8)
    sides = zip(cut.shape[1:], spacing, target, strict=True)
    height, width = (max(round(side * sp / to), 1) for side, sp, to in sides)
    seen = np.stack([_spline(frame, (height, width)) for frame in cut])
    sy, sx = spacing
    found = sy * cut.shape[1] / height, sx * cut.shape[2] / width
    return Grid(seen, found, rows, columns)


def from_grid(scores: NDArray[np.float32], shape: tuple[int, int]) -> NDArray[np.float32]:
    """Return ``scores`` [labels, y, x] of a frame on the networks' grid at [labels, *shape]."""
    if scores.shape[1:] == shape:
        return scores
    size = shape[1], shape[0]
    return np.stack([cv2.resize(one, size, interpolation=cv2.INTER_LINEAR) for one in scores])


def on_picture(
    logits: NDArray[np.float32], grid: Grid, shape: Sequence[int]
) -> NDArray[np.float32]:
    """Return logits of a frame at the size of the picture, background where the grid ends.

    Args:
        logits: float32 [labels, y, x] on the grid, the background first.
        grid: What they were found on.
        shape: (Y, X) of the picture.
    """
    placed = np.full((len(logits), *shape), -np.inf, np.float32)
    placed[0] = 0
    placed[:, grid.rows, grid.columns] = from_grid(logits, grid.shape)
    return placed


def _lit(frames: NDArray[np.uint8]) -> tuple[slice, slice]:
    """Return the rows and columns that any frame has light in; all of them if none has."""
    lit = frames.max(axis=0) > 0
    if not lit.any():
        return slice(0, lit.shape[0]), slice(0, lit.shape[1])
    rows, columns = np.flatnonzero(lit.any(axis=1)), np.flatnonzero(lit.any(axis=0))
    return slice(int(rows[0]), int(rows[-1]) + 1), slice(int(columns[0]), int(columns[-1]) + 1)


def _spline(frame: NDArray[np.float32], shape: tuple[int, int]) -> NDArray[np.float32]:
    """Resize with cubic splines, no value beyond those of the frame, as nnU-Net resamples."""
    if frame.shape == shape:
        return frame
    factors = [new / old for new, old in zip(shape, frame.shape, strict=True)]
    resized = zoom(frame, factors, order=3, mode="nearest", grid_mode=True)
    return np.asarray(np.clip(resized, frame.min(), frame.max()))
