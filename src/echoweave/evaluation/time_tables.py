"""Temporal smoothness and consistency of the predicted sequences, by image quality and view."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from echoweave.evaluation.predictions import attributes
from echoweave.evaluation.samples import (
    BY_QUALITY,
    BY_VIEW,
    Groupings,
    TableSettings,
    select,
    split,
    summarise,
    summary_columns,
)
from echoweave.evaluation.table import Column, Table

GROUPINGS: Groupings = {**BY_QUALITY, **BY_VIEW}
_PIXELS, _NORMALISED = "smoothness_px4_per_frame3", "smoothness_normalised_per_s3"
_SHARE, _LARGEST = "inconsistent_share", "max_deviation"


def make_smoothness(
    smoothness: pd.DataFrame, clips: pd.DataFrame, arms: Sequence[str], settings: TableSettings
) -> Table:
    """Return the smoothness of the area curves per arm, group and structure.

    Args:
        smoothness: Rows of smoothness.tsv of all arms.
        clips: Rows of clips.tsv of all arms: of the cavity in whole clips, where there are any.
        arms: The arms; one without rows is shown with n = 0.
        settings: For the intervals.
    """
    measures = _NORMALISED, _PIXELS
    rows = _rows(smoothness, arms, "structure", settings.structures, measures, settings)
    whole = select(clips, mode=settings.simpson_mode)
    for arm in arms if len(whole) else ():
        keys = {"arm": arm, "grouping": "whole clips", "group": "all", "structure": "cavity"}
        rows.append(keys | _row(select(whole, arm=arm), measures, settings))
    assumed = int((~smoothness["frame_rate_known"].astype(bool)).sum() / len(settings.structures))
    notes = [
        "Integral of the squared second derivative of the area curve; lower is smoother; mean ± "
        "SD and median over the n sequences. Left out: sequences of fewer than four frames, and "
        "those where the structure is lost throughout.",
        "As in the paper: area in pixels at 512 x 512, time in frames. Normalised: area over mean "
        "area, time in seconds.",
        "Lost: frames without the structure, over all sequences; their area is 0.",
    ]
    if len(whole):
        notes.append(
            "Whole clips: the cavity over all frames of the clip; the other rows are of the frames "
            "from ED to ES. The sum grows with the length of a clip."
        )
    if assumed:
        notes.append(f"The frame rate was assumed for {assumed} predicted sequences.")
    columns = [
        *(Column("arm", "Arm"), Column("grouping", "By"), Column("group", "Group")),
        *(Column("structure", "Structure"), Column("n", "n"), Column("lost", "Lost")),
        *summary_columns(_PIXELS, "Smoothness (px⁴/frame³)", 0),
        *summary_columns(_NORMALISED, "Normalised (1/s³)", 1),
    ]
    columns = [_show_median(column) for column in columns]
    return Table("Temporal smoothness of the predicted areas.", columns, rows, notes)


def make_consistency(
    consistency: pd.DataFrame, arms: Sequence[str], settings: TableSettings
) -> Table:
    """Return the share of inconsistent frames per arm, group and attribute.

    Args:
        consistency: Rows of consistency.tsv of all arms.
        arms: The arms; one without rows is shown with n = 0.
        settings: For the intervals.
    """
    shown = attributes(settings.structures, settings.units)
    rows = _rows(consistency, arms, "attribute", shown, (_SHARE, _LARGEST), settings)
    notes = (
        "Attributes are min-max scaled; deviation of a frame: the scaled value minus the mean of "
        "its neighbours (Painchaud et al., IEEE TMI 2022).",
        "Inconsistent: share of the inner frames of a sequence whose deviation is over "
        "evaluation.consistency_threshold; mean ± SD over the n sequences that have such a frame.",
        "Lost: frames whose shape cannot be measured, over all sequences. They and their "
        "neighbours have no deviation: an arm that loses shapes looks steadier than it is.",
    )
    columns = [
        *(Column("arm", "Arm"), Column("grouping", "By"), Column("group", "Group")),
        *(Column("attribute", "Attribute"), Column("n", "n"), Column("lost", "Lost")),
        *summary_columns(_SHARE, "Inconsistent frames (share)", 3),
        *summary_columns(_LARGEST, "Largest deviation (scaled)", 3),
    ]
    return Table("Temporal consistency of the predicted shapes.", columns, rows, notes)


def _rows(
    table: pd.DataFrame,
    arms: Sequence[str],
    column: str,
    values: Sequence[str],
    measures: Sequence[str],
    settings: TableSettings,
) -> list[dict[str, Any]]:
    """Return one row an arm, group and value of ``column``; n counts the first of ``measures``."""
    rows = []
    for arm in arms:
        for keys, group in split(select(table, arm=arm), GROUPINGS):
            for value in values:
                found = select(group, **{column: value})
                rows.append({"arm": arm, **keys, column: value, **_row(found, measures, settings)})
    return rows


def _row(found: pd.DataFrame, measures: Sequence[str], settings: TableSettings) -> dict[str, Any]:
    row = {
        "n": int(found[measures[0]].notna().sum()),
        "lost": int(found["lost_frames"].sum()),
    }
    for measure in measures:
        row |= summarise(found, measure, settings)
    return row


def _show_median(column: Column) -> Column:
    """Let readers see the median of the smoothness: its distribution has a long tail."""
    if not column.key.endswith("_median"):
        return column
    decimals = 0 if column.key.startswith(_PIXELS) else 1
    return Column(column.key, "Median", decimals)
