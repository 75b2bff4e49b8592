"""Loss and Dice of the registration networks over their training."""

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from echoweave.figures.style import colour, display_title, drawing, say_nothing_to_show
from echoweave.io.tables import read_tsv

MEASURES = {
    "loss": "Loss",
    "dice_cavity": "Dice, LV cavity",
    "dice_myocardium": "Dice, LV myocardium",
    "dice_atrium": "Dice, left atrium",
    # Of pairs of volumes.
    "dice": "Dice, mean of organs",
    "folded_percent": "Folded (%)",
}
STYLES: dict[str, Literal["dotted", "solid"]] = {"training": "dotted", "validation": "solid"}


def draw_registration_curves(curves: Sequence[Path], svg: Path, png: Path) -> None:
    """Draw the curves of every model that was trained here.

    Args:
        curves: ``{model}/curves.tsv``: iteration, split (training, validation), loss, and in the
            validation rows dice_cavity, ...: the ED mask carried to ES against the reference; of
            volumes dice and folded_percent.
        svg: Where the figure goes.
        png: The same.
    """
    tables = {path.parent.name: read_tsv(path) for path in curves}
    tables = {model: table for model, table in tables.items() if len(table)}
    with drawing(2.1, [svg, png]) as figure:
        if not tables:
            say_nothing_to_show(figure, "No registration network was trained here")
            return
        shown = [name for name in MEASURES if any(name in table for table in tables.values())]
        panels = figure.subplots(1, len(shown), squeeze=False)[0]
        for axes, measure in zip(panels, shown, strict=True):
            for model, table in tables.items():
                _draw_model(axes, table, measure, model)
            axes.set_xlabel("Iteration")
            axes.set_ylabel(MEASURES[measure])
        handles = [Line2D([], [], color=colour(m), label=display_title(m)) for m in tables]
        handles += [
            Line2D([], [], color="black", linestyle=style, label=split.capitalize())
            for split, style in STYLES.items()
        ]
        figure.legend(handles=handles, loc="outside upper center", ncols=min(len(handles), 4))


def _draw_model(axes: Axes, table: pd.DataFrame, measure: str, model: str) -> None:
    if measure not in table:
        return
    for split, style in STYLES.items():
        rows = table[(table["split"] == split) & table[measure].notna()]
        marker = "o" if len(rows) == 1 else None
        axes.plot(
            rows["iteration"],
            rows[measure],
            color=colour(model),
            linestyle=style,
            marker=marker,
            markersize=3,
        )
