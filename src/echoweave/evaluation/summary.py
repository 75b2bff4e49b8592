"""The closing summary on the terminal: what came out, and where it lies."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from echoweave.evaluation.names import display_name
from echoweave.io.atomic import whole_file
from echoweave.io.tables import read_tsv

_STRUCTURES = ("cavity", "myocardium", "atrium")
_TABLE1 = ("cavity", "epi", "atrium")


def write_summary(tables: Path, links: Mapping[str, Path], output: Path) -> None:
    """Write :func:`summary` to ``output``.

    Args:
        tables: Folder of the tables.
        links: What else to look at: name -> path.
        output: The text file.
    """
    with whole_file(output) as temporary:
        temporary.write_text(summary(tables, links), encoding="utf-8")


def summary(tables: Path, links: Mapping[str, Path]) -> str:
    """Return the summary as plain text.

    Args:
        tables: Folder of the tables.
        links: What else to look at: name -> path.
    """
    blocks = [
        _pseudolabels(read_tsv(tables / "pseudolabels.tsv")),
        _table1(read_tsv(tables / "table1.tsv")),
        _table2(read_tsv(tables / "table2.tsv")),
        _align([[name, str(path)] for name, path in links.items()]),
    ]
    return "\n\n".join(blocks) + "\n"


def _pseudolabels(table: pd.DataFrame) -> str:
    title = "Pseudo-labels against dense reference masks (mean Dice between ED and ES)"
    if table.empty:
        return f"{title}\n  no sequence has a reference mask for every frame"
    rows = [["", *(display_name(name) for name in _STRUCTURES), "n"]]
    forward = table[(table["estimator"] == "still") & (table["direction"] == "forward")]
    rows += _dice_rows(forward, "plain copy of the ED mask")
    for estimator in table["estimator"].unique():
        chosen = table[table["estimator"] == estimator]
        fused = chosen[chosen["direction"] == "fused"]
        label = f"{display_name(estimator)}, {display_name('fused')}"
        # The nnU-Net has one direction, which is none.
        rows += _dice_rows(fused, label) or _dice_rows(chosen, f"{display_name(estimator)} nnU-Net")
    return f"{title}\n{_align(rows)}"


def _dice_rows(rows: pd.DataFrame, label: str) -> list[list[str]]:
    if rows.empty:
        return []
    dice = rows.set_index("structure")["dice_mean"]
    cells = [_number(dice.get(name), 3) for name in _STRUCTURES]
    return [[label, *cells, str(rows["n"].max())]]


def _table1(table: pd.DataFrame) -> str:
    rows = [["", "", *(f"{display_name(name)} Dice, HD mm" for name in _TABLE1), "n"]]
    for _, row in table.iterrows():
        cells = [
            f"{_number(row[f'{name}_dice_mean'], 3)}  {_number(row[f'{name}_hd_mm_mean'], 1)}"
            for name in _TABLE1
        ]
        rows.append([row["instant"], display_name(row["method"]), *cells, _number(row["n"], 0)])
    return f"Segmentation of the test sequences (Table 1)\n{_align(rows)}"


def _table2(table: pd.DataFrame) -> str:
    quantities = (("EDV", "edv", "ml"), ("ESV", "esv", "ml"), ("EF", "ef", "percent"))
    rows = [["", *(f"{symbol} corr, bias, MAE" for symbol, _, _ in quantities), "n"]]
    published, masks = table["reference"].isna(), table["reference"] == "masks"
    for _, row in table[published | (masks & (table["instants"] == "cfg"))].iterrows():
        cells = [
            f"{_number(row[f'{name}_correlation'], 3)}  {_number(row[f'{name}_bias_{unit}'], 1)}  "
            f"{_number(row[f'{name}_mae_{unit}'], 1)}"
            for _, name, unit in quantities
        ]
        rows.append([display_name(row["method"]), *cells, _number(row["n"], 0)])
    return f"Volumes in ml and ejection fraction in % (Table 2)\n{_align(rows)}"


def _number(value: float | None, decimals: int) -> str:
    return "-" if value is None or pd.isna(value) else f"{value:.{decimals}f}"


def _align(rows: Sequence[Sequence[str]]) -> str:
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    lines = (
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    )
    return "\n".join(f"  {line}" for line in lines)
