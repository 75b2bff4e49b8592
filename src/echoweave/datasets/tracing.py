"""Masks and volumes from a tracing: the long axis of a cavity and chords across it.

This is how EchoNet-Dynamic draws the left ventricle (Ouyang et al., Nature 580, 2020). Points are
(x, y) in pixels of the frame, as that release has them; (0, 0) is the middle of the first pixel.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]


@dataclass(frozen=True)
class Tracing:
    """The cavity in one frame.

    Attributes:
        frame: Number of the frame, from 0.
        axis: Both ends of the long axis, [2, 2].
        chords: Both ends of each chord, [n, 2, 2], in order along the axis, the first ends all on
            one side.
    """

    frame: int
    axis: Points
    chords: Points

    @cached_property
    def outline(self) -> Points:
        """The polygon [2 n, 2]: down the first ends of the chords, back up the second ones."""
        return np.concatenate([self.chords[:, 0], self.chords[::-1, 1]])

    @property
    def volume_px3(self) -> float:
        """The volume by the method of discs: each chord is the diameter of one, all are as thick.

        Source: Lang et al., JASE 28 (2015), the single-plane summation.
        """
        length = np.linalg.norm(self.axis[1] - self.axis[0])
        squares = ((self.chords[:, 1] - self.chords[:, 0]) ** 2).sum(axis=1)
        return float(np.pi / 4 * squares.mean() * length)

    def mask(self, shape: tuple[int, int]) -> NDArray[np.bool_]:
        """Return the pixels [Y, X] whose middle lies in or on the outline rounded to whole pixels.

        Args:
            shape: (Y, X) of the frame.
        """
        return filled_polygon(np.rint(self.outline).astype(np.int64), shape)

    def fault(self) -> str:
        """Return what stands in the way of a sound mask, "" where all is well."""
        crossing = _first_crossing(self.chords)
        if crossing is not None:
            return f"chords {crossing[0] + 1} and {crossing[1] + 1} cross"
        steps = np.diff(self.chords.mean(axis=1) @ (self.axis[1] - self.axis[0]))
        if steps.min() < 0 < steps.max():
            return "its chords are not in order along its first row, the long axis"
        outline = self.outline
        edges = np.stack([outline, np.roll(outline, -1, axis=0)], axis=1)
        if _first_crossing(edges) is not None:
            return "the outline crosses itself, as where both ends of a chord are exchanged"
        if not np.any(self.chords[:, 1] != self.chords[:, 0]) or not np.ptp(self.axis, 0).any():
            return "the outline encloses nothing"
        return ""


def filled_polygon(corners: NDArray[np.int64], shape: tuple[int, int]) -> NDArray[np.bool_]:
    """Return which pixels [Y, X] lie inside or on the edge of a polygon.

    In whole numbers, so that no rounding decides about the edge.

    Args:
        corners: (x, y) of each corner, [n, 2], in whole pixels; it may go beyond the frame.
        shape: (Y, X) of the frame.
    """
    y, x = np.ogrid[: shape[0], : shape[1]]
    inside, on_edge = np.zeros(shape, bool), np.zeros(shape, bool)
    for (x0, y0), (x1, y1) in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        side = (x1 - x0) * (y - y0) - (y1 - y0) * (x - x0)
        within = (y >= min(y0, y1)) & (y <= max(y0, y1)) & (x >= min(x0, x1)) & (x <= max(x0, x1))
        on_edge |= (side == 0) & within
        # A ray to the right crosses the edge: the pixel is on its left.
        spans = (y >= min(y0, y1)) & (y < max(y0, y1))
        inside ^= spans & ((side > 0) if y1 < y0 else (side < 0))
    return inside | on_edge


def _first_crossing(segments: Points) -> tuple[int, int] | None:
    """Return the numbers of two of the segments [n, 2, 2] that cross; None where none do.

    Those that only touch do not cross.
    """
    start, end = segments[:, 0], segments[:, 1]
    # Side of each end of segment j as seen along segment i, [i, j].
    sides = [_side(start[:, None], end[:, None], points[None]) for points in (start, end)]
    parted = sides[0] * sides[1] < 0
    crossed = np.argwhere(np.triu(parted & parted.T, 1))
    return (int(crossed[0, 0]), int(crossed[0, 1])) if len(crossed) else None


def _side(start: Points, end: Points, points: Points) -> Points:
    along, to = end - start, points - start
    return np.asarray(np.sign(along[..., 0] * to[..., 1] - along[..., 1] * to[..., 0]))
