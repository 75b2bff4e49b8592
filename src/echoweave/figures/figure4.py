"""Areas over the frames of chosen sequences, with ED and ES overlaid: the paper's Figure 4."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from echoweave.figures.gallery import sequence_title
from echoweave.figures.overlay import REFERENCE_LINE, draw_contours, show_frame
from echoweave.figures.sources import Sources
from echoweave.figures.style import (
    REFERENCE_COLOUR,
    colour,
    display_title,
    drawing,
    say_nothing_to_show,
)
from echoweave.figures.tables import in_order, read_tables
from echoweave.io.cache import EchoSequence
from echoweave.labels import parts_of, structure_mask
from echoweave.units import UNITS

ROW_HEIGHT = 1.7


def draw_figure4(
    areas: Sequence[Path],
    caches: Sequence[Path],
    predictions: Sequence[Path],
    sequences: Sequence[str],
    svg: Path,
    png: Path,
) -> None:
    """Draw one row a sequence: ED and ES with contours, then one area curve a structure.

    Args:
        areas: One table an arm: sequence, arm, frame, structure, and the area in the square of
            the unit that the caches have.
        caches: Cache files of the patients.
        predictions: ``{arm}/{sequence}.nii.gz`` of every arm.
        sequences: What to show.
        svg: Where the figure goes.
        png: The same.
    """
    table = read_tables(areas)
    sources = Sources(caches, predictions)
    with drawing(0.4 + ROW_HEIGHT * max(len(sequences), 1), [svg, png]) as figure:
        if not sequences:
            say_nothing_to_show(figure, "No test sequence")
            return
        clips = [sources.clip(name) for name in sequences]
        widths = [1, 1, *(1.15 for _ in parts_of(clips[0].label_values))]
        rows = figure.subplots(
            len(clips), len(widths), squeeze=False, gridspec_kw={"width_ratios": widths}
        )
        for axes, clip in zip(rows, clips, strict=True):
            _draw_overlays(axes[:2], clip, sources)
            _draw_curves(axes[2:], clip, table[table["sequence"] == clip.name])
        for axes in rows[-1, 2:]:
            axes.set_xlabel("Frame")
        arms = in_order(arm for name in sequences for arm in sources.arms(name))
        handles = [Line2D([], [], color=colour(arm), label=display_title(arm)) for arm in arms]
        handles.append(_reference_handle())
        figure.legend(handles=handles, loc="outside upper center", ncols=len(handles))


def reference_areas(clip: EchoSequence, structure: str) -> NDArray[np.float64]:
    """Return the reference areas at ED and ES, in cm² or px²; NaN where there is no reference."""
    if clip.labels is None:
        return np.full(2, np.nan)
    pixel = clip.spacing[0] * clip.spacing[1] / UNITS[clip.unit].area_size
    return np.asarray(structure_mask(clip.labels, structure).sum(axis=(1, 2)) * pixel)


def _draw_overlays(axes: np.ndarray, clip: EchoSequence, sources: Sources) -> None:
    instants = [clip.ed, clip.es]
    masks = {
        colour(arm): sources.prediction(arm, clip.name)[instants]
        for arm in in_order(sources.arms(clip.name))
    }
    if clip.labels is not None:
        # First, so that the predictions are drawn over it.
        masks = {REFERENCE_LINE: clip.labels} | masks
    heart = np.any([labels > 0 for labels in masks.values()], axis=(0, 1))
    for panel, place in zip(axes, (0, 1), strict=True):
        show_frame(panel, clip.frames[instants[place]], clip.spacing, heart)
        for line_colour, labels in masks.items():
            draw_contours(panel, labels[place], line_colour)
    axes[0].set_title(f"{sequence_title(clip)}\nED", loc="left")
    axes[1].set_title("ES", loc="left")


def _draw_curves(axes: np.ndarray, clip: EchoSequence, table: pd.DataFrame) -> None:
    units = UNITS[clip.unit]
    for panel, structure in zip(axes, parts_of(clip.label_values), strict=True):
        rows = table[table["structure"] == structure]
        for arm in in_order(rows["arm"]):
            curve = rows[rows["arm"] == arm].sort_values("frame")
            areas = curve[f"area_{units.area}"] / units.area_size
            panel.plot(curve["frame"] + 1, areas, color=colour(arm))
        _mark_references(panel, clip, structure)
        panel.set_title(f"{display_title(structure)} ({units.area_title})", loc="left")
        panel.xaxis.set_major_locator(MaxNLocator(integer=True))


def _mark_references(axes: Axes, clip: EchoSequence, structure: str) -> None:
    for frame in (clip.ed, clip.es):
        axes.axvline(frame + 1, color="#BBBBBB", linewidth=0.6, zorder=0)
    areas = reference_areas(clip, structure)
    axes.plot([clip.ed + 1, clip.es + 1], areas, "D", color=REFERENCE_COLOUR, markersize=3)


def _reference_handle() -> Line2D:
    return Line2D(
        [],
        [],
        linestyle="none",
        marker="D",
        markersize=3,
        markerfacecolor=REFERENCE_COLOUR,
        markeredgecolor=REFERENCE_COLOUR,
        label="Reference (white on the images)",
    )
