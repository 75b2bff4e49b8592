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
        echoes = [sources.echo(name) for name in sequences]
        widths = [1, 1, *(1.15 for _ in parts_of(echoes[0].label_values))]
        rows = figure.subplots(
            len(echoes), len(widths), squeeze=False, gridspec_kw={"width_ratios": widths}
        )
        for axes, echo in zip(rows, echoes, strict=True):
            _draw_overlays(axes[:2], echo, sources)
            _draw_curves(axes[2:], echo, table[table["sequence"] == echo.name])
        for axes in rows[-1, 2:]:
            axes.set_xlabel("Frame")
        arms = in_order(arm for name in sequences for arm in sources.arms(name))
        handles = [Line2D([], [], color=colour(arm), label=display_title(arm)) for arm in arms]
        handles.append(_reference_handle())
        figure.legend(handles=handles, loc="outside upper center", ncols=len(handles))


def reference_areas(echo: EchoSequence, structure: str) -> NDArray[np.float64]:
    """Return the reference areas at ED and ES, in cm² or px²; NaN where there is no reference."""
    if echo.labels is None:
        return np.full(2, np.nan)
    pixel = echo.spacing[0] * echo.spacing[1] / UNITS[echo.unit].area_size
    return np.asarray(structure_mask(echo.labels, structure).sum(axis=(1, 2)) * pixel)


def _draw_overlays(axes: np.ndarray, echo: EchoSequence, sources: Sources) -> None:
    instants = [echo.ed, echo.es]
    masks = {
        colour(arm): sources.prediction(arm, echo.name)[instants]
        for arm in in_order(sources.arms(echo.name))
    }
    if echo.labels is not None:
        # First, so that the predictions are drawn over it.
        masks = {REFERENCE_LINE: echo.labels} | masks
    heart = np.any([labels > 0 for labels in masks.values()], axis=(0, 1))
    for panel, place in zip(axes, (0, 1), strict=True):
        show_frame(panel, echo.frames[instants[place]], echo.spacing, heart)
        for line_colour, labels in masks.items():
            draw_contours(panel, labels[place], line_colour)
    axes[0].set_title(f"{sequence_title(echo)}\nED", loc="left")
    axes[1].set_title("ES", loc="left")


def _draw_curves(axes: np.ndarray, echo: EchoSequence, table: pd.DataFrame) -> None:
    units = UNITS[echo.unit]
    for panel, structure in zip(axes, parts_of(echo.label_values), strict=True):
        rows = table[table["structure"] == structure]
        for arm in in_order(rows["arm"]):
            curve = rows[rows["arm"] == arm].sort_values("frame")
            areas = curve[f"area_{units.area}"] / units.area_size
            panel.plot(curve["frame"] + 1, areas, color=colour(arm))
        _mark_references(panel, echo, structure)
        panel.set_title(f"{display_title(structure)} ({units.area_title})", loc="left")
        panel.xaxis.set_major_locator(MaxNLocator(integer=True))


def _mark_references(axes: Axes, echo: EchoSequence, structure: str) -> None:
    for frame in (echo.ed, echo.es):
        axes.axvline(frame + 1, color="#BBBBBB", linewidth=0.6, zorder=0)
    areas = reference_areas(echo, structure)
    axes.plot([echo.ed + 1, echo.es + 1], areas, "D", color=REFERENCE_COLOUR, markersize=3)


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
