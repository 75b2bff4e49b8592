"""Accuracy at labelled frames and between them, where a reference of every frame is known."""

import math
from collections.abc import Sequence
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from echoweave.evaluation.dense import POSITIONS
from echoweave.evaluation.pairs import pair_up
from echoweave.evaluation.samples import (
    MISSED_NOTE,
    TableSettings,
    count_missed,
    interval_keys,
    is_missed,
    select,
    summarise,
)
from echoweave.evaluation.statistics import bias_of_draws, bootstrap
from echoweave.evaluation.table import Column, Table

# What identifies a frame.
_FRAME = ("patient", "view", "frame")
_NOTES = (
    "Rows without a second arm: means over the frames of each patient, then over the n patients. "
    f"{MISSED_NOTE}",
    "Rows with a second arm: the first minus the second, frame by frame, averaged over each "
    "patient. Missed counts frames without a distance in either.",
    "Labelled: ED and ES. Between: after one and before the other. Outside: the rest of a whole "
    "clip. All: every frame. In brackets the 95 % interval over patients.",
)
_NO_REFERENCE = (
    "No test sequence has a reference mask of every frame (n = 0): data.dense_truth may give them."
)


def make_between_labels(dense: pd.DataFrame, arms: Sequence[str], settings: TableSettings) -> Table:
    """Return Dice and HD95 by the place of a frame: of each arm, then the differences of two.

    Args:
        dense: Rows of dense.tsv of all arms.
        arms: The arms; one without rows is shown with n = 0.
        settings: For the intervals.
    """
    dense = dense.assign(lost=is_missed(dense, settings.unit))
    rows = []
    for structure in settings.parts:
        for position in _positions(dense):
            chosen = select(dense, structure=structure)
            chosen = chosen if position == "all" else select(chosen, position=position)
            keys = {"structure": structure, "position": position}
            rows += [keys | _arm_row(chosen, arm, settings) for arm in arms]
            rows += [keys | _pair_row(chosen, *pair, settings) for pair in combinations(arms, 2)]
    rows.sort(key=lambda row: "minus" in row)
    notes = _NOTES if len(dense) else (*_NOTES, _NO_REFERENCE)
    return Table("Accuracy at labelled frames and between them.", _columns(settings), rows, notes)


def _positions(dense: pd.DataFrame) -> list[str]:
    """Return those that every study has, and "outside" where there are such frames."""
    return [
        *(name for name in POSITIONS if name != "outside" or (dense["position"] == name).any()),
        "all",
    ]


def _measures(settings: TableSettings) -> tuple[str, str]:
    return "dice", f"hd95_{settings.unit}"


def _arm_row(rows: pd.DataFrame, arm: str, settings: TableSettings) -> dict[str, Any]:
    rows = select(rows, arm=arm)
    measures = list(_measures(settings))
    means = rows[measures].astype(float).groupby(rows["patient"]).mean().reset_index()
    row = {
        "arm": arm,
        "n": int(means["dice"].notna().sum()),
        "frames": int(rows["dice"].notna().sum()),
        "missed": count_missed(rows, settings.unit),
    }
    for measure in measures:
        found = summarise(means, measure, settings)
        row |= {measure: found[f"{measure}_mean"]}
        row |= {key: found[key] for key in interval_keys(measure)}
    return row


def _pair_row(
    rows: pd.DataFrame, first: str, second: str, settings: TableSettings
) -> dict[str, Any]:
    dice, hd95 = _measures(settings)
    pairs = {name: pair_up(rows, first, second, _FRAME, name) for name in (dice, hd95)}
    row: dict[str, Any] = {
        "arm": first,
        "minus": second,
        "n": len(pairs[dice].first),
        "frames": pairs[dice].units,
        "missed": pairs[dice].units - pairs[hd95].units,
    }
    for measure, found in pairs.items():
        sides = np.column_stack([found.first, found.second])
        ends = bootstrap(sides, bias_of_draws, settings.bootstrap_samples, settings.seed)
        row[measure] = float(bias_of_draws(sides[None])[0]) if len(sides) else math.nan
        row |= dict(zip(interval_keys(measure), ends, strict=True))
    return row


def _columns(settings: TableSettings) -> list[Column]:
    dice, hd95 = _measures(settings)
    return [
        *(Column("arm", "Arm"), Column("minus", "Minus"), Column("position", "Frames")),
        *(Column("structure", "Structure"), Column("n", "n"), Column("frames", "Count")),
        Column("missed", "Missed"),
        Column(dice, "Dice", 3, interval=interval_keys(dice)),
        Column(hd95, f"HD95 ({settings.unit})", 2, interval=interval_keys(hd95)),
    ]
