"""Quality of the fused pseudo-labels of every motion estimator side by side."""

from collections.abc import Sequence
from pathlib import Path

from echoweave.figures.figure2 import draw_quality
from echoweave.figures.style import drawing
from echoweave.figures.tables import read_tables


def draw_estimators(quality: Sequence[Path], svg: Path, png: Path) -> None:
    """Draw Figure 2 for the fused labels with one box an estimator.

    Args:
        quality: One table an estimator; columns as for
            :func:`echoweave.figures.figure2.draw_figure2`, and estimator.
        svg: Where the figure goes.
        png: The same.
    """
    table = read_tables(quality)
    if len(table):
        table = table[table["direction"] == "fused"]
    with drawing(2.9, [svg, png]) as figure:
        draw_quality(figure, table, "estimator")
