"""Table 2: agreement of EDV, ESV and EF with the references."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from echoweave.evaluation.names import display_name
from echoweave.evaluation.samples import Settings, select
from echoweave.evaluation.statistics import (
    agree,
    bias_of_draws,
    bootstrap,
    correlation_of_draws,
    mae_of_draws,
)
from echoweave.evaluation.table import Column, Table

# Measure -> heading, unit for readers, unit in the keys.
QUANTITIES = {
    "edv_ml": ("EDV", "ml", "ml"),
    "esv_ml": ("ESV", "ml", "ml"),
    "ef_percent": ("EF", "%", "percent"),
}
_STATISTICS = {
    "correlation": correlation_of_draws,
    "bias": bias_of_draws,
    "mae": mae_of_draws,
}
# What the predictions are compared with: name -> prefix of its columns.
REFERENCES = {"masks": "ref_", "cfg": "cfg_"}


def make_table2(
    volumes: pd.DataFrame,
    beats: pd.DataFrame,
    arms: Sequence[str],
    published: Sequence[dict[str, Any]],
    sources: Sequence[str],
    settings: Settings,
) -> Table:
    """Return correlation, bias and MAE of EDV, ESV and EF, as in the paper's Table 2.

    Args:
        volumes: Rows of volumes.tsv of all arms.
        beats: Rows of beats.tsv of all arms: ED and ES as found in the area curve.
        arms: The arms; one without rows is shown with n = 0.
        published: Rows of others, see :mod:`echoweave.evaluation.published`.
        sources: Where they come from.
        settings: The volume mode, and what the intervals need.
    """
    volumes = select(volumes, mode=settings.simpson_mode)
    beats = select(beats, mode=settings.simpson_mode)
    rows = [dict(row) for row in published]
    for arm in arms:
        ours = select(volumes, arm=arm)
        for reference, prefix in REFERENCES.items():
            row = _agreement_row(ours, prefix, settings)
            if reference == "masks" or row["n"]:
                keys = {"method": arm, "instants": "cfg", "reference": reference}
                rows.append(keys | row)
        known = ours[["patient", *(f"ref_{name}" for name in QUANTITIES)]]
        found = select(beats, arm=arm).merge(known, on="patient")
        keys = {"method": arm, "instants": "found", "reference": "masks"}
        rows.append(keys | _agreement_row(found, "ref_", settings))
    notes = (
        f"Modified Simpson, 20 discs, mode {settings.simpson_mode}; differences are predicted - "
        "reference; bias ± SD of the differences; EF in percentage points; n patients.",
        "Reference masks: the manual masks measured in the same way. Reference cfg: the values "
        "that the data set gives.",
        "Instants cfg: ED and ES of the data set. Instants found: largest and smallest predicted "
        "cavity area.",
        "Correlation needs three patients.",
        *_count_notes(volumes, arms),
        *sources,
    )
    caption = "Volumes and ejection fraction, as in the paper's Table 2."
    return Table(caption, _columns(), rows, notes)


def _agreement_row(rows: pd.DataFrame, prefix: str, settings: Settings) -> dict[str, Any]:
    row: dict[str, Any] = {}
    counts = []
    for measure, (symbol, _, unit) in QUANTITIES.items():
        pairs = rows[[measure, f"{prefix}{measure}"]].dropna().to_numpy(float)
        found = agree(pairs[:, 0], pairs[:, 1])
        counts.append(found.n)
        values = vars(found)
        for name, key in _keys(symbol, unit).items():
            row[key] = values[name]
        for name, statistic in _STATISTICS.items():
            low, high = bootstrap(pairs, statistic, settings.bootstrap_samples, settings.seed)
            key = _keys(symbol, unit)[name]
            row |= {f"{key}_low": low, f"{key}_high": high}
    return row | {"n": max(counts)}


def _keys(symbol: str, unit: str) -> dict[str, str]:
    """Return the statistics of :class:`Agreement` and their columns."""
    name = symbol.lower()
    measured = {key: f"{name}_{key}_{unit}" for key in ("bias", "sd", "mae", "lower", "upper")}
    return {"correlation": f"{name}_correlation", **measured}


def _columns() -> list[Column]:
    columns = [
        *(Column("method", "Method"), Column("instants", "Instants")),
        *(Column("reference", "Reference"), Column("n", "n")),
    ]
    for symbol, shown_unit, unit in QUANTITIES.values():
        keys = _keys(symbol, unit)
        columns += [
            Column(keys["correlation"], f"{symbol} corr.", 3),
            Column(keys["bias"], f"{symbol} bias ({shown_unit})", 1, spread=keys["sd"]),
            Column(keys["mae"], f"{symbol} MAE ({shown_unit})", 1),
        ]
        hidden = [keys["lower"], keys["upper"]]
        hidden += [f"{keys[name]}_{end}" for name in _STATISTICS for end in ("low", "high")]
        columns += [Column(key, tsv_only=True) for key in hidden]
    return columns


def _count_notes(volumes: pd.DataFrame, arms: Sequence[str]) -> list[str]:
    """Say for each arm how many patients were measured how, where it is not simply biplane."""
    notes = []
    for arm in arms:
        ours = select(volumes, arm=arm)
        methods = ours["method"].value_counts()
        unknown = int(ours["method"].isna().sum())
        flagged = int(ours["foreshortened"].astype(bool).sum())
        odd = [f"{methods[view]} by {view} alone" for view in ("2CH", "4CH") if view in methods]
        odd += [f"{unknown} not measurable"] if unknown else []
        odd += [f"{flagged} foreshortened (long axes differ by more than 10 %)"] if flagged else []
        if odd:
            notes.append(f"{display_name(arm)}, of {len(ours)} patients: {', '.join(odd)}.")
    return notes
