"""One sequence from ED to ES with its pseudo-labels: what the method does, in one picture."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from echoweave.figures.gallery import sequence_title
from echoweave.figures.overlay import (
    REFERENCE_LINE,
    draw_contours,
    reference_masks,
    show_frame,
)
from echoweave.figures.sources import Sources
from echoweave.figures.style import colour, display_title, drawing

DIRECTIONS = ("forward", "backward", "fused")
COLUMNS = 6


def draw_film_strip(
    sequence: str, caches: Sequence[Path], labels: Sequence[Path], svg: Path, png: Path
) -> None:
    """Draw a row a direction and a column a frame; ED and ES also show the manual masks.

    Args:
        sequence: Its name.
        caches: The cache file of its patient.
        labels: ``{direction}/{sequence}.nii.gz`` of one estimator.
        svg: Where the figure goes.
        png: The same.
    """
    sources = Sources(caches, labels)
    with drawing(3.6, [svg, png]) as figure:
        echo = sources.echo(sequence)
        frames = np.linspace(echo.ed, echo.es, min(COLUMNS, len(echo.frames))).round().astype(int)
        panels = figure.subplots(len(DIRECTIONS), len(frames), squeeze=False)
        manual = reference_masks(echo)
        for row, direction in zip(panels, DIRECTIONS, strict=True):
            masks = sources.prediction(direction, sequence)
            heart = np.asarray((masks > 0).any(axis=0))
            row[0].set_ylabel(display_title(direction), color=colour(direction))
            for panel, frame in zip(row, frames, strict=True):
                show_frame(panel, echo.frames[frame], echo.spacing, heart)
                draw_contours(panel, masks[frame], colour(direction))
                if frame in manual:
                    draw_contours(panel, manual[frame], REFERENCE_LINE, style="dotted")
        figure.suptitle(f"{sequence_title(echo)}; dotted: manual masks at ED and ES", fontsize=9)
        titles = {echo.ed: "ED", echo.es: "ES"}
        for panel, frame in zip(panels[0], frames, strict=True):
            panel.set_title(titles.get(frame, f"Frame {frame + 1}"))
