"""Agreement of the volumes and the ejection fraction of one arm with the references."""

from collections.abc import Collection, Hashable
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from echoweave.evaluation.statistics import agree, correlation
from echoweave.evaluation.volume_table import quantities
from echoweave.figures.style import colour, display_title, drawing, say_nothing_to_show
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
            _draw_scatter(axes[0, column], pair, arm, symbol, unit)
            _draw_differences(axes[1, column], pair, arm, symbol, unit)
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


def _draw_scatter(axes: Axes, pair: np.ndarray, arm: str, symbol: str, unit: str) -> None:
    axes.set_xlabel(f"Reference {symbol} ({unit})")
    axes.set_ylabel(f"Predicted {symbol} ({unit})")
    if not len(pair):
        _say_no_values(axes)
        return
    low, high = pair.min(), pair.max()
    margin = 0.05 * (high - low) or 1.0
    ends = (low - margin, high + margin)
    axes.plot(ends, ends, color="#777777", linewidth=0.8, linestyle="dashed")
    axes.plot(pair[:, 0], pair[:, 1], "o", color=colour(arm), markersize=3, alpha=0.8)
    axes.set(xlim=ends, ylim=ends, aspect="equal")
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_locator(MaxNLocator(4))
    axes.set_title(f"{_describe_correlation(pair)}n = {len(pair)}", loc="left")


def _describe_correlation(pair: np.ndarray) -> str:
    r = correlation(*pair.T)
    return f"r = {r:.3f}, " if np.isfinite(r) else ""


def _draw_differences(axes: Axes, pair: np.ndarray, arm: str, symbol: str, unit: str) -> None:
    axes.set_xlabel(f"Mean of both {symbol} ({unit})")
    axes.set_ylabel(f"Predicted \N{MINUS SIGN} reference ({unit})")
    if not len(pair):
        _say_no_values(axes)
        return
    difference = pair[:, 1] - pair[:, 0]
    axes.plot(pair.mean(axis=1), difference, "o", color=colour(arm), markersize=3, alpha=0.8)
    found = agree(pair[:, 1], pair[:, 0])
    axes.axhline(0, color="#BBBBBB", linewidth=0.6)
    axes.axhline(found.bias, color="black", linewidth=1.0)
    # A volume in px³ has many digits before the point.
    shown = "+z.0f" if unit == "px³" else "+z.1f"
    title = f"Bias {found.bias:{shown}} {unit}"
    if np.isfinite(found.lower):
        for limit in (found.lower, found.upper):
            axes.axhline(limit, color="black", linewidth=0.8, linestyle="dashed")
        title += f"\nlimits {found.lower:{shown}} to {found.upper:{shown}}"
    axes.set_title(title.replace("-", "\N{MINUS SIGN}"), loc="left")


def _say_no_values(axes: Axes) -> None:
    axes.text(0.5, 0.5, "no values", transform=axes.transAxes, ha="center", color="#555555")
