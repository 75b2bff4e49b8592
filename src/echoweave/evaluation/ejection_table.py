"""Ejection fraction from the masks of each arm against the one that the data set gives."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from echoweave.evaluation.samples import (
    TableSettings,
    interval_keys,
    select,
    summarise_agreement,
)
from echoweave.evaluation.statistics import bootstrap, determination, determination_of_draws
from echoweave.evaluation.table import Column, Table

EF_PAIR = ["ef_percent", "cfg_ef_percent"]
_COLUMNS = (
    *(Column("arm", "Arm"), Column("instants", "Instants"), Column("n", "n")),
    *(Column("beats", "Beats"), Column("beat_sd_percent", "SD over beats", 1)),
    Column("correlation", "r", 3, interval=interval_keys("correlation")),
    Column("mae", "MAE", 1, interval=interval_keys("mae")),
    Column("bias", "Bias", 1, spread="sd"),
    *(Column("lower", "Lower limit", 1), Column("upper", "Upper limit", 1)),
    Column("r2", "R²", 3, interval=interval_keys("r2")),
    *(Column(key, tsv_only=True) for key in interval_keys("bias")),
)


def make_ejection_fraction(
    volumes: pd.DataFrame, clips: pd.DataFrame, arms: Sequence[str], settings: TableSettings
) -> Table:
    """Return how the ejection fraction of each arm agrees with that of the data set.

    Args:
        volumes: Rows of volumes.tsv of all arms: at ED and ES of the data set.
        clips: Rows of clips.tsv of all arms: mean over the beats of each whole clip.
        arms: The arms; one without rows is shown with n = 0.
        settings: The volume mode, and what the intervals need.
    """
    volumes, clips = (select(rows, mode=settings.simpson_mode) for rows in (volumes, clips))
    rows = []
    for arm in arms:
        labelled, whole = select(volumes, arm=arm), select(clips, arm=arm)
        rows.append({"arm": arm, "instants": "labelled", **_row(labelled, settings)})
        beats = {
            "beats": int(whole["beats"].sum()),
            "beat_sd_percent": whole["ef_sd_percent"].mean(),
        }
        rows.append({"arm": arm, "instants": "beats", **_row(whole, settings), **beats})
    notes = [
        f"Modified Simpson, 20 discs, mode {settings.simpson_mode}; differences are predicted - "
        "given, in percentage points; n patients with both.",
        "Instants labelled: ED and ES of the data set. Instants beats: mean over the beats that "
        "are found in the whole clip, by one view; the mean of their SD needs clips of two beats.",
        "In brackets the 95 % interval over patients. Limits of agreement: bias ± 1.96 SD. R²: "
        "1 - sum of squared differences / sum of squares of the given values about their mean, "
        "below 0 where the mean would do better.",
        "r and R² need three patients, SD and limits two.",
    ]
    if clips.empty:
        notes.append("There is no whole clip of a test patient (n = 0).")
    return Table("Ejection fraction against that of the data set.", _COLUMNS, rows, notes)


def _row(rows: pd.DataFrame, settings: TableSettings) -> dict[str, Any]:
    pairs = rows[EF_PAIR].dropna().to_numpy(float)
    low, high = bootstrap(pairs, determination_of_draws, settings.bootstrap_samples, settings.seed)
    r2 = {"r2": determination(*pairs.T), "r2_low": low, "r2_high": high}
    return summarise_agreement(pairs, settings) | r2
