"""Temporal smoothness and consistency of the predicted sequences, by image quality and view."""

from collections.abc import Sequence

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
    smoothness: pd.DataFrame, arms: Sequence[str], settings: TableSettings
) -> Table:
    """Return the smoothness of the area curves per arm, group and structure.

    Args:
        smoothness: Rows of smoothness.tsv of all arms.
        arms: The arms; one without rows is shown with n = 0.
        settings: For the intervals.
    """
    rows = []
    for arm in arms:
        for keys, group in split(select(smoothness, arm=arm), GROUPINGS):
            for structure in settings.structures:
                found = select(group, structure=structure)
                row = {"arm": arm, **keys, "structure": structure, **_counts(found, _NORMALISED)}
                for measure in (_PIXELS, _NORMALISED):
                    row |= summarise(found, measure, settings)
                rows.append(row)
    assumed = int((~smoothness["frame_rate_known"].astype(bool)).sum() / len(settings.structures))
    notes = [
        "Integral of the squared second derivative of the area curve; lower is smoother; mean ± "
        "SD and median over the n sequences. Left out: sequences of fewer than four frames, and "
        "those where the structure is lost throughout.",
        "As in the paper: area in pixels at 512 x 512, time in frames. Normalised: area over mean "
        "area, time in seconds.",
        "Lost: frames without the structure, over all sequences; their area is 0.",
    ]
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
    rows = []
    for arm in arms:
        for keys, group in split(select(consistency, arm=arm), GROUPINGS):
            for attribute in attributes(settings.structures, settings.units):
                found = select(group, attribute=attribute)
                row = {"arm": arm, **keys, "attribute": attribute, **_counts(found, _SHARE)}
                for measure in (_SHARE, _LARGEST):
                    row |= summarise(found, measure, settings)
                rows.append(row)
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


def _counts(found: pd.DataFrame, measure: str) -> dict[str, int]:
    return {"n": int(found[measure].notna().sum()), "lost": int(found["lost_frames"].sum())}


def _show_median(column: Column) -> Column:
    """Let readers see the median of the smoothness: its distribution has a long tail."""
    if not column.key.endswith("_median"):
        return column
    decimals = 0 if column.key.startswith(_PIXELS) else 1
    return Column(column.key, "Median", decimals)
