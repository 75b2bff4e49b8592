"""Table 2 (agreement of EDV, ESV and EF with the references), and more of it by image quality."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from echoweave.evaluation.names import display_name
from echoweave.evaluation.samples import (
    AGREEMENT_INTERVALS,
    BY_QUALITY,
    TableSettings,
    select,
    split,
    summarise_agreement,
)
from echoweave.evaluation.table import Column, Table
from echoweave.evaluation.volumes import volume_names
from echoweave.units import UNITS, Units

_ENDS = ("low", "high")
_INTERVALS = [f"{name}_{end}" for name in AGREEMENT_INTERVALS for end in _ENDS]
# What the predictions are compared with: name -> prefix of its columns.
REFERENCES = {"masks": "ref_", "cfg": "cfg_"}


def quantities(units: Units) -> dict[str, tuple[str, str, str]]:
    """Return measure -> its symbol, its unit for readers and that in the keys."""
    volume = units.volume_title, units.volume
    edv, esv, ef = volume_names(units).values()
    return {edv: ("EDV", *volume), esv: ("ESV", *volume), ef: ("EF", "%", "percent")}


def _function(units: Units) -> dict[str, tuple[str, str]]:
    """Return measure -> name and unit of what the table by image quality holds."""
    return {
        **{measure: (symbol, unit) for measure, (symbol, unit, _) in quantities(units).items()},
        "gls_percent": ("GLS", "%"),
        f"length_ed_{units.length}": ("LV length at ED", units.length),
        f"length_es_{units.length}": ("LV length at ES", units.length),
    }


def _keys(symbol: str, unit: str) -> dict[str, str]:
    """Return what :func:`summarise_agreement` gives, and its columns."""
    name = symbol.lower()
    keys = {key: f"{name}_{key}_{unit}" for key in ("bias", "sd", "mae", "lower", "upper")}
    keys["correlation"] = f"{name}_correlation"
    ends = {f"{key}_{end}": f"{keys[key]}_{end}" for key in AGREEMENT_INTERVALS for end in _ENDS}
    return keys | ends


# What a published row of Table 2 can hold.
TABLE2_KEYS = frozenset(
    _keys(symbol, unit)[name]
    for units in UNITS.values()
    for symbol, _, unit in quantities(units).values()
    for name in ("correlation", "bias", "sd", "mae")
)


def make_table2(
    volumes: pd.DataFrame,
    beats: pd.DataFrame,
    arms: Sequence[str],
    published: Sequence[dict[str, Any]],
    sources: Sequence[str],
    settings: TableSettings,
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
        keys = {"method": arm, "instants": "found", "reference": "masks"}
        rows.append(keys | _agreement_row(select(beats, arm=arm), "ref_", settings))
    notes = (
        f"Modified Simpson, 20 discs, mode {settings.simpson_mode}; differences are predicted - "
        "reference; bias ± SD of the differences; EF in percentage points; n patients.",
        "Reference masks: the manual masks measured in the same way and in the same views. "
        "Reference cfg: the values that the data set gives, from both views.",
        "Instants cfg: ED and ES of the data set. Instants found: largest and smallest predicted "
        "cavity area.",
        "Correlation needs three patients.",
        *_count_notes(volumes, arms),
        *sources,
    )
    caption = "Volumes and ejection fraction, as in the paper's Table 2."
    return Table(caption, _columns(settings.units), rows, notes)


def make_function(volumes: pd.DataFrame, arms: Sequence[str], settings: TableSettings) -> Table:
    """Return the agreement of volumes, EF, GLS and LV length, over all and by image quality.

    Args:
        volumes: Rows of volumes.tsv of all arms.
        arms: The arms; one without rows is shown with n = 0.
        settings: The volume mode, and what the intervals need.
    """
    volumes = select(volumes, mode=settings.simpson_mode)
    rows = []
    for arm in arms:
        for keys, found in split(select(volumes, arm=arm), BY_QUALITY):
            for measure, (quantity, unit) in _function(settings.units).items():
                pairs = found[[measure, f"ref_{measure}"]].dropna().to_numpy(float)
                row = {"arm": arm, **keys, "quantity": quantity, "unit": unit}
                rows.append(row | summarise_agreement(pairs, settings))
    columns = [
        *(Column("arm", "Arm"), Column("grouping", "By"), Column("group", "Group")),
        *(Column("quantity", "Quantity"), Column("unit", "Unit"), Column("n", "n")),
        *(Column("correlation", "Corr.", 3), Column("bias", "Bias", 1, spread="sd")),
        *(Column("mae", "MAE", 1), Column("lower", "Lower limit", 1)),
        Column("upper", "Upper limit", 1),
        *(Column(name, tsv_only=True) for name in _INTERVALS),
    ]
    notes = (
        f"Modified Simpson, 20 discs, mode {settings.simpson_mode}, at the data set's ED and ES, "
        "against the manual masks measured in the same way; differences are predicted - "
        "reference; bias ± SD of the differences; limits of agreement: bias ± 1.96 SD; n patients.",
        "GLS: change of the endocardial contour's length from ED to ES. LV length: the longer one "
        "of the views' long axes. A patient has the worse image quality of the two views.",
        "Correlation needs three patients, SD and limits two.",
        *_count_notes(volumes, arms),
    )
    return Table("Volumes, EF, GLS and LV length by image quality.", columns, rows, notes)


def _agreement_row(rows: pd.DataFrame, prefix: str, settings: TableSettings) -> dict[str, Any]:
    row: dict[str, Any] = {}
    counts = []
    for measure, (symbol, _, unit) in quantities(settings.units).items():
        pairs = rows[[measure, f"{prefix}{measure}"]].dropna().to_numpy(float)
        found = summarise_agreement(pairs, settings)
        counts.append(found["n"])
        row |= {key: found[name] for name, key in _keys(symbol, unit).items()}
    return row | {"n": max(counts)}


def _columns(units: Units) -> list[Column]:
    columns = [
        *(Column("method", "Method"), Column("instants", "Instants")),
        *(Column("reference", "Reference"), Column("n", "n")),
    ]
    for symbol, shown_unit, unit in quantities(units).values():
        keys = _keys(symbol, unit)
        columns += [
            Column(keys["correlation"], f"{symbol} corr.", 3),
            Column(keys["bias"], f"{symbol} bias ({shown_unit})", 1, spread=keys["sd"]),
            Column(keys["mae"], f"{symbol} MAE ({shown_unit})", 1),
        ]
        columns += [Column(keys[name], tsv_only=True) for name in ("lower", "upper", *_INTERVALS)]
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
