"""Agreement of the volumes and the ejection fraction of one arm with the references."""

from collections.abc import Collection, Hashable
from pathlib import Path

import numpy as np
import pandas as pd

from echoweave.evaluation.volume_table import quantities
from echoweave.figures.agreement_panels import draw_differences, draw_scatter
from echoweave.figures.style import display_title, drawing, say_nothing_to_show
from echoweave.io.tables import read_tsv
from echoweave.units import UNITS, Unit


def draw_bland_altman(volumes: Path, mode: str, svg: Path, png: Path) -> None:
    """Draw a scatter (top) and a Bland-Altman plot (bottom) for EDV, ESV and EF.

    Args:
        volumes: Table of one arm: patient, arm, mode, method, EDV, ESV and EF in the columns of
            :func:`echoweave.evaluation.volume_table.quantities`, and their references, ref_*.
        mode: Which rows: how the volumes were computed ("ase" or "camus").
        svg: Where the figure goes.
        png: The same.
    """
    table = read_tsv(volumes)
    table = table[table["mode"] == mode] if len(table) else table
    with drawing(4.6, [svg, png]) as figure:
        shown = quantities_in(list(table))
        pairs = {name: _pairs(table, name) for name in shown}
        if not any(len(pair) for pair in pairs.values()):
            say_nothing_to_show(figure, "No test patient with reference volumes")
            return
        arm = str(table["arm"].iloc[0])
        axes = figure.subplots(2, len(shown))
        for column, (name, (symbol, unit)) in enumerate(shown.items()):
            pair = pairs[name]
            draw_scatter(axes[0, column], pair, arm, symbol, unit)
            draw_differences(axes[1, column], pair, arm, symbol, unit)
        title = f"{display_title(arm)}, Simpson volumes ({mode}){_describe_views(table)}"
        figure.suptitle(title, fontsize=9)


def quantities_in(columns: Collection[Hashable]) -> dict[str, tuple[str, str]]:
    """Return measure -> symbol and unit of the volumes and EF among the columns of a table."""
    unit: Unit = "mm" if "edv_ml" in columns else "px"
    return {name: (symbol, unit) for name, (symbol, unit, _) in quantities(UNITS[unit]).items()}


def _describe_views(table: pd.DataFrame) -> str:
    """Say how many patients are not measured in both views: their points compare less."""
    one_view = int(table["method"].isin(["2CH", "4CH"]).sum())
    lost = int(table["method"].isna().sum())
    words = [f"{one_view} by one view"] if one_view else []
    words += [f"{lost} not measurable"] if lost else []
    return f"; of {len(table)} patients {', '.join(words)}" if words else ""


def _pairs(table: pd.DataFrame, name: str) -> np.ndarray:
    if table.empty:
        return np.empty((0, 2))
    return table[[f"ref_{name}", name]].dropna().to_numpy(float)
