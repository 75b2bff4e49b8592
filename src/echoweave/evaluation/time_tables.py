"""Temporal smoothness and consistency of the predicted sequences, by image quality and view."""

from collections.abc import Sequence

import pandas as pd

from echoweave.evaluation.clips import ATTRIBUTES
from echoweave.evaluation.samples import (
    BY_QUALITY,
    BY_VIEW,
    Groupings,
    Settings,
    select,
    split,
    summarise,
    summary_columns,
)
from echoweave.evaluation.table import Column, Table
from echoweave.labels import STRUCTURES

GROUPINGS: Groupings = {**BY_QUALITY, **BY_VIEW}


def make_smoothness(smoothness: pd.DataFrame, arms: Sequence[str], settings: Settings) -> Table:
    """Return the smoothness of the area curves per arm, group and structure.

    Args:
        smoothness: Rows of smoothness.tsv of all arms.
        arms: The arms; one without rows is shown with n = 0.
        settings: For the intervals.
    """
    rows = []
    for arm in arms:
        for keys, group in split(select(smoothness, arm=arm), GROUPINGS):
            for structure in STRUCTURES:
                found = select(group, structure=structure)
                row = {"arm": arm, **keys, "structure": structure, "n": len(found)}
                for measure in ("smoothness_px", "smoothness_normalised"):
                    row |= summarise(found, measure, settings)
                rows.append(row)
    assumed = int((~smoothness["frame_rate_known"].astype(bool)).sum() / len(STRUCTURES))
    notes = [
        "Integral of the squared second derivative of the area curve; lower is smoother; mean ± "
        "SD and median over the sequences; NaN for fewer than four frames.",
        "As in the paper: area in pixels at 512 x 512, time in frames. Normalised: area over mean "
        "area, time in seconds.",
    ]
    if assumed:
        notes.append(f"The frame rate was assumed for {assumed} predicted sequences.")
    columns = [
        *(Column("arm", "Arm"), Column("grouping", "By"), Column("group", "Group")),
        *(Column("structure", "Structure"), Column("n", "n")),
        *summary_columns("smoothness_px", "Smoothness (px², frames)", 0),
        *summary_columns("smoothness_normalised", "Normalised (1/s³)", 1),
    ]
    columns = [_show_median(column) for column in columns]
    return Table("Temporal smoothness of the predicted areas.", columns, rows, notes)


def make_consistency(consistency: pd.DataFrame, arms: Sequence[str], settings: Settings) -> Table:
    """Return the share of inconsistent frames per arm, group and attribute.

    Args:
        consistency: Rows of consistency.tsv of all arms.
        arms: The arms; one without rows is shown with n = 0.
        settings: For the intervals.
    """
    rows = []
    for arm in arms:
        for keys, group in split(select(consistency, arm=arm), GROUPINGS):
            for attribute in ATTRIBUTES:
                found = select(group, attribute=attribute)
                n = int(found["n_frames"].gt(0).sum())
                row = {"arm": arm, **keys, "attribute": attribute, "n": n}
                for measure in ("inconsistent_share", "max_deviation"):
                    row |= summarise(found, measure, settings)
                rows.append(row)
    notes = (
        "Attributes are min-max scaled; deviation of a frame: the scaled value minus the mean of "
        "its neighbours (Painchaud et al., IEEE TMI 2022).",
        "Inconsistent: share of the inner frames of a sequence whose deviation is over "
        "evaluation.consistency_threshold; mean ± SD over sequences.",
    )
    columns = [
        *(Column("arm", "Arm"), Column("grouping", "By"), Column("group", "Group")),
        *(Column("attribute", "Attribute"), Column("n", "n")),
        *summary_columns("inconsistent_share", "Inconsistent frames", 3),
        *summary_columns("max_deviation", "Largest deviation", 3),
    ]
    return Table("Temporal consistency of the predicted shapes.", columns, rows, notes)


def _show_median(column: Column) -> Column:
    """Let readers see the median of the smoothness: its distribution has a long tail."""
    if not column.key.endswith("_median"):
        return column
    decimals = 0 if column.key.startswith("smoothness_px") else 1
    return Column(column.key, "Median", decimals)
