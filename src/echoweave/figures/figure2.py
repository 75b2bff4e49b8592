"""Quality of the pseudo-labels against a mask of every frame: the paper's Figure 2."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd
from matplotlib.figure import Figure

from echoweave.evaluation.samples import sequence_means
from echoweave.figures.boxes import draw_boxes, series_handles, use_log_axis
from echoweave.figures.holdout import NOTHING, describe_holdout, read_holdout
from echoweave.figures.style import drawing, say_nothing_to_show
from echoweave.figures.tables import in_order, structures_in

DISTANCES = {
    "mean_surface_distance": "Mean surface distance",
    "rms": "RMS surface distance",
    "hd": "Hausdorff distance",
}
# A table has one of the first two, that of the spacing.
UNITS = {"mm": "mm", "px": "px", "px512": "px at 512 x 512"}
HEIGHT = 6.2


def draw_figure2(quality: Sequence[Path], roles: Path, svg: Path, png: Path) -> None:
    """Draw a box for each direction of one estimator, and for the nnU-Net that had none of them.

    Only patients that no registration network has seen are shown.

    Args:
        quality: Tables of the estimator and, if there is one, of the nnU-Net against the dense
            truth, one row a frame and structure: sequence, patient, direction, structure, dice and
            distances.
        roles: What the networks know of each patient.
        svg: Where the figure goes.
        png: The same.
    """
    table = read_holdout(quality, roles)
    with drawing(HEIGHT, [svg, png]) as figure:
        draw_quality(figure, table, "direction")


def draw_quality(figure: Figure, table: pd.DataFrame, series: str) -> None:
    """Draw Dice and a row of distances in either unit; distances have logarithmic axes.

    A value is the mean over the frames of one sequence.

    Args:
        figure: Where to draw.
        table: Rows of :func:`echoweave.figures.holdout.read_holdout`.
        series: The column that tells the boxes of a group apart.
    """
    if table.empty:
        say_nothing_to_show(figure, NOTHING)
        return
    means = box_means(table, series)
    names = in_order(means["series"])
    groups, units = structures_in(means["group"]), units_in(means)
    grid = figure.add_gridspec(1 + len(units), len(DISTANCES))
    overlap = figure.add_subplot(grid[0, :])
    draw_boxes(overlap, means, "dice", groups, names)
    overlap.set_ylabel("Dice")
    for row, unit in enumerate(units, start=1):
        for column, (distance, name) in enumerate(DISTANCES.items()):
            measure, axes = f"{distance}_{unit}", figure.add_subplot(grid[row, column])
            # What is right to the pixel has no place on a log axis.
            draw_boxes(axes, means[means[measure] > 0], measure, groups, names)
            use_log_axis(axes)
            axes.set_ylabel(f"{name}\n({UNITS[unit]})")
    figure.legend(
        handles=series_handles(names),
        title=describe_holdout(table),
        loc="outside upper center",
        ncols=len(names),
    )


def box_means(table: pd.DataFrame, series: str) -> pd.DataFrame:
    """Return the mean of each measure over the frames of each sequence.

    Frames without a value (an empty mask has no surface) are left out of the mean.

    Returns:
        Columns sequence, group (the structure), series and the measures.
    """
    distances = [f"{name}_{unit}" for unit in units_in(table) for name in DISTANCES]
    means = sequence_means(table, ("sequence", "structure", series), ["dice", *distances])
    return means.rename(columns={"structure": "group", series: "series"})


def units_in(table: pd.DataFrame) -> list[str]:
    """Return the ``UNITS`` in which the distances of ``table`` are given."""
    return [unit for unit in UNITS if f"hd_{unit}" in table]
