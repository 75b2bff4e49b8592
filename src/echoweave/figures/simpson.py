"""Long axes and discs of Simpson's rule on the frames of one test patient."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from echoweave.evaluation.chamber import Chamber, find_chamber
from echoweave.figures.bland_altman import quantities_in
from echoweave.figures.overlay import draw_contours, show_frame
from echoweave.figures.sources import Sources
from echoweave.figures.style import colour, display_title, drawing, say_nothing_to_show
from echoweave.io.tables import read_tsv
from echoweave.labels import structure_mask

VIEWS = ("2CH", "4CH")


def draw_simpson(
    volumes: Path,
    caches: Sequence[Path],
    predictions: Sequence[Path],
    mode: str,
    svg: Path,
    png: Path,
) -> None:
    """Draw ED and ES of each view with the predicted cavity, its axis and its 20 discs.

    Args:
        volumes: Table of one arm: patient, arm, mode, method, volumes and their references.
        caches: Cache files of the test patients.
        predictions: ``{arm}/{sequence}.nii.gz`` of the arm.
        mode: Which rows: how the volumes were computed ("ase" or "camus").
        svg: Where the figure goes.
        png: The same.
    """
    table = read_tsv(volumes)
    row = pick_patient(table[table["mode"] == mode])
    with drawing(2.0 if row is None else 2.5, [svg, png]) as figure:
        if row is None:
            say_nothing_to_show(figure, "No test patient whose volume can be measured")
            return
        views = [view for view in VIEWS if row["method"] in ("biplane", view)]
        sources = Sources(caches, predictions)
        panels = figure.subplots(1, 2 * len(views), squeeze=False)[0]
        for view, pair in zip(views, np.split(panels, len(views)), strict=True):
            _draw_view(pair.tolist(), sources, f"{row['patient']}_{view}", str(row["arm"]))
        _describe(figure, row)


def pick_patient(table: pd.DataFrame) -> "pd.Series | None":
    """Return the row with the median EF error, from biplane ones if there are any.

    Without references it is the first row that has an EF; None if there is none.
    """
    table = table[table["ef_percent"].notna()]
    if (table["method"] == "biplane").any():
        table = table[table["method"] == "biplane"]
    if table.empty:
        return None
    errors = (table["ef_percent"] - table["ref_ef_percent"]).abs().dropna()
    ranked = errors.sort_values(kind="stable").index
    return table.loc[ranked[(len(ranked) - 1) // 2]] if len(ranked) else table.iloc[0]


def _draw_view(panels: Sequence[Axes], sources: Sources, sequence: str, arm: str) -> None:
    echo = sources.echo(sequence)
    instants = [echo.ed, echo.es]
    labels = sources.prediction(arm, sequence)[instants]
    heart = labels.max(axis=0) > 0
    for axes, frame, mask, name in zip(panels, instants, labels, ("ED", "ES"), strict=True):
        show_frame(axes, echo.frames[frame], echo.spacing, heart)
        cavity = structure_mask(mask, "cavity")
        draw_contours(axes, cavity.astype(np.uint8), colour(arm))
        axes.set_title(f"{echo.view} {name}", loc="left")
        chamber = find_chamber(cavity, echo.spacing)
        if chamber is not None:
            _draw_chamber(axes, chamber, echo.spacing, colour(arm))
            axes.set_xlabel(f"length {chamber.length:.0f} {echo.unit}")


def _draw_chamber(
    axes: Axes, chamber: Chamber, spacing: tuple[float, float], line_colour: str
) -> None:
    """Draw discs, valve plane and long axis; their points are (y, x) in the unit of spacing."""
    for chord in chamber.chords / spacing:
        axes.plot(chord[:, 1], chord[:, 0], color=line_colour, linewidth=0.6)
    for line in (chamber.hinges, np.stack([chamber.base, chamber.apex])):
        y, x = (line / spacing).T
        axes.plot(x, y, color="white", linewidth=1.0)


def _describe(figure: Figure, row: pd.Series) -> None:
    parts = []
    for measure, (name, unit) in quantities_in(list(row.index)).items():
        reference = row[f"ref_{measure}"]
        known = f" (reference {reference:.0f})" if pd.notna(reference) else ""
        parts.append(f"{name} {row[measure]:.0f} {unit}{known}")
    head = f"{row['patient']}, {display_title(row['arm'])}, {row['method']}"
    figure.suptitle(f"{head}: {', '.join(parts)}", fontsize=8)
