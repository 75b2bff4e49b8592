"""Loss and Dice of the nnU-Nets over their training."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from echoweave.figures.style import colour, display_name, drawing, say_nothing_to_show
from echoweave.io.tables import read_tsv

MEASURES = {
    "train_loss": "Training loss",
    "validation_loss": "Validation loss",
    "validation_dice": "Validation Dice",
}


def draw_segmentation_curves(curves: Mapping[str, Sequence[Path]], svg: Path, png: Path) -> None:
    """Draw one line a fold and arm.

    Args:
        curves: For each arm the tables of its folds: epoch, train_loss, validation_loss,
            validation_dice.
        svg: Where the figure goes.
        png: The same.
    """
    with drawing(2.5, [svg, png]) as figure:
        if not any(curves.values()):
            say_nothing_to_show(figure, "No nnU-Net was trained here")
            return
        panels = figure.subplots(1, len(MEASURES))
        for arm, paths in curves.items():
            for path in paths:
                _draw_fold(panels, path, arm)
        for axes, label in zip(panels, MEASURES.values(), strict=True):
            axes.set_xlabel("Epoch")
            axes.set_ylabel(label)
        handles = [
            Line2D([], [], color=colour(arm), label=f"{display_name(arm)}, {len(paths)} folds")
            for arm, paths in curves.items()
        ]
        figure.legend(handles=handles, loc="outside upper center", ncols=len(handles))


def _draw_fold(panels: Sequence[Axes], path: Path, arm: str) -> None:
    table = read_tsv(path)
    for axes, measure in zip(panels, MEASURES, strict=True):
        marker = "o" if len(table) == 1 else None
        axes.plot(
            table["epoch"],
            table[measure],
            color=colour(arm),
            linewidth=0.8,
            alpha=0.7,
            marker=marker,
            markersize=3,
        )
