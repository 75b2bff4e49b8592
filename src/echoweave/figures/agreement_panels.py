"""Panels that show how predicted values agree with references."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from echoweave.evaluation.statistics import agree, correlation
from echoweave.figures.style import colour


def draw_scatter(axes: Axes, pair: np.ndarray, arm: str, symbol: str, unit: str) -> None:
    """Draw predicted over reference values, with the line of identity and Pearson's r.

    Args:
        axes: Where to draw.
        pair: [N, 2], reference and prediction; there may be none.
        arm: Which colour.
        symbol: What the values are.
        unit: Theirs.
    """
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


def draw_differences(axes: Axes, pair: np.ndarray, arm: str, symbol: str, unit: str) -> None:
    """Draw differences over means, with bias and limits of agreement (Bland and Altman).

    Args:
        axes: Where to draw.
        pair: [N, 2], reference and prediction; there may be none.
        arm: Which colour.
        symbol: What the values are.
        unit: Theirs.
    """
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


def _describe_correlation(pair: np.ndarray) -> str:
    r = correlation(*pair.T)
    return f"r = {r:.3f}, " if np.isfinite(r) else ""


def _say_no_values(axes: Axes) -> None:
    axes.text(0.5, 0.5, "no values", transform=axes.transAxes, ha="center", color="#555555")
