"""What a network that rebuilds hidden frames makes of a clip, and how it learnt to."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import SubFigure
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from echoweave.figures.style import drawing
from echoweave.io.tables import read_tsv

_ROWS = {"clip": "Clip", "shown": "Seen", "rebuilt": "Rebuilt"}
_COLUMNS = 8
_LOSSES = {"train_loss": "-", "validation_loss": "--"}


def draw_pretraining(rebuilt: Path, curves: Sequence[Path], svg: Path, png: Path) -> None:
    """Draw a clip of a patient that chose the checkpoint, and the losses of every fold.

    Args:
        rebuilt: The .npz of one fold: clip, shown and rebuilt, uint8 [T, Y, X], and hidden, bool
            [T, Y, X].
        curves: The tables of all folds: epoch, train_loss and validation_loss.
        svg: Where the figure goes.
        png: The same.
    """
    with np.load(rebuilt) as arrays:
        clips = {name: arrays[name] for name in _ROWS}
        hidden = arrays["hidden"]
    with drawing(5.2, [svg, png]) as figure:
        halves: Any = figure.subfigures(2, 1, height_ratios=[3, 2])
        above, below = halves
        _draw_clip(above, clips, hidden)
        axes = below.subplots()
        for fold, path in enumerate(curves):
            table = read_tsv(path)
            for name, style in _LOSSES.items():
                label = f"{name.replace('_loss', '').title()}, fold {fold}"
                axes.plot(table["epoch"], table[name], style, color=f"C{fold}", label=label)
        axes.set_xlabel("Epoch")
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.set_ylabel("Mean squared difference\n(standard deviations²)")
        axes.legend(ncols=min(len(curves), 3))


def _draw_clip(
    figure: SubFigure, clips: dict[str, NDArray[np.uint8]], hidden: NDArray[np.bool_]
) -> None:
    n_frames = len(hidden)
    frames = np.linspace(0, n_frames - 1, min(_COLUMNS, n_frames)).round().astype(int)
    panels = figure.subplots(len(clips), len(frames), squeeze=False)
    for row, (name, clip) in zip(panels, clips.items(), strict=True):
        for panel, frame in zip(row, frames, strict=True):
            panel.imshow(clip[frame], cmap="gray", vmin=0, vmax=255, interpolation="nearest")
            panel.set(xticks=[], yticks=[])
            panel.grid(False)
        row[0].set_ylabel(_ROWS[name])
    for panel, frame in zip(panels[0], frames, strict=True):
        state = "hidden" if hidden[frame].all() else "partly hidden" if hidden[frame].any() else ""
        panel.set_title(f"Frame {frame + 1}\n{state}")
