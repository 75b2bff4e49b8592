"""How the fields between successive frames stretch, shrink and fold areas."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from echoweave.figures.boxes import series_handles
from echoweave.figures.gallery import count_rows, gallery
from echoweave.figures.style import colour, drawing, say_nothing_to_show
from echoweave.figures.tables import in_order
from echoweave.io.tables import read_tsv

ROW_HEIGHT = 1.75
WIDTH = 0.32
# Column of the table -> what matplotlib calls it.
_BOX = {
    "det_p01": "whislo",
    "det_q1": "q1",
    "det_median": "med",
    "det_q3": "q3",
    "det_p99": "whishi",
}


def draw_jacobian(jacobian: Path, sequences: Sequence[str], svg: Path, png: Path) -> None:
    """Draw a box a pair of successive frames and direction, one panel a sequence.

    Args:
        jacobian: Table of :func:`echoweave.pseudolabels.align.write_aligned`.
        sequences: What to show, in this order.
        svg: Where the figure goes.
        png: The same.
    """
    table = read_tsv(jacobian)
    with drawing(0.3 + ROW_HEIGHT * count_rows(len(sequences)), [svg, png]) as figure:
        if not sequences:
            say_nothing_to_show(figure, "No labelled training sequence")
            return
        directions = in_order(table["direction"])
        for (axes,), name in zip(gallery(figure, len(sequences), 1), sequences, strict=True):
            rows = table[table["sequence"] == name]
            for place, direction in enumerate(directions):
                offset = (place - (len(directions) - 1) / 2) * WIDTH
                _draw_direction(axes, rows[rows["direction"] == direction], offset, direction)
            axes.axhline(1, color="#555555", linewidth=0.6, zorder=0.5)
            if rows["det_min"].min() <= 0:
                axes.axhline(0, color="#CC3311", linewidth=0.8, zorder=0.5)
            axes.set_title(f"{name.replace('_', ' ')}: {describe_folding(rows)}", loc="left")
            axes.set(xlabel="Frame", ylabel="Jacobian determinant")
            axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        handles = series_handles(directions)
        figure.legend(handles=handles, loc="outside upper center", ncols=len(handles))


def describe_folding(rows: pd.DataFrame) -> str:
    """Return the share of folded pixels over all pairs and in the worst one, in words.

    Args:
        rows: The rows of one sequence, with the column folded (a share, not percent).
    """
    mean, worst = 100 * rows["folded"].mean(), 100 * rows["folded"].max()
    return "no pixel folds" if worst == 0 else f"{mean:.3f} % folded, worst pair {worst:.3f} %"


def _draw_direction(axes: Axes, rows: pd.DataFrame, offset: float, direction: str) -> None:
    values = rows[list(_BOX)].to_numpy(float)
    boxes = [dict(zip(_BOX.values(), row, strict=True)) for row in values]
    # A pair stands between its frames, which count from 1.
    places = (rows["fixed"] + rows["moving"]) / 2 + 1 + offset
    axes.bxp(
        boxes,
        positions=places,
        widths=0.85 * WIDTH,
        patch_artist=True,
        manage_ticks=False,
        showfliers=False,
        boxprops={"facecolor": colour(direction), "linewidth": 0.5},
        medianprops={"color": "black", "linewidth": 1.0},
        whiskerprops={"linewidth": 0.5},
        capprops={"linewidth": 0.5},
    )
    for extreme in ("det_min", "det_max"):
        axes.plot(places, rows[extreme], ".", color="black", markersize=1.5)
