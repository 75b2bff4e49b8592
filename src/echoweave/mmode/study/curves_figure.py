"""Loss and Dice of the networks of strips over their training."""

from collections.abc import Mapping
from pathlib import Path

from echoweave.figures.style import colour, drawing
from echoweave.io.tables import read_tsv

# What our own tables of a training and nnU-Net's call the same.
_MEASURES = {
    "Training loss": ("training_loss", "train_loss"),
    "Validation loss": ("validation_loss",),
    "Validation Dice": ("validation_dice",),
}


def draw_mmode_curves(curves: Mapping[str, Path], svg: Path, png: Path) -> None:
    """Draw one line a network; the losses of the two are not the same.

    Args:
        curves: For each network the table of its training.
        svg: Where the figure goes.
        png: The same.
    """
    with drawing(2.4, [svg, png]) as figure:
        panels = figure.subplots(1, len(_MEASURES))
        for network, path in curves.items():
            table = read_tsv(path)
            for axes, (title, names) in zip(panels, _MEASURES.items(), strict=True):
                name = next(one for one in names if one in table)
                marker = "o" if len(table) == 1 else None
                axes.plot(
                    table["epoch"], table[name], color=colour(network), marker=marker, label=network
                )
                axes.set(xlabel="Epoch", ylabel=title)
        handles, labels = panels[0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside upper center", ncols=len(labels))
