"""Fused pseudo-labels of every motion estimator beside the nnU-Net that had none."""

from collections.abc import Sequence
from pathlib import Path

from echoweave.figures.figure2 import HEIGHT, draw_quality
from echoweave.figures.holdout import read_holdout
from echoweave.figures.style import drawing
from echoweave.segmentation.arms import ARMS


def draw_estimators(quality: Sequence[Path], roles: Path, svg: Path, png: Path) -> None:
    """Draw Figure 2 with a box for the fused labels of each estimator and for the nnU-Net.

    Args:
        quality: One table an estimator, and that of the nnU-Net if there is one; columns as for
            :func:`echoweave.figures.figure2.draw_figure2`, and estimator.
        roles: What the networks know of each patient.
        svg: Where the figure goes.
        png: The same.
    """
    table = read_holdout(quality, roles)
    table = table[table["direction"].isin(["fused", *ARMS])]
    with drawing(HEIGHT, [svg, png]) as figure:
        draw_quality(figure, table, "estimator")
