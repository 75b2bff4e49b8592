"""Virtual M-mode: one line across the left ventricle, seen in every frame of a B-mode clip.

Scanners offer the same as anatomical M-mode, whose line may lie at any angle. Here it stands at
right angles to the long axis of the ventricle and follows it from frame to frame. Of an apical view
it is the width of the cavity from the septum to the wall opposite, not the diameter that a
parasternal M-mode shows.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d, map_coordinates

from echoweave.evaluation.chamber import Points, find_chamber
from echoweave.labels import CAVITY
from echoweave.mmode.strip import LUMEN, OUTSIDE, UNKNOWN, Strip
from echoweave.units import Unit

# Where the line crosses the long axis, from the base (0) to the apex (1): beyond the tips of the
# mitral leaflets, as for M-mode in the guidelines (Lang et al. 2015, J Am Soc Echocardiogr 28:1).
LINE_HEIGHT = 1 / 3
# What the line shows on either side of the widest cavity, as a share of its width: walls and more.
_MARGIN = 0.4
# Of the axis over the frames, where many have masks: outlines jump by a pixel.
_SMOOTHING_FRAMES = 1.0
# Steps along the line in a pixel, where the widest cavity is looked for.
_SEARCH_STEPS = 4

Masks = Mapping[int, NDArray[np.uint8]]


def find_long_axes(labels: Masks, n_frames: int, spacing: tuple[float, float]) -> Points:
    """Find the long axis of the left ventricle in every frame of a clip.

    Between frames with masks it moves evenly, beyond them it stays. Over more than two masks it is
    smoothed.

    Args:
        labels: Frame -> uint8 [Y, X], the apex at the top.
        n_frames: Of the clip.
        spacing: (sy, sx).

    Returns:
        [T, 2, 2]: base and apex as (y, x) in the unit of the spacing, the middle of the first
        pixel at (0, 0).

    Raises:
        ValueError: No mask shows the cavity.
    """
    chambers = {frame: find_chamber(mask == CAVITY, spacing) for frame, mask in labels.items()}
    found = {frame: one for frame, one in sorted(chambers.items()) if one is not None}
    if not found:
        raise ValueError("no mask shows the cavity of the left ventricle")
    ends = np.array([[*one.base, *one.apex] for one in found.values()])
    every = np.arange(n_frames)
    axes = np.stack([np.interp(every, list(found), end) for end in ends.T], axis=1)
    if len(found) > 2:
        axes = gaussian_filter1d(axes, _SMOOTHING_FRAMES, axis=0, mode="nearest")
    return axes.reshape(n_frames, 2, 2)


def virtual_strip(
    frames: NDArray[np.uint8],
    axes: Points,
    labels: Masks,
    spacing: tuple[float, float],
    *,
    unit: Unit = "mm",
    frame_rate_hz: float = math.nan,
    height: float = LINE_HEIGHT,
) -> Strip:
    """Sample the line across the ventricle in every frame: a row a step along it.

    Its rows run from left to right in the image: of a four-chamber view of CAMUS from the septum to
    the lateral wall. It is as long in all frames, and its steps are as the smaller side of a pixel.

    Args:
        frames: [T, Y, X] in the order of time, the apex at the top.
        axes: [T, 2, 2], of :func:`find_long_axes`.
        labels: Frame -> uint8 [Y, X]: of every frame, or of some.
        spacing: (sy, sx).
        unit: Of the spacing; of "px" no row has a known size.
        frame_rate_hz: NaN if unknown.
        height: Where the line crosses the axis, 0 at the base, 1 at the apex.

    Returns:
        The strip, [rows, T]. Its mask is true where the cavity is known, to the pixel of the strip.

    Raises:
        ValueError: ``height`` is not between 0 and 1, or no mask shows the cavity on the line.
    """
    if not 0 < height < 1:
        raise ValueError(f"the line is to cross the axis at {height:g}, which is not from 0 to 1")
    lines = _Lines.across(axes, height, spacing)
    offsets = _offsets(_widest(labels, lines), min(spacing))
    pixels = np.stack([lines.sample(frame, t, offsets) for t, frame in enumerate(frames)], axis=1)
    mask = np.full(pixels.shape, UNKNOWN, np.uint8)
    for t, label in labels.items():
        # Half of a bilinear mask is at its outline, between two pixels.
        inside = lines.sample((label == CAVITY).astype(np.float32), t, offsets) >= 0.5
        mask[:, t] = np.where(inside, LUMEN, OUTSIDE)
    known = {"mm_per_row": unit == "mm", "ms_per_column": frame_rate_hz > 0}
    told = {"mm_per_row": "spacing of the frames", "ms_per_column": "frame rate"}
    return Strip(
        pixels=np.rint(pixels).astype(np.uint8),
        mm_per_row=min(spacing) if known["mm_per_row"] else None,
        ms_per_column=1000 / frame_rate_hz if known["ms_per_column"] else None,
        mask=mask,
        sources={name: source for name, source in told.items() if known[name]},
        notes=(f"virtual M-mode {height:.2f} of the way from the base to the apex",),
    )


@dataclass(frozen=True)
class _Lines:
    """The line in every frame.

    Attributes:
        centres: [T, 2], where it crosses the long axis, (y, x) in the unit of the spacing.
        directions: [T, 2], along it from left to right, of length 1.
        spacing: (sy, sx).
    """

    centres: Points
    directions: Points
    spacing: tuple[float, float]

    @classmethod
    def across(cls, axes: Points, height: float, spacing: tuple[float, float]) -> "_Lines":
        bases, up = axes[:, 0], axes[:, 1] - axes[:, 0]
        right = np.stack([up[:, 1], -up[:, 0]], axis=1)
        right /= np.linalg.norm(right, axis=1, keepdims=True)
        return cls(bases + height * up, right, spacing)

    def sample(
        self, image: NDArray[np.generic], frame: int, offsets: NDArray[np.float64]
    ) -> NDArray[np.float32]:
        """Return ``image`` [Y, X] along the line of ``frame``, 0 beyond its sides."""
        points = self.centres[frame] + offsets[:, None] * self.directions[frame]
        pixels = (points / self.spacing).T
        return np.asarray(map_coordinates(image, pixels, np.float32, order=1), np.float32)


def _offsets(widest: float, step: float) -> NDArray[np.float64]:
    """Return where along the line its rows lie, the middle of the line at 0."""
    rows = math.ceil((1 + 2 * _MARGIN) * widest / step)
    return (np.arange(rows, dtype=np.float64) - (rows - 1) / 2) * step


def _widest(labels: Masks, lines: _Lines) -> float:
    """Return the width of the cavity on the line where it is widest.

    Raises:
        ValueError: The line meets no cavity.
    """
    step = min(lines.spacing) / _SEARCH_STEPS
    reach = max(
        float(np.hypot(*np.multiply(mask.shape, lines.spacing))) for mask in labels.values()
    )
    offsets = np.arange(-reach, reach, step, dtype=np.float64)
    counts = [
        int((lines.sample((mask == CAVITY).astype(np.float32), t, offsets) >= 0.5).sum())
        for t, mask in labels.items()
    ]
    if not any(counts):
        raise ValueError("the line across the ventricle meets no cavity")
    return max(counts) * step
