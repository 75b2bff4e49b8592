"""Dice of each arm on its own test set and on the data set that no arm was trained on."""

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from echoweave.evaluation.samples import select
from echoweave.figures.boxes import draw_boxes, series_handles
from echoweave.figures.style import display_title, drawing, say_nothing_to_show
from echoweave.figures.tables import in_order, read_tables, structures_in

_SIDES = ("internal", "external")


def draw_external(
    own: Mapping[str, Path],
    others: Mapping[str, Path],
    titles: tuple[str, str],
    svg: Path,
    png: Path,
) -> None:
    """Draw two panels, ED and ES, with two boxes an arm, of the first structure both sets know.

    Args:
        own: Arm -> its frames.tsv on its own test set.
        others: Arm -> its frames.tsv on the other data set.
        titles: Of the two data sets.
        svg: Where the figure goes.
        png: The same.
    """
    sides = [read_tables(list(paths.values())) for paths in (own, others)]
    with drawing(2.8, [svg, png]) as figure:
        known = structures_in(sides[1]["structure"])
        if not known:
            say_nothing_to_show(figure, f"No sequence of {titles[1]} with reference masks")
            return
        table = pd.concat(
            [
                select(side, structure=known[0]).assign(series=name)
                for name, side in zip(_SIDES, sides, strict=True)
            ]
        )
        table = table.assign(group=table["arm"])
        panels = zip(figure.subplots(1, 2, sharey=True), ("ED", "ES"), strict=True)
        for axes, instant in panels:
            found = select(table, instant=instant)
            draw_boxes(axes, found, "dice", in_order(own), _SIDES)
            axes.set_title(instant, loc="left")
            axes.set_ylabel(f"{display_title(known[0])} Dice")
        title = f"Internal: test set of {titles[0]}; external: {titles[1]}"
        figure.suptitle(title, fontsize=9)
        figure.legend(handles=series_handles(_SIDES), loc="outside lower center", ncols=2)
