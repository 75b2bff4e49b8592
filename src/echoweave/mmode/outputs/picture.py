"""poster.png: the strip with its borders, its beats, and how good it is."""

from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from echoweave.figures.style import PAGE_WIDTH, our_style, save_figure
from echoweave.mmode.analysis import StripAnalysis
from echoweave.mmode.outputs.rows import strip_rows

_UPPER, _LOWER, _BREAK = "#E69F00", "#56B4E9", "#CC79A7"
_GOOD, _BAD = "#009E73", "#D55E00"
# Of a panel: inches of height, and shares of it for the bar of quality above the strip.
_PANEL = 1.35
_BAR = 0.06


def draw_strip(analysis: StripAnalysis, path: Path) -> None:
    """Draw the strip in mm and ms, where these are known, and write it as PNG."""
    rows = strip_rows(analysis.strip.pixels.shape)
    with our_style():
        figure = Figure(figsize=(PAGE_WIDTH, _PANEL * len(rows) + 0.45), layout="constrained")
        panels = figure.subplots(len(rows), 1, squeeze=False)[:, 0]
        for panel, columns in zip(panels, rows, strict=True):
            _draw_row(panel, analysis, columns)
        panels[-1].set_xlabel(f"Time ({analysis.time_unit})")
        save_figure(figure, path)


def _draw_row(panel: Any, analysis: StripAnalysis, columns: slice) -> None:
    strip, borders = analysis.strip, analysis.borders
    times, depth, step = analysis.column_times, analysis.row_length, analysis.column_step
    left, right = times[columns.start], times[columns.stop - 1] + step
    panel.imshow(
        strip.pixels[:, columns],
        cmap="gray",
        vmin=0,
        vmax=255,
        aspect="auto",
        extent=(left, right, len(strip.pixels) * depth, 0.0),
    )
    middles = times + step / 2
    for curve, colour in ((borders.upper, _UPPER), (borders.lower, _LOWER)):
        panel.plot(middles[columns], curve[columns] * depth, color=colour, linewidth=0.9)
    for wanted, colour in ((True, _GOOD), (False, _BAD)):
        beats = [beat for beat, good in analysis.judged_beats if good is wanted]
        for at, symbol, curve in (
            ([beat.start for beat in beats], "v", borders.upper),
            ([beat.systole for beat in beats], "^", borders.lower),
        ):
            panel.plot(middles[at], curve[at] * depth, symbol, color=colour, markersize=3.5)
    for column in strip.breaks:
        panel.axvline(times[column], color=_BREAK, linewidth=1.0, linestyle="dashed")
    if analysis.confidence is not None:
        _draw_quality(panel, analysis, columns)
    panel.set_ylabel(f"Depth ({analysis.length_unit})")
    panel.grid(visible=False)
    panel.set_xlim(left, right)


def _draw_quality(panel: Any, analysis: StripAnalysis, columns: slice) -> None:
    """Draw a bar above the strip: green where windows are good, red where not, none unjudged."""
    assert analysis.confidence is not None
    # Colours change at the threshold, wherever it lies.
    shade = np.interp(analysis.confidence[columns], (0.0, analysis.threshold, 1.0), (0.0, 0.5, 1.0))
    bar = panel.inset_axes([0.0, 1.0, 1.0, _BAR])
    bar.imshow(np.ma.masked_invalid(shade[None]), cmap="RdYlGn", vmin=0, vmax=1, aspect="auto")
    bar.set_axis_off()
