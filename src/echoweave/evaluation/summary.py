"""The closing summary on the terminal: what came out, and where it lies."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from echoweave.evaluation.accuracy_tables import TABLE1_STRUCTURES
from echoweave.evaluation.names import display_name
from echoweave.evaluation.roles import HOLDOUT
from echoweave.evaluation.volume_table import quantities
from echoweave.io.atomic import whole_file
from echoweave.io.tables import read_tsv
from echoweave.labels import parts_of, structures_of
from echoweave.units import UNITS, Unit, Units


def write_summary(
    tables: Path,
    links: Mapping[str, Path],
    label_values: Sequence[int],
    unit: Unit,
    output: Path,
) -> None:
    """Write :func:`summary` to ``output``.

    Args:
        tables: Folder of the tables.
        links: What else to look at: name -> path.
        label_values: What the masks of the data set tell apart, background included.
        unit: That of the spacing of every sequence.
        output: The text file.
    """
    with whole_file(output) as temporary:
        temporary.write_text(summary(tables, links, label_values, unit), encoding="utf-8")


def summary(
    tables: Path, links: Mapping[str, Path], label_values: Sequence[int], unit: Unit
) -> str:
    """Return the summary as plain text.

    Args:
        tables: Folder of the tables.
        links: What else to look at: name -> path.
        label_values: What the masks of the data set tell apart, background included.
        unit: That of the spacing of every sequence.
    """
    known = structures_of(label_values)
    blocks = [
        _pseudolabels(read_tsv(tables / "pseudolabels.tsv"), parts_of(label_values)),
        _table1(
            read_tsv(tables / "table1.tsv"),
            [one for one in TABLE1_STRUCTURES if one in known],
            unit,
        ),
        _table2(read_tsv(tables / "table2.tsv"), UNITS[unit]),
        _align([[name, str(path)] for name, path in links.items()]),
    ]
    return "\n\n".join(blocks) + "\n"


def _pseudolabels(table: pd.DataFrame, structures: Sequence[str]) -> str:
    """Return the hold-out first: what the networks have seen is no measure of them."""
    title = (
        "Pseudo-labels against dense reference masks (mean Dice between ED and ES, 95 % interval)"
    )
    heads = {
        "hold-out": "Hold-out: patients that no registration network has seen",
        "validation": "Validation: patients that chose a checkpoint, so no measure of it",
        "training": "Training: patients that a network learned from, so no measure of it",
    }
    blocks = [title]
    for role, head in heads.items():
        rows = _role_rows(table[table["role"] == role], structures)
        if rows:
            blocks += [f"  {head}", _align([["", *map(display_name, structures), "n"], *rows])]
        elif role == HOLDOUT:
            blocks += [f"  {head}", "  no sequence has a reference mask for every frame"]
    return "\n".join(blocks)


def _role_rows(table: pd.DataFrame, structures: Sequence[str]) -> list[list[str]]:
    forward = table[(table["estimator"] == "still") & (table["direction"] == "forward")]
    rows = _dice_rows(forward, "plain copy of the ED mask", structures)
    for estimator in table["estimator"].unique():
        chosen = table[table["estimator"] == estimator]
        fused = chosen[chosen["direction"] == "fused"]
        label = f"{display_name(estimator)}, {display_name('fused')}"
        # The nnU-Net has one direction, which is none.
        network = f"{display_name(estimator)} nnU-Net"
        rows += _dice_rows(fused, label, structures) or _dice_rows(chosen, network, structures)
    return rows


def _dice_rows(rows: pd.DataFrame, label: str, structures: Sequence[str]) -> list[list[str]]:
    if rows.empty:
        return []
    dice = rows.set_index("structure")[["dice_mean", "dice_low", "dice_high"]]
    cells = [_interval(*dice.loc[name]) if name in dice.index else "-" for name in structures]
    n, patients = rows[["n", "patients"]].max()
    return [[label, *cells, f"{n} ({patients} patient{'s' * (patients != 1)})"]]


def _interval(mean: float, low: float, high: float) -> str:
    text = _number(mean, 3)
    return text if pd.isna(low) else f"{text} ({_number(low, 3)} to {_number(high, 3)})"


def _table1(table: pd.DataFrame, structures: Sequence[str], unit: Unit) -> str:
    heads = [f"{display_name(name)} Dice, HD {unit}" for name in structures]
    rows = [["", "", *heads, "n", "missed"]]
    for _, row in table.iterrows():
        cells = [
            f"{_number(row[f'{name}_dice_mean'], 3)}  {_number(row[f'{name}_hd_{unit}_mean'], 1)}"
            for name in structures
        ]
        counts = [_number(row[name], 0) for name in ("n", "missed")]
        rows.append([row["instant"], display_name(row["method"]), *cells, *counts])
    return f"Segmentation of the test sequences (Table 1)\n{_align(rows)}"


def _table2(table: pd.DataFrame, units: Units) -> str:
    shown = [(symbol, symbol.lower(), unit) for symbol, _, unit in quantities(units).values()]
    rows = [["", *(f"{symbol} corr, bias, MAE" for symbol, _, _ in shown), "n"]]
    published, masks = table["reference"].isna(), table["reference"] == "masks"
    for _, row in table[published | (masks & (table["instants"] == "cfg"))].iterrows():
        cells = [
            f"{_number(row[f'{name}_correlation'], 3)}  {_number(row[f'{name}_bias_{unit}'], 1)}  "
            f"{_number(row[f'{name}_mae_{unit}'], 1)}"
            for _, name, unit in shown
        ]
        rows.append([display_name(row["method"]), *cells, _number(row["n"], 0)])
    volume = units.volume_title
    return f"Volumes in {volume} and ejection fraction in % (Table 2)\n{_align(rows)}"


def _number(value: float | None, decimals: int) -> str:
    return "-" if value is None or pd.isna(value) else f"{value:z.{decimals}f}"


def _align(rows: Sequence[Sequence[str]]) -> str:
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    lines = (
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    )
    return "\n".join(f"  {line}" for line in lines)
