"""How well the frames of a sequence lie on its ED frame once they are warped there."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.image import AxesImage
from numpy.typing import NDArray

from echoweave.figures.gallery import count_rows, gallery, sequence_title
from echoweave.figures.overlay import reference_heart, show_frame
from echoweave.figures.sources import Sources
from echoweave.figures.style import drawing, say_nothing_to_show
from echoweave.geometry.sector import sector_mask
from echoweave.io.cache import EchoSequence

PANELS = 3
ROW_HEIGHT = 1.75
# Grey levels at the ends of the colour scale.
LARGEST = 80


class Comparison(NamedTuple):
    """The target beside the mean of the other frames.

    Attributes:
        target: uint8 [Y, X], the ED frame.
        average: float [Y, X], the mean of the other frames up to ES, warped onto ED.
        before: Mean absolute difference to the target in the sector if they are not warped.
        after: The same of ``average``.
    """

    target: NDArray[np.uint8]
    average: NDArray[np.float64]
    before: float
    after: float


def draw_warped_average(
    sequences: Sequence[str], caches: Sequence[Path], aligned: Sequence[Path], svg: Path, png: Path
) -> None:
    """Draw three panels a sequence: the ED frame, the average onto it, and their difference.

    Args:
        sequences: What to show.
        caches: Cache files of their patients.
        aligned: ``aligned/{sequence}.nii.gz`` of one estimator, the frames warped onto ED.
        svg: Where the figure goes.
        png: The same.
    """
    sources = Sources(caches, aligned)
    with drawing(0.3 + ROW_HEIGHT * count_rows(len(sequences)), [svg, png]) as figure:
        if not sequences:
            say_nothing_to_show(figure, "No labelled training sequence")
            return
        blocks = gallery(figure, len(sequences), PANELS)
        for panels, name in zip(blocks, sequences, strict=True):
            echo = sources.echo(name)
            found = compare(echo, sources.prediction("aligned", name))
            picture = _draw_comparison(panels, echo, found)
        figure.colorbar(
            picture,
            ax=figure.axes,
            location="bottom",
            shrink=0.4,
            aspect=50,
            label="Mean of the warped frames \N{MINUS SIGN} ED frame (grey levels of 256)",
        )


def _draw_comparison(panels: Sequence[Axes], echo: EchoSequence, found: Comparison) -> AxesImage:
    """Draw the three panels of one sequence; return the difference."""
    place = echo.spacing, reference_heart(echo)
    show_frame(panels[0], found.target, *place)
    show_frame(panels[1], found.average, *place)
    panels[0].set_title(f"{sequence_title(echo)}\nED frame", loc="left")
    panels[1].set_title(f"Mean of {echo.es - echo.ed} warped", loc="left")
    panels[2].set_title(
        f"|difference| {found.after:.1f}\n(not warped: {found.before:.1f})", loc="left"
    )
    difference = found.average - found.target
    return show_frame(panels[2], difference, *place, scale=("RdBu_r", -LARGEST, LARGEST))


def compare(echo: EchoSequence, aligned: NDArray[np.uint8]) -> Comparison:
    """Compare the ED frame of ``echo`` with the others from ED to ES.

    Args:
        echo: The sequence.
        aligned: uint8 [es - ed + 1, Y, X], its frames from ED on, warped onto ED.
    """
    frames = echo.frames[echo.ed : echo.es + 1]
    sector = sector_mask(echo.frames)
    target = frames[0]
    still, average = (images[1:].mean(axis=0) for images in (frames, aligned))
    before, after = (float(np.abs(mean - target)[sector].mean()) for mean in (still, average))
    return Comparison(target, average, before, after)
