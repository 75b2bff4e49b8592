"""Boxplots in groups: one group a structure, one box a series."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Patch
from matplotlib.ticker import LogLocator

from echoweave.figures.style import colour, display_title

GROUP_WIDTH = 0.8
_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
# Above this number of values the single points hide the box.
MOST_POINTS = 60


def draw_boxes(
    axes: Axes, table: pd.DataFrame, value: str, groups: Sequence[str], series: Sequence[str]
) -> None:
    """Draw a box with quartiles, whiskers to 1.5 interquartile ranges, and the single values.

    Args:
        axes: Where to draw.
        table: Columns ``group``, ``series`` and ``value``; missing values are left out.
        value: Name of the column that is drawn.
        groups: The groups from left to right.
        series: The boxes of a group from left to right.
    """
    width = GROUP_WIDTH / len(series)
    ticks = []
    for place, group in enumerate(groups):
        counts = []
        for offset, box in enumerate(series):
            chosen = (table["group"] == group) & (table["series"] == box)
            values = table.loc[chosen, value].dropna().to_numpy(float)
            counts.append(len(values))
            if len(values):
                x = place + (offset - (len(series) - 1) / 2) * width
                _draw_box(axes, values, x, 0.85 * width, colour(box))
        name = display_title(group).replace(" ", "\n", 1)
        ticks.append(f"{name}\n{_describe_counts(counts)}")
    axes.set_xticks(range(len(groups)), ticks)
    axes.set_xlim(-0.5, len(groups) - 0.5)


def use_log_axis(axes: Axes) -> None:
    """Let the values run on a logarithmic axis, with numbers for readers."""
    axes.set_yscale("log")
    axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axes.yaxis.set_major_formatter(lambda value, _: describe_power(value))
    axes.yaxis.set_minor_formatter("")


def describe_power(value: float) -> str:
    """Return a positive value as "0.5", "200" or, where that would be long, "2·10⁷"."""
    if 1e-3 <= value < 1e4:
        return f"{value:g}"
    mantissa, _, exponent = f"{value:.0e}".partition("e")
    power = f"10{str(int(exponent)).translate(_SUPERSCRIPTS)}"
    return power if mantissa == "1" else f"{mantissa}·{power}"


def series_handles(series: Sequence[str]) -> list[Patch]:
    """Return the entries of a legend for the series."""
    return [
        Patch(facecolor=colour(name), edgecolor="black", linewidth=0.6, label=display_title(name))
        for name in series
    ]


def _draw_box(axes: Axes, values: np.ndarray, x: float, width: float, fill: str) -> None:
    axes.boxplot(
        [values],
        positions=[x],
        widths=width,
        patch_artist=True,
        manage_ticks=False,
        showfliers=len(values) > MOST_POINTS,
        boxprops={"facecolor": fill, "linewidth": 0.6},
        medianprops={"color": "black", "linewidth": 1.2},
        whiskerprops={"linewidth": 0.6},
        capprops={"linewidth": 0.6},
        flierprops={"marker": "o", "markersize": 1.5, "markerfacecolor": "black"},
    )
    if len(values) > MOST_POINTS:
        return
    # Spread evenly rather than at random, so that the figure is the same on every run.
    spread = np.linspace(-0.4, 0.4, len(values)) * width if len(values) > 1 else 0.0
    axes.plot(x + spread, values, "o", color="black", markersize=1.2, alpha=0.4, linewidth=0)


def _describe_counts(counts: Sequence[int]) -> str:
    low, high = min(counts), max(counts)
    return f"n = {high}" if low == high else f"n = {low}-{high}"
