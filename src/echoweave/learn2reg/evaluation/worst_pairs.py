"""The pairs of lowest Dice: fixed, moving and warped, with the outlines of their organs."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from echoweave.figures.overlay import show_frame
from echoweave.figures.style import display_title, drawing
from echoweave.learn2reg.evaluation.measured_pair import MeasuredPair
from echoweave.learn2reg.fields.native_warp import warp_moving
from echoweave.learn2reg.greys import LOWEST_HU, SOFT_TISSUE, window_limits
from echoweave.learn2reg.organs import ORGANS
from echoweave.learn2reg.scan import Scan, read_ct

_SHOWN = 3
_GREYS = ("gray", *window_limits(SOFT_TISSUE))
# No two neighbours in the list are alike.
_COLOURS = {label: colormaps["tab20"](label) for label in ORGANS}


class _Picture(NamedTuple):
    """A coronal plane [Z, X], superior on top: grey values and labels."""

    grey: NDArray[Any]
    labels: NDArray[np.uint8]


def draw_worst_pairs(
    measured: Sequence[MeasuredPair],
    labels: Mapping[str, Scan],
    images: Mapping[str, Path],
    svg: Path,
    png: Path,
) -> None:
    """Draw three columns a pair, in the coronal plane that shows most of the fixed organs.

    Args:
        measured: Pairs of one variant; the worst by mean Dice are shown.
        labels: Of their cases.
        images: The image of each case; a case without one has a black background.
        svg: Where the figure goes.
        png: The same.

    Raises:
        InputError: An image is damaged, or a field cannot be read any more.
    """
    # Pairs without a common organ, whose Dice is not known, come last.
    ranked = sorted(measured, key=lambda one: np.nan_to_num(one.row()["dice"], nan=np.inf))[:_SHOWN]
    with drawing(0.5 + 2.2 * len(ranked), [svg, png]) as figure:
        panels = figure.subplots(len(ranked), 3, squeeze=False)
        shown: set[int] = set()
        for row, one in zip(panels, ranked, strict=True):
            fixed, moving, warped = _pictures(one, labels, images)
            sz, _, sx = labels[one.task.pair.fixed].spacing
            covered = (fixed.labels > 0) | (moving.labels > 0) | (warped.labels > 0)
            for axes, picture in zip(row, (fixed, moving, warped), strict=True):
                show_frame(axes, picture.grey, (sz, sx), covered, _GREYS)
                axes.set_facecolor("black")
                _draw_organs(axes, picture.labels)
            _draw_organs(row[2], fixed.labels, "white")
            shown |= {*np.unique(fixed.labels), *np.unique(warped.labels)} - {0}
            _name_panels(row, one)
        figure.legend(handles=_handles(shown), loc="outside lower center", ncols=5)


def _pictures(
    one: MeasuredPair, labels: Mapping[str, Scan], images: Mapping[str, Path]
) -> tuple[_Picture, _Picture, _Picture]:
    fixed, moving = (labels[case] for case in one.task.pair)
    greys = [_load_grey(images.get(case), labels[case]) for case in one.task.pair]
    field, axes = one.task.field(fixed, moving), (fixed.axes, moving.axes)
    warped_grey = warp_moving(greys[1], field, axes, order=1, outside=LOWEST_HU)
    warped = warp_moving(moving.array, field, axes)
    plane = int((fixed.array > 0).sum(axis=(0, 2)).argmax())

    def cut(grey: NDArray[Any], organs: NDArray[np.uint8]) -> _Picture:
        # Superior on top.
        return _Picture(grey[::-1, plane], organs[::-1, plane])

    return cut(greys[0], fixed.array), cut(greys[1], moving.array), cut(warped_grey, warped)


def _load_grey(image: Path | None, labels: Scan) -> NDArray[np.int16]:
    if image is None:
        return np.full(labels.array.shape, LOWEST_HU, np.int16)
    return read_ct(image).array


def _draw_organs(axes: Axes, labels: NDArray[np.uint8], line_colour: str | None = None) -> None:
    """Draw outlines [Z, X], each organ in its colour if none is given."""
    for label in ORGANS:
        mask = labels == label
        if mask.any() and not mask.all():
            axes.contour(
                mask,
                [0.5],
                colors=[line_colour or _COLOURS[label]],
                linewidths=0.6 if line_colour else 1.0,
                linestyles="dashed" if line_colour else "solid",
            )


def _name_panels(row: Sequence[Axes], one: MeasuredPair) -> None:
    measures = one.row()
    row[0].set_title(f"Fixed {one.task.pair.fixed}", loc="left")
    row[1].set_title(f"Moving {one.task.pair.moving}", loc="left")
    row[2].set_title(
        f"Warped: Dice {_said(measures['dice'], '.3f')}\n"
        f"HD95 {_said(measures['hd95_voxels'], '.1f')} voxels, "
        f"folded {measures['folded_percent']:.2g} %",
        loc="left",
    )


def _said(value: float, decimals: str) -> str:
    return "unknown" if math.isnan(value) else format(value, decimals)


def _handles(labels: set[int]) -> list[Line2D]:
    handles = [
        Line2D([], [], color=_COLOURS[label], label=display_title(ORGANS[label]))
        for label in sorted(labels)
    ]
    fixed = Line2D([], [], color="#BBBBBB", linestyle="dashed", label="Fixed, on the warped")
    return [*handles, fixed]
