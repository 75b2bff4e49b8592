"""Best, median and worst test sequence of one arm, with reference and predicted contours."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.lines import Line2D

from echoweave.figures.overlay import (
    REFERENCE_LINE,
    describe_dice,
    draw_contours,
    reference_handle,
    show_frame,
)
from echoweave.figures.sources import Sources
from echoweave.figures.style import colour, display_title, drawing, say_nothing_to_show
from echoweave.io.tables import read_tsv

INSTANTS = ("ED", "ES")


def draw_montage(
    frames: Path, caches: Sequence[Path], predictions: Sequence[Path], svg: Path, png: Path
) -> None:
    """Draw three columns (best, median, worst by mean Dice) and two rows (ED and ES).

    Args:
        frames: Table of one arm: sequence, arm, instant, structure, dice.
        caches: Cache files of the test patients.
        predictions: ``{arm}/{sequence}.nii.gz`` of the arm.
        svg: Where the figure goes.
        png: The same.
    """
    table = read_tsv(frames)
    ranks = rank_cases(table)
    with drawing(4.9 if ranks else 2.0, [svg, png]) as figure:
        if not ranks:
            say_nothing_to_show(figure, "No test sequence with reference masks")
            return
        arm = str(table["arm"].iloc[0])
        sources = Sources(caches, predictions)
        panels = figure.subplots(len(INSTANTS), len(ranks), squeeze=False)
        for column, (rank, sequence) in enumerate(ranks.items()):
            echo = sources.echo(sequence)
            labels = sources.prediction(arm, sequence)
            masks = [labels[[echo.ed, echo.es]]] + ([] if echo.labels is None else [echo.labels])
            heart = np.concatenate(masks).max(axis=0) > 0
            for row, frame in enumerate((echo.ed, echo.es)):
                axes = panels[row, column]
                show_frame(axes, echo.frames[frame], echo.spacing, heart)
                if echo.labels is not None:
                    draw_contours(axes, echo.labels[row], REFERENCE_LINE)
                draw_contours(axes, labels[frame], colour(arm))
                axes.set_title(_describe(table, sequence, INSTANTS[row], rank if not row else ""))
        figure.legend(handles=_handles(arm), loc="outside upper center", ncols=2)


def rank_cases(table: pd.DataFrame) -> dict[str, str]:
    """Return the best, median and worst sequence by Dice, averaged over instants and structures.

    A structure that is missing in the prediction counts with its Dice of 0. With fewer than three
    sequences only the ranks that differ are returned.
    """
    if table.empty:
        return {}
    means = table.groupby("sequence")["dice"].mean().dropna().sort_values(kind="stable")
    names = means.index.tolist()
    if not names:
        return {}
    places = {"Best": names[-1], "Median": names[(len(names) - 1) // 2], "Worst": names[0]}
    if len(names) == 2:
        del places["Median"]
    return places if len(names) > 1 else {"Only case": names[0]}


def _describe(table: pd.DataFrame, sequence: str, instant: str, rank: str) -> str:
    rows = table[(table["sequence"] == sequence) & (table["instant"] == instant)]
    scores = describe_dice(dict(zip(rows["structure"], rows["dice"], strict=True)))
    head = f"{rank}: " if rank else ""
    return f"{head}{sequence.replace('_', ' ')} {instant}\n{scores}"


def _handles(arm: str) -> list[Artist]:
    return [
        Line2D([], [], color=colour(arm), label=display_title(arm)),
        reference_handle(),
    ]
