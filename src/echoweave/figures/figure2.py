"""Quality of the pseudo-labels against a mask of every frame: the paper's Figure 2."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd
from matplotlib.figure import Figure

from echoweave.figures.boxes import add_series_legend, draw_boxes
from echoweave.figures.style import drawing, say_nothing_to_show
from echoweave.figures.tables import in_order, read_tables

STRUCTURES = ("cavity", "myocardium", "atrium")
MEASURES = {
    "dice": "Dice",
    "mean_surface_distance_mm": "Mean surface distance (mm)",
    "hd_mm": "Hausdorff distance (mm)",
}


def draw_figure2(quality: Sequence[Path], svg: Path, png: Path) -> None:
    """Draw a box for each direction of one estimator and for the 2D sparse nnU-Net.

    Args:
        quality: Tables of the estimator and of the nnU-Net against the dense truth, one row a
            frame and structure: sequence, direction, structure, dice, mean_surface_distance_mm,
            hd_mm.
        svg: Where the figure goes.
        png: The same.
    """
    table = read_tables(quality)
    with drawing(2.9, [svg, png]) as figure:
        draw_quality(figure, table, "direction")


def draw_quality(figure: Figure, table: pd.DataFrame, series: str) -> None:
    """Draw one panel a measure; a value is the mean over the frames of one sequence.

    Args:
        figure: Where to draw.
        table: The rows of the quality tables.
        series: The column that tells the boxes of a group apart.
    """
    if table.empty or not table["dice"].notna().any():
        say_nothing_to_show(figure, "No sequence with a reference mask for every frame")
        return
    means = sequence_means(table, series)
    names = in_order(means["series"])
    groups = [name for name in STRUCTURES if (means["group"] == name).any()]
    for axes, (measure, label) in zip(
        figure.subplots(1, len(MEASURES)), MEASURES.items(), strict=True
    ):
        draw_boxes(axes, means, measure, groups, names)
        axes.set_ylabel(label)
        if measure != "dice":
            axes.set_ylim(bottom=0)
    add_series_legend(figure, names)


def sequence_means(table: pd.DataFrame, series: str) -> pd.DataFrame:
    """Return the mean of each measure over the frames of each sequence.

    Frames without a value (an empty mask has no surface) are left out of the mean.

    Returns:
        Columns sequence, group (the structure), series and the measures.
    """
    keys = ["sequence", "structure", series]
    means = table.groupby(keys, as_index=False)[list(MEASURES)].mean()
    means = means[means["dice"].notna()]
    return means.rename(columns={"structure": "group", series: "series"})
