"""Ejection fraction beat by beat in full-cycle clips, against dense reference masks."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from echoweave.evaluation.samples import TableSettings, select, summarise_agreement
from echoweave.evaluation.table import Column, Table

_EF = ("ef_percent", "ref_ef_percent")
_SPREAD = ("ef_sd_percent", "ref_ef_sd_percent")
_BEATS = ("beats", "ref_beats")
# What summarise_agreement gives -> column.
_KEYS = {
    "bias": "difference_percent",
    "sd": "difference_sd_percent",
    "mae": "mae_percent",
    "correlation": "correlation",
    "lower": "lower_percent",
    "upper": "upper_percent",
    "bias_low": "difference_low_percent",
    "bias_high": "difference_high_percent",
    "mae_low": "mae_low_percent",
    "mae_high": "mae_high_percent",
}


def make_beats(cycles: pd.DataFrame, arms: Sequence[str], settings: TableSettings) -> Table:
    """Return EF (mean and SD over the beats, beats used): over all clips per arm, then a clip.

    Args:
        cycles: Rows of cycles.tsv of all arms.
        arms: The arms; one without rows is shown with n = 0.
        settings: The volume mode, and what the intervals need.
    """
    cycles = select(cycles, mode=settings.simpson_mode)
    rows = [_summary(select(cycles, arm=arm), arm, settings) for arm in arms]
    for _, clip in cycles.sort_values("sequence", kind="stable").iterrows():
        difference = clip["ef_percent"] - clip["ref_ef_percent"]
        row = {"clip": clip["sequence"], "n": int(pd.notna(clip["ef_percent"]))}
        row |= {key: clip[key] for key in ("arm", *_EF, *_SPREAD, *_BEATS)}
        rows.append(row | {"difference_percent": difference, "mae_percent": abs(difference)})
    notes = [
        f"Simpson's rule in one view, 20 round discs, mode {settings.simpson_mode}; a beat runs "
        "from a largest cavity area to the smallest one before the next; EF of a clip: mean over "
        "its beats; SD over its beats needs two.",
        "Reference: the masks of every frame, measured in the same way. No fold that segmented a "
        "clip was trained on its patient.",
        "All clips: beats in total, means over the n clips with a measured beat on both sides; "
        "difference is "
        "predicted - reference, bias ± SD over the clips.",
        "A clip without a measurable beat has 0 beats, no EF, and is left out of the means.",
    ]
    if cycles.empty:
        notes.append("There is no full-cycle clip (n = 0): they come from data.ted.root.")
    return Table("Beat-to-beat ejection fraction of full-cycle clips.", _columns(), rows, notes)


def _summary(ours: pd.DataFrame, arm: str, settings: TableSettings) -> dict[str, Any]:
    # Both means over the same clips, so that their difference is the mean difference.
    both = ours.dropna(subset=list(_EF))
    found = summarise_agreement(both[list(_EF)].to_numpy(float), settings)
    return {
        "arm": arm,
        "clip": "all",
        "n": len(both),
        **{key: int(ours[key].sum()) for key in _BEATS},
        **{key: both[key].mean() for key in (*_EF, *_SPREAD)},
        **{key: found[name] for name, key in _KEYS.items()},
    }


def _columns() -> list[Column]:
    shown = ("bias", "sd", "mae")
    return [
        *(Column("clip", "Clip"), Column("arm", "Arm"), Column("n", "n")),
        *(Column("beats", "Beats"), Column("ef_percent", "EF (%)", 1)),
        Column("ef_sd_percent", "SD over beats", 1),
        *(Column("ref_beats", "Ref. beats"), Column("ref_ef_percent", "Ref. EF (%)", 1)),
        Column("ref_ef_sd_percent", "Ref. SD", 1),
        Column("difference_percent", "Difference", 1, spread="difference_sd_percent"),
        Column("mae_percent", "Abs. difference", 1),
        *(Column(key, tsv_only=True) for name, key in _KEYS.items() if name not in shown),
    ]
