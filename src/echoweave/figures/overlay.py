"""Frames with the contours of masks on them."""

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from echoweave.labels import N_LABELS

REFERENCE_LINE = "white"
# Side of the square that is shown, in sizes of the heart.
CROP = 1.2


def show_frame(
    axes: Axes,
    frame: NDArray[np.uint8],
    spacing_mm: tuple[float, float],
    heart: NDArray[np.bool_],
) -> None:
    """Show ``frame`` [Y, X] in its true proportions, as a square around the mask ``heart``.

    An empty ``heart`` [Y, X] shows the whole frame.
    """
    axes.imshow(frame, cmap="gray", vmin=0, vmax=255, aspect=spacing_mm[0] / spacing_mm[1])
    axes.set(xticks=[], yticks=[], facecolor="black")
    axes.grid(False)
    axes.spines[:].set_visible(False)
    places = np.nonzero(heart)
    if not len(places[0]):
        return
    side_mm = max(
        CROP * (place.max() - place.min() + 1) * step
        for place, step in zip(places, spacing_mm, strict=True)
    )
    middle_y, middle_x = (place.min() / 2 + place.max() / 2 for place in places)
    half_y, half_x = (side_mm / 2 / step for step in spacing_mm)
    axes.set(
        xlim=(middle_x - half_x, middle_x + half_x), ylim=(middle_y + half_y, middle_y - half_y)
    )


def draw_contours(
    axes: Axes, labels: NDArray[np.uint8], line_colour: str, style: str = "solid"
) -> None:
    """Draw the outline of every label of ``labels`` [Y, X], none for a label that is absent."""
    for value in range(1, N_LABELS):
        mask = labels == value
        if mask.any() and not mask.all():
            axes.contour(mask, [0.5], colors=line_colour, linewidths=0.9, linestyles=style)
