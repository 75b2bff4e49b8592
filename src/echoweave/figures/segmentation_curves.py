"""Loss and Dice of the nnU-Nets over their training."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from echoweave.figures.style import colour, display_title, drawing, say_nothing_to_show
from echoweave.io.tables import read_tsv

MEASURES = {
    "train_loss": "Training loss",
    "validation_loss": "Validation loss",
    "validation_dice": "Validation Dice",
}


# Of the first and the second configuration of an arm.
_STYLES: tuple[Literal["-", "--"], ...] = ("-", "--")


def draw_segmentation_curves(
    curves: Mapping[str, Mapping[str, Sequence[Path]]], svg: Path, png: Path
) -> None:
    """Draw one line for each fold of each configuration of an arm.

    Args:
        curves: For each arm and configuration the tables of the folds: epoch, train_loss,
            validation_loss, validation_dice.
        svg: Where the figure goes.
        png: The same.
    """
    with drawing(2.5, [svg, png]) as figure:
        if not any(curves.values()):
            say_nothing_to_show(figure, "No nnU-Net was trained here")
            return
        panels = figure.subplots(1, len(MEASURES))
        handles = []
        for arm, trained in curves.items():
            for style, (configuration, paths) in zip(_STYLES, trained.items(), strict=False):
                name = display_title(arm) + (f" ({configuration})" if len(trained) > 1 else "")
                label = f"{name}, {len(paths)} fold{'s' * (len(paths) != 1)}"
                handles.append(Line2D([], [], color=colour(arm), linestyle=style, label=label))
                for path in paths:
                    _draw_fold(panels, path, handles[-1])
        for axes, label in zip(panels, MEASURES.values(), strict=True):
            axes.set_xlabel("Epoch")
            axes.set_ylabel(label)
        figure.legend(handles=handles, loc="outside upper center", ncols=min(len(handles), 4))


def _draw_fold(panels: Sequence[Axes], path: Path, like: Line2D) -> None:
    table = read_tsv(path)
    for axes, measure in zip(panels, MEASURES, strict=True):
        marker = "o" if len(table) == 1 else None
        axes.plot(
            table["epoch"],
            table[measure],
            color=like.get_color(),
            linestyle=like.get_linestyle(),
            linewidth=0.8,
            alpha=0.7,
            marker=marker,
            markersize=3,
        )
