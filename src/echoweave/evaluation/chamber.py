"""Long axis, discs and endocardial contour of the left ventricle in one apical view.

Apical views show the apex at the top, so that the mitral valve lies below it in the image.
All points are (y, x), and all lengths, in the unit of the spacing; the centre of pixel (i, j) is at
(i * sy, j * sx).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import find_objects, label, map_coordinates

DISCS = 20
# Samples a pixel along a chord; its ends are interpolated between them.
_SAMPLES = 4
# The axis and the hinge points depend on each other; two rounds settle them.
_ROUNDS = 3

Points = NDArray[np.float64]


@dataclass(frozen=True)
class Chamber:
    """The left ventricle in one view, ready to be measured or drawn.

    Attributes:
        hinges: [2, 2], the left and the right end of the mitral valve plane.
        apex: [2], the point of the outline farthest from the middle of the hinges.
        chords: [20, 2, 2], left and right end of each disc's diameter, from base to apex.
    """

    hinges: Points
    apex: Points
    chords: Points

    @property
    def base(self) -> Points:
        """Middle of the mitral valve plane."""
        return np.asarray(self.hinges.mean(axis=0))

    @property
    def length(self) -> float:
        """Length of the long axis, from the middle of the valve plane to the apex."""
        return float(np.linalg.norm(self.apex - self.base))

    @property
    def width(self) -> float:
        """Distance between the hinge points."""
        return float(np.linalg.norm(self.hinges[1] - self.hinges[0]))

    @property
    def tilt_degrees(self) -> float:
        """Angle of the long axis to the vertical, positive if the apex leans to the right."""
        up, right = self.base[0] - self.apex[0], self.apex[1] - self.base[1]
        return float(np.degrees(np.arctan2(right, up)))

    @property
    def diameters(self) -> Points:
        """[20], diameter of each disc from base to apex."""
        return np.asarray(np.linalg.norm(self.chords[:, 1] - self.chords[:, 0], axis=1))

    @property
    def contour(self) -> Points:
        """[43, 2], the endocardial border from the left hinge over the apex to the right one."""
        left, right = self.chords[:, 0], self.chords[::-1, 1]
        return np.concatenate([self.hinges[:1], left, [self.apex], right, self.hinges[1:]])

    @property
    def contour_length(self) -> float:
        """Length of :attr:`contour`."""
        return float(np.linalg.norm(np.diff(self.contour, axis=0), axis=1).sum())


def find_chamber(cavity: NDArray[np.bool_], spacing: tuple[float, float]) -> Chamber | None:
    """Find the long axis of the largest piece of ``cavity`` and cut it into discs.

    The hinge points are the lowest left and the lowest right corner of the outline, seen along
    the axis; the apex is the point of the outline farthest from their middle. This holds for
    tilts up to 45 degrees.

    Args:
        cavity: Mask [Y, X].
        spacing: (sy, sx).

    Returns:
        The chamber, or None if there are less than three pixels in one line.
    """
    mask, corner = _largest_piece(cavity)
    if not mask.size:
        return None
    outline = _outline(mask, spacing)
    up = np.array([-1.0, 0.0])
    for _ in range(_ROUNDS):
        right = np.array([up[1], -up[0]])
        hinges = np.stack([outline[np.argmax(outline @ (side - up))] for side in (-right, right)])
        base = hinges.mean(axis=0)
        distances = np.linalg.norm(outline - base, axis=1)
        # The tip is a row of pixels: half a pixel decides between its ends, so take its middle.
        tip = distances > distances.max() - max(spacing) / 2
        apex = outline[tip].mean(axis=0)
        if np.linalg.norm(apex - base) < 2 * min(spacing):
            return None
        up = (apex - base) / np.linalg.norm(apex - base)
    right = np.array([up[1], -up[0]])
    heights = (np.arange(DISCS) + 0.5) / DISCS
    centres = base + heights[:, None] * (apex - base)
    chords = _cut_chords(mask, centres, right, spacing)
    shift = np.multiply(corner, spacing)
    return Chamber(hinges + shift, apex + shift, chords + shift)


def _largest_piece(mask: NDArray[np.bool_]) -> tuple[NDArray[np.bool_], tuple[int, int]]:
    """Return the box around the largest 4-connected piece and the pixel of its upper left."""
    pieces, count = label(mask)
    if count == 0:
        return np.empty((0, 0), bool), (0, 0)
    largest = int(np.bincount(pieces.ravel())[1:].argmax())
    box = find_objects(pieces)[largest]
    return pieces[box] == largest + 1, (box[0].start, box[1].start)


def _outline(mask: NDArray[np.bool_], spacing: tuple[float, float]) -> Points:
    """Return the points midway between each pixel of the mask and its 4-neighbours outside."""
    padded = np.pad(mask, 1)
    rows = np.argwhere(padded[1:] != padded[:-1]) - [0.5, 1.0]
    columns = np.argwhere(padded[:, 1:] != padded[:, :-1]) - [1.0, 0.5]
    return np.concatenate([rows, columns]) * spacing


def _cut_chords(
    mask: NDArray[np.bool_], centres: Points, right: Points, spacing: tuple[float, float]
) -> Points:
    """Return the outermost points of the mask left and right of each centre, [N, 2, 2]."""
    reach = float(np.linalg.norm(np.multiply(mask.shape, spacing)))
    step = min(spacing) / _SAMPLES
    offsets = np.arange(-reach, reach + step, step)
    points = centres[:, None] + offsets[:, None] * right
    pixels = (points / spacing).transpose(2, 0, 1)
    inside = map_coordinates(mask.astype(np.float32), pixels, order=1, mode="grid-constant")
    ends = [_chord_ends(values, offsets) for values in inside]
    return np.asarray(centres[:, None] + np.array(ends)[:, :, None] * right)


def _chord_ends(inside: NDArray[np.float32], offsets: Points) -> tuple[float, float]:
    """Return where ``inside`` first rises over and last falls under one half."""
    hits = np.flatnonzero(inside >= 0.5)
    if not len(hits):
        return 0.0, 0.0
    first, last = hits[0], hits[-1]
    before = (inside[first] - 0.5) / (inside[first] - inside[first - 1])
    after = (inside[last] - 0.5) / (inside[last] - inside[last + 1])
    step = offsets[1] - offsets[0]
    return float(offsets[first] - before * step), float(offsets[last] + after * step)
