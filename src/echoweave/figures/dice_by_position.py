"""Dice of the pseudo-labels by the position of the frame between ED and ES."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from echoweave.figures.holdout import NOTHING, describe_holdout, read_holdout
from echoweave.figures.style import colour, display_title, drawing, say_nothing_to_show
from echoweave.figures.tables import in_order, structures_in

BINS = 10


def draw_dice_by_position(quality: Sequence[Path], roles: Path, svg: Path, png: Path) -> None:
    """Draw the median Dice and the quartiles over the hold-out sequences, one panel a structure.

    Args:
        quality: As for :func:`echoweave.figures.figure2.draw_figure2`, with the column
            position: 0 at ED, 1 at ES.
        roles: What the networks know of each patient.
        svg: Where the figure goes.
        png: The same.
    """
    table = read_holdout(quality, roles)
    with drawing(2.7, [svg, png]) as figure:
        if table.empty:
            say_nothing_to_show(figure, NOTHING)
            return
        groups = structures_in(table["structure"])
        panels = figure.subplots(1, len(groups), sharey=True, squeeze=False)[0]
        names = in_order(table["direction"])
        for axes, structure in zip(panels, groups, strict=True):
            rows = table[table["structure"] == structure]
            for name in names:
                _draw_band(axes, rows[rows["direction"] == name], name)
            n = rows["sequence"].nunique()
            axes.set_title(f"{display_title(structure)}, n = {n}", loc="left")
            axes.set_xlabel("Position between ED (0) and ES (1)")
        panels[0].set_ylabel("Dice")
        handles, labels = panels[0].get_legend_handles_labels()
        title = describe_holdout(table)
        figure.legend(handles, labels, title=title, loc="outside upper center", ncols=len(names))


def bin_by_position(table: pd.DataFrame) -> pd.DataFrame:
    """Return lower quartile, median and upper quartile of Dice over the sequences, binned.

    A sequence counts once in a bin, with the mean over its frames there.

    Args:
        table: Columns sequence, position in [0, 1] and dice.

    Returns:
        Columns position (the middle of the bin), low, median and high.
    """
    last = BINS - 1
    place = (table["position"] * BINS).astype(int).clip(0, last)
    means = table.assign(bin=place).groupby(["bin", "sequence"])["dice"].mean()
    bins = means.groupby("bin")
    return pd.DataFrame(
        {
            "position": (np.array(list(bins.groups)) + 0.5) / BINS,
            "low": bins.quantile(0.25).to_numpy(),
            "median": bins.median().to_numpy(),
            "high": bins.quantile(0.75).to_numpy(),
        }
    )


def _draw_band(axes: Axes, table: pd.DataFrame, name: str) -> None:
    if table.empty:
        return
    rows = bin_by_position(table)
    axes.plot(rows["position"], rows["median"], color=colour(name), label=display_title(name))
    axes.fill_between(
        rows["position"], rows["low"], rows["high"], color=colour(name), alpha=0.15, linewidth=0
    )
