"""Temporal smoothness of the predicted areas: the paper's Figure 3."""

from collections.abc import Sequence
from pathlib import Path

from echoweave.figures.boxes import draw_boxes, series_handles, use_log_axis
from echoweave.figures.style import drawing, say_nothing_to_show
from echoweave.figures.tables import in_order, read_tables, structures_in

MEASURES = {
    "smoothness_px4_per_frame3": "px⁴/frame³ at 512 x 512",
    "smoothness_normalised_per_s3": "normalised, 1/s³",
}


def draw_figure3(smoothness: Sequence[Path], svg: Path, png: Path) -> None:
    """Draw a box for each arm and structure on a log axis; lower is smoother.

    Args:
        smoothness: One table an arm: sequence, arm, structure, smoothness_px4_per_frame3 and
            smoothness_normalised_per_s3.
        svg: Where the figure goes.
        png: The same.
    """
    table = read_tables(smoothness)
    with drawing(2.9, [svg, png]) as figure:
        if table.empty or not table[list(MEASURES)].notna().any(axis=None):
            say_nothing_to_show(figure, "No predicted sequence")
            return
        table = table.rename(columns={"structure": "group", "arm": "series"})
        groups, names = structures_in(table["group"]), in_order(table["series"])
        for axes, (measure, label) in zip(
            figure.subplots(1, len(MEASURES)), MEASURES.items(), strict=True
        ):
            # A constant area has no curvature, and zero has no place on a log axis.
            shown = table[table[measure] > 0]
            draw_boxes(axes, shown, measure, groups, names)
            use_log_axis(axes)
            axes.set_ylabel(f"Smoothness ({label})")
        handles = series_handles(names)
        figure.legend(handles=handles, loc="outside upper center", ncols=len(handles))
