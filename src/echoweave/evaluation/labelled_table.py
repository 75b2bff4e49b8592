"""Overlap at the labelled frames, pooled over pixels and as a mean, as EchoNet-Dynamic reports."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from echoweave.evaluation.samples import (
    INSTANTS,
    MISSED_NOTE,
    TableSettings,
    at_instant,
    dice_counts,
    interval_keys,
    select,
    summarise_overlap,
)
from echoweave.evaluation.statistics import bootstrap, pooled_dice_of_draws
from echoweave.evaluation.table import Column, Table

# Ends of the interval of frames that EchoNet-Dynamic and SimLVSeg publish.
_OF_FRAMES = (5.0, 95.0)
# What a published row can hold.
LABELLED_KEYS = frozenset(
    ("pooled_dice", "pooled_dice_frames_p5", "pooled_dice_frames_p95", "dice_mean")
)
_NOTES = (
    "Pooled Dice: 2 sum(I) / sum(A + B) over the pixels of all frames, so that a large structure "
    "counts more; Dice and HD95: means over frames. n: labelled frames in which the prediction or "
    "the reference shows the structure.",
    "Intervals: 95 %, of a bootstrap that draws patients, ED and ES of each together. 5th and 95th "
    "percentile: of a bootstrap that draws frames as if they were independent. They end a 90 % "
    "interval, whatever it is called where it is published.",
    MISSED_NOTE,
)


def make_labelled_frames(
    frames: pd.DataFrame,
    arms: Sequence[str],
    published: Sequence[dict[str, Any]],
    sources: Sequence[str],
    settings: TableSettings,
) -> Table:
    """Return pooled Dice, mean Dice and mean HD95 per structure: overall, at ED and at ES.

    Args:
        frames: Rows of frames.tsv of all arms.
        arms: The arms; one without rows is shown with n = 0.
        published: Rows of others, of the LV cavity, see :mod:`echoweave.evaluation.published`.
        sources: Where they come from.
        settings: For the intervals.
    """
    rows: list[dict[str, Any]] = []
    for structure in settings.structures:
        for instant in INSTANTS:
            keys = {"structure": structure, "instant": instant}
            if structure == "cavity":
                rows += [keys | row for row in published if row["instant"] == instant]
            chosen = at_instant(select(frames, structure=structure), instant)
            rows += [
                keys | {"method": arm} | _row(select(chosen, arm=arm), settings) for arm in arms
            ]
    caption = "Overlap at the labelled frames, pooled over pixels and as a mean over frames."
    return Table(caption, _columns(settings), rows, (*_NOTES, *sources))


def _row(rows: pd.DataFrame, settings: TableSettings) -> dict[str, Any]:
    shown = rows[rows["dice"].notna()]
    p5, p95 = bootstrap(
        dice_counts(shown).to_numpy(float),
        pooled_dice_of_draws,
        settings.bootstrap_samples,
        settings.seed,
        _OF_FRAMES,
    )
    of_frames = {"pooled_dice_frames_p5": p5, "pooled_dice_frames_p95": p95}
    return summarise_overlap(rows, settings) | of_frames


def _columns(settings: TableSettings) -> list[Column]:
    hd95 = f"hd95_{settings.unit}"
    return [
        *(Column("structure", "Structure"), Column("instant", "Instant")),
        *(Column("method", "Method"), Column("n", "n"), Column("patients", "Patients")),
        Column("missed", "Missed"),
        Column("pooled_dice", "Pooled Dice", 4, interval=interval_keys("pooled_dice")),
        *(Column("pooled_dice_frames_p5", "5th", 4), Column("pooled_dice_frames_p95", "95th", 4)),
        Column("dice_mean", "Dice", 4, interval=interval_keys("dice")),
        Column(f"{hd95}_mean", f"HD95 ({settings.unit})", 2, interval=interval_keys(hd95)),
    ]
