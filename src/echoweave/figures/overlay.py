"""Frames with the contours of masks on them."""

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from echoweave.labels import N_LABELS

MARGIN = 8
REFERENCE_LINE = "white"


def show_frame(axes: Axes, frame: NDArray[np.uint8], spacing_mm: tuple[float, float]) -> None:
    """Show ``frame`` [Y, X] in its true proportions, cropped to the part that is not black."""
    axes.imshow(frame, cmap="gray", vmin=0, vmax=255, aspect=spacing_mm[0] / spacing_mm[1])
    y, x = np.nonzero(frame)
    if len(y):
        axes.set_xlim(x.min() - MARGIN, x.max() + MARGIN)
        axes.set_ylim(y.max() + MARGIN, y.min() - MARGIN)
    axes.set_axis_off()


def draw_contours(
    axes: Axes, labels: NDArray[np.uint8], line_colour: str, style: str = "solid"
) -> None:
    """Draw the outline of every label of ``labels`` [Y, X], none for a label that is absent."""
    for value in range(1, N_LABELS):
        mask = labels == value
        if mask.any() and not mask.all():
            axes.contour(mask, [0.5], colors=line_colour, linewidths=0.7, linestyles=style)
