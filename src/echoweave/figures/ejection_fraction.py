"""Agreement of one arm's ejection fraction with the one that the data set gives."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from echoweave.evaluation.ejection_table import EF_PAIR
from echoweave.evaluation.samples import select
from echoweave.figures.agreement_panels import draw_differences, draw_scatter
from echoweave.figures.style import display_title, drawing, say_nothing_to_show
from echoweave.io.tables import read_tsv

# What the two tables measure.
_SYMBOLS = ("EF at ED and ES", "EF over the beats")


def draw_ejection_fraction(
    arm: str, tables: Sequence[Path], mode: str, svg: Path, png: Path
) -> None:
    """Draw a scatter (left) and a Bland-Altman plot (right), at labelled instants and over beats.

    Args:
        arm: The arm.
        tables: Its volumes.tsv and clips.tsv; one without any pair of values has no panels.
        mode: Which rows: how the volumes were computed ("ase" or "camus").
        svg: Where the figure goes.
        png: The same.
    """
    found = {name: _pairs(path, mode) for name, path in zip(_SYMBOLS, tables, strict=True)}
    shown = {name: pair for name, pair in found.items() if len(pair)}
    with drawing(2.6 * max(len(shown), 1), [svg, png]) as figure:
        if not shown:
            say_nothing_to_show(figure, "No test patient whose ejection fraction is given")
            return
        axes = figure.subplots(len(shown), 2, squeeze=False)
        for row, (symbol, pair) in zip(axes, shown.items(), strict=True):
            draw_scatter(row[0], pair, arm, symbol, "%")
            draw_differences(row[1], pair, arm, symbol, "%")
        title = f"{display_title(arm)}, ejection fraction against that of the data set ({mode})"
        figure.suptitle(title, fontsize=9)


def _pairs(table: Path, mode: str) -> np.ndarray:
    """Return given and predicted EF [N, 2] in percent."""
    return select(read_tsv(table), mode=mode)[EF_PAIR[::-1]].dropna().to_numpy(float)
