"""Frames with the contours of masks on them."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.image import AxesImage
from matplotlib.patches import Patch
from numpy.typing import NDArray

from echoweave.io.cache import EchoSequence
from echoweave.labels import N_LABELS

REFERENCE_LINE = "white"
SHORT_NAMES = {"cavity": "LV", "myocardium": "MYO", "atrium": "LA"}
# Side of the square that is shown, in sizes of the heart.
CROP = 1.2


def show_frame(
    axes: Axes,
    frame: NDArray[Any],
    spacing: tuple[float, float],
    heart: NDArray[np.bool_],
    scale: tuple[str, float, float] = ("gray", 0, 255),
) -> AxesImage:
    """Show ``frame`` [Y, X] in its true proportions, as a square around the mask ``heart``.

    An empty ``heart`` [Y, X] shows the whole frame; ``scale`` is a colour map and its ends.
    """
    colours, low, high = scale
    aspect = spacing[0] / spacing[1]
    image = axes.imshow(frame, cmap=colours, vmin=low, vmax=high, aspect=aspect)
    # Beyond the picture is 0.
    nothing = colormaps[colours](-low / (high - low))
    axes.set(xticks=[], yticks=[], facecolor=nothing)
    axes.grid(False)
    axes.spines[:].set_visible(False)
    places = np.nonzero(heart)
    if not len(places[0]):
        return image
    side = max(
        CROP * (place.max() - place.min() + 1) * step
        for place, step in zip(places, spacing, strict=True)
    )
    middle_y, middle_x = (place.min() / 2 + place.max() / 2 for place in places)
    half_y, half_x = (side / 2 / step for step in spacing)
    axes.set(
        xlim=(middle_x - half_x, middle_x + half_x), ylim=(middle_y + half_y, middle_y - half_y)
    )
    return image


def reference_masks(echo: EchoSequence) -> dict[int, NDArray[np.uint8]]:
    """Return the reference masks [Y, X] by their frame, none if there are none."""
    return {} if echo.labels is None else dict(zip((echo.ed, echo.es), echo.labels, strict=True))


def reference_heart(echo: EchoSequence) -> NDArray[np.bool_]:
    """Return [Y, X] what the reference masks cover, nothing if there are none."""
    masks = [mask > 0 for mask in reference_masks(echo).values()]
    return np.any(masks, axis=0) if masks else np.zeros(echo.frames.shape[1:], np.bool_)


def draw_contours(
    axes: Axes, labels: NDArray[np.uint8], line_colour: str, style: str = "solid"
) -> None:
    """Draw the outline of every label of ``labels`` [Y, X], none for a label that is absent."""
    for value in range(1, N_LABELS):
        mask = labels == value
        if mask.any() and not mask.all():
            axes.contour(mask, [0.5], colors=line_colour, linewidths=0.9, linestyles=style)


def reference_handle(label: str = "Reference") -> Patch:
    """Return the entry of a legend for white contours."""
    return Patch(facecolor=REFERENCE_LINE, edgecolor="black", linewidth=0.6, label=label)


def describe_dice(scores: Mapping[str, float]) -> str:
    """Return "LV 0.950, ..." for the structures of a frame; a missing Dice is left out."""
    return ", ".join(
        f"{SHORT_NAMES[structure]} {dice:.3f}"
        for structure, dice in scores.items()
        if structure in SHORT_NAMES and not np.isnan(dice)
    )
