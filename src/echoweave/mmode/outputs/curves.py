"""curves.png: diameter and volume over time."""

from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from echoweave.figures.style import PAGE_WIDTH, our_style, save_figure, say_nothing_to_show
from echoweave.mmode.analysis import StripAnalysis
from echoweave.mmode.function.gaps import Curve
from echoweave.mmode.outputs.rows import strip_rows
from echoweave.outputs.quantities import unit_title

_DIASTOLE, _SYSTOLE, _LINE = "#D55E00", "#0072B2", "#333333"
_UNCOUNTED = "#EBEBEB"
# Of the range of a curve, above and below it.
_MARGIN = 0.06


def draw_curves(analysis: StripAnalysis, path: Path) -> None:
    """Draw both over time, in ms and mm, uL or mL where these are known; SVG or PNG by suffix.

    A long strip goes on in a row below, as in its own picture.
    """
    shown = [(f"LVID ({unit_title(analysis.length_unit)})", analysis.diameter)]
    if analysis.volume is not None:
        shown.append((f"Volume ({unit_title(analysis.species.volume_unit)})", analysis.volume))
    rows = strip_rows(analysis.strip.pixels.shape)
    count = len(shown) * len(rows)
    with our_style():
        figure = Figure(figsize=(PAGE_WIDTH, 1.5 * count + 0.3), layout="constrained")
        if np.isfinite(analysis.diameter).any():
            panels = iter(figure.subplots(count, 1, squeeze=False)[:, 0])
            for columns in rows:
                for label, values in shown:
                    panel = next(panels)
                    _draw_curve(panel, analysis, values, columns)
                    panel.set_ylabel(label)
                panel.set_xlabel(f"Time ({analysis.time_unit})")
        else:
            say_nothing_to_show(figure, "No left ventricle is found")
        save_figure(figure, path)


def _draw_curve(panel: Any, analysis: StripAnalysis, values: Curve, columns: slice) -> None:
    times = analysis.column_times
    # A line ends where time is missing.
    breaks = list(analysis.strip.breaks)
    panel.plot(
        np.insert(times, breaks, np.nan),
        np.insert(values, breaks, np.nan),
        color=_LINE,
        linewidth=0.9,
    )
    uncounted = np.zeros(len(times), bool)
    for beat, good in analysis.judged_beats:
        if not good:
            uncounted[beat.start : beat.end + 1] = True
    whole = panel.get_xaxis_transform()
    panel.fill_between(times, 0, 1, uncounted, color=_UNCOUNTED, linewidth=0, transform=whole)
    beats = analysis.function.rhythm.beats
    for at, colour in (
        ([beat.start for beat in beats], _DIASTOLE),
        ([beat.systole for beat in beats], _SYSTOLE),
    ):
        panel.plot(times[at], values[at], "o", color=colour, markersize=3)
    low, high = np.nanmin(values), np.nanmax(values)
    margin = _MARGIN * (high - low) or 1.0
    step = analysis.column_step
    panel.set(
        xlim=(times[columns.start], times[columns.stop - 1] + step),
        ylim=(low - margin, high + margin),
    )
