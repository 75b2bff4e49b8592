"""One sequence from ED to ES with its pseudo-labels: what the method does, in one picture."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from echoweave.figures.gallery import describe_clip
from echoweave.figures.overlay import (
    REFERENCE_LINE,
    draw_contours,
    reference_masks,
    show_frame,
)
from echoweave.figures.sources import Sources
from echoweave.figures.style import colour, display_name, drawing, say_nothing_to_show
from echoweave.io.tables import read_tsv

DIRECTIONS = ("forward", "backward", "fused")
QUALITIES = ("Good", "Medium", "Poor")
COLUMNS = 6


def draw_film_strip(
    cohort: Path, caches: Sequence[Path], labels: Sequence[Path], svg: Path, png: Path
) -> None:
    """Draw a row a direction and a column a frame; ED and ES also show the manual masks.

    Args:
        cohort: The cohort table.
        caches: Cache files of the training patients.
        labels: ``{direction}/{sequence}.nii.gz`` of one estimator.
        svg: Where the figure goes.
        png: The same.
    """
    sources = Sources(caches, labels)
    name = pick_sequence(read_tsv(cohort))
    with drawing(3.6, [svg, png]) as figure:
        if name is None:
            say_nothing_to_show(figure, "No labelled training sequence")
            return
        clip = sources.clip(name)
        frames = np.linspace(clip.ed, clip.es, min(COLUMNS, len(clip.frames))).round().astype(int)
        panels = figure.subplots(len(DIRECTIONS), len(frames), squeeze=False)
        manual = reference_masks(clip)
        for row, direction in zip(panels, DIRECTIONS, strict=True):
            masks = sources.prediction(direction, name)
            heart = np.asarray((masks > 0).any(axis=0))
            row[0].set_ylabel(display_name(direction), color=colour(direction))
            for panel, frame in zip(row, frames, strict=True):
                show_frame(panel, clip.frames[frame], clip.spacing_mm, heart)
                draw_contours(panel, masks[frame], colour(direction))
                if frame in manual:
                    draw_contours(panel, manual[frame], REFERENCE_LINE, style="dotted")
        figure.suptitle(f"{describe_clip(clip)}; dotted: manual masks at ED and ES", fontsize=9)
        titles = {clip.ed: "ED", clip.es: "ES"}
        for panel, frame in zip(panels[0], frames, strict=True):
            panel.set_title(titles.get(frame, f"Frame {frame + 1}"))


def pick_sequence(cohort: pd.DataFrame) -> str | None:
    """Return the first labelled training sequence of the best quality there is, 4CH before 2CH."""
    rows = cohort[(cohort["split"] == "training") & cohort["has_labels"]]
    if rows.empty:
        return None
    order = {quality: place for place, quality in enumerate(QUALITIES)}
    keys = pd.DataFrame(
        {
            "quality": rows["quality"].map(order).fillna(len(QUALITIES)),
            "view": rows["view"] != "4CH",
            "sequence": rows["sequence"],
        }
    )
    return str(keys.sort_values(["quality", "view", "sequence"])["sequence"].iloc[0])
