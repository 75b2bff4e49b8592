"""Dice of every organ as boxplots, a box a variant."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from echoweave.figures.boxes import draw_boxes, series_handles
from echoweave.figures.style import drawing
from echoweave.io.tables import read_tsv
from echoweave.learn2reg.organs import ORGANS

_ROWS = 2
_LEGEND_COLUMNS = 4


def draw_measured_organs(measured: Sequence[Path], svg: Path, png: Path) -> None:
    """Draw Dice by organ of variants that :func:`~.evaluate.evaluate_pairs` has measured."""
    draw_organ_boxes(pd.concat([read_tsv(folder / "labels.tsv") for folder in measured]), svg, png)


def draw_organ_boxes(organ_rows: pd.DataFrame, svg: Path, png: Path) -> None:
    """Draw Dice over the pairs that show an organ on both sides.

    Args:
        organ_rows: labels.tsv of one or more variants.
        svg: Where the figure goes.
        png: The same.
    """
    table = organ_rows.assign(group=organ_rows["organ"], series=organ_rows["variant"])
    series = list(dict.fromkeys(table["series"]))
    organs = [organ for organ in ORGANS.values() if organ in set(table["group"])]
    per_row = -(-len(organs) // _ROWS)
    rows = -(-len(organs) // per_row)
    with drawing(2.2 * rows, [svg, png]) as figure:
        for row, axes in enumerate(figure.subplots(rows, 1, sharey=True, squeeze=False)[:, 0]):
            groups = organs[row * per_row : (row + 1) * per_row]
            draw_boxes(axes, table, "dice", groups, series)
            # Boxes of both rows have one width.
            axes.set_xlim(-0.5, per_row - 0.5)
            axes.set(ylabel="Dice", ylim=(-0.02, 1.02))
        columns = min(len(series), _LEGEND_COLUMNS)
        figure.legend(handles=series_handles(series), loc="outside upper center", ncols=columns)
