"""Masks from traces: the upper and the lower border of the lumen as people drew them.

In pixels (0, 0) is the middle of the first one, as in all tracings here. Times are those since the
first column, depths those below the upper edge of the strip.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from echoweave.datasets.csv_tables import TableRow, number_in, read_table, said
from echoweave.datasets.tracing import Points
from echoweave.errors import InputError, Problem
from echoweave.mmode.strip import LUMEN, OUTSIDE, UNKNOWN

# From the septal to the posterior endocardium.
LINES = ("upper", "lower")
# Columns by which one line may begin or end before the other: nobody clicks to the pixel.
_LOOSE_END = 3


@dataclass(frozen=True)
class _Axis:
    """How a file gives one coordinate.

    Attributes:
        column: Of the table.
        unit: Size of a pixel as the table measures it.
        first: Where the middle of the first pixel is, in that measure.
        size: Pixels of the strip.
    """

    column: str
    unit: float
    first: float
    size: int

    def pixel(self, value: float) -> float:
        return (value - self.first) / self.unit

    @property
    def ends(self) -> tuple[float, float]:
        """Where the strip begins and ends, in the measure of the table."""
        start = self.first - self.unit / 2
        return start, start + self.size * self.unit


def mask_from_traces(
    path: Path,
    shape: tuple[int, int],
    mm_per_row: float | None = None,
    ms_per_column: float | None = None,
) -> NDArray[np.uint8]:
    """Return the mask of a strip from the traces of its two lines.

    The table has the columns ``line`` (upper or lower), ``x`` or ``t_ms``, ``y`` or ``depth_mm``,
    and, where several stretches were traced, ``part``. The points of a line stand in their order in
    time and are joined by straight lines. A pixel is lumen where its middle lies on the upper line
    or below it, and above the lower line: lines at y = 3 and 6 make the rows 3, 4 and 5. Of a
    stretch the columns count in which both lines are, and all others are unknown.

    Args:
        path: The CSV file.
        shape: (Y, X) of the strip.
        mm_per_row: For ``depth_mm``; None if unknown.
        ms_per_column: For ``t_ms``; None if unknown.

    Returns:
        uint8 [Y, X]; see :class:`~echoweave.mmode.strip.Strip`.

    Raises:
        InputError: Everything that is wrong: a column or a line is missing, a value is no number,
            a line has one point or goes back, leaves the strip, crosses the other, goes on for more
            than three columns without it, or two stretches share columns.
    """
    rows = read_table(path, ("line",), ("x", "t_ms", "y", "depth_mm", "part"))
    x_axis = _axis(path, rows[0], ("x", "t_ms"), shape[1], ms_per_column, 0.0)
    y_axis = _axis(path, rows[0], ("y", "depth_mm"), shape[0], mm_per_row, 0.5)
    problems: list[Problem] = []
    parts = _parts(path, rows, x_axis, y_axis, problems)
    mask = np.full(shape, UNKNOWN, np.uint8)
    for name, lines in parts.items():
        fault = _fault_of_lines(lines) or _fault_of_pair(lines)
        columns = np.arange(0) if fault else _shared_columns(lines)
        if not fault and (mask[:, columns] != UNKNOWN).any():
            fault = "x", "shares columns with another part"
        if fault:
            key = ", ".join(word for word in (f"part {name}" if name else "", fault[0]) if word)
            problems.append(Problem(str(path), key, fault[1], "correct the trace"))
            continue
        mask[:, columns] = _between(lines, columns, shape[0])
    if not problems and not (mask == LUMEN).any():
        problems.append(Problem(str(path), "", "marks nothing of the strip", "correct the traces"))
    if problems:
        raise InputError(problems)
    return mask


def _axis(
    path: Path,
    row: TableRow,
    columns: tuple[str, str],
    size: int,
    unit: float | None,
    first: float,
) -> _Axis:
    """Return the axis that a table has.

    Args:
        path: The table.
        row: One of its rows.
        columns: What it is called in pixels, and in units.
        size: Pixels of the strip.
        unit: Units a pixel; None if unknown.
        first: Where the middle of the first pixel is if units are given, in pixels.
    """
    present = [column for column in columns if column in row.cells]
    if len(present) != 1:
        has = " and ".join(present) or f"neither {' nor '.join(columns)}"
        remedy = f"give one column, {' or '.join(columns)}"
        raise InputError(Problem(str(path), "", f"the header has {has}", remedy))
    if present[0] == columns[0]:
        return _Axis(columns[0], 1.0, 0.0, size)
    if unit is None:
        what = "nothing tells the size of a pixel of the strip"
        raise InputError(
            Problem(str(path), present[0], what, f"give it, or {columns[0]} in pixels")
        )
    return _Axis(present[0], unit, first * unit, size)


def _parts(
    path: Path, rows: Sequence[TableRow], x_axis: _Axis, y_axis: _Axis, problems: list[Problem]
) -> dict[str, dict[str, Points]]:
    """Return part -> line -> points (x, y) in pixels, [n, 2]; rows that are wrong are problems."""
    points: defaultdict[str, dict[str, list[tuple[float, float]]]]
    points = defaultdict(lambda: {line: [] for line in LINES})
    before = len(problems)
    for row in rows:
        line = row.cells["line"].lower()
        if line not in LINES:
            what, remedy = f"{said(row.cells['line'])} is no line", f"write {' or '.join(LINES)}"
            problems.append(Problem(str(path), f"line {row.line}, line", what, remedy))
            continue
        x, y = (_pixel(path, row, axis, problems) for axis in (x_axis, y_axis))
        if x is not None and y is not None:
            points[row.cells.get("part", "")][line].append((x, y))
    # Of lines whose points are wrong nothing can be said.
    if len(problems) > before:
        return {}
    return {
        part: {line: np.array(found).reshape(-1, 2) for line, found in lines.items()}
        for part, lines in points.items()
    }


def _pixel(path: Path, row: TableRow, axis: _Axis, problems: list[Problem]) -> float | None:
    text, key = row.cells[axis.column], f"line {row.line}, {axis.column}"
    value = number_in(text)
    if value is None:
        problems.append(Problem(str(path), key, f"{said(text)} is no number", "correct it"))
        return None
    start, end = axis.ends
    if not start <= value <= end:
        what = f"{text} lies outside of the strip, which goes from {start:g} to {end:g}"
        problems.append(Problem(str(path), key, what, "correct it"))
        return None
    return axis.pixel(value)


def _fault_of_lines(lines: dict[str, Points]) -> tuple[str, str] | None:
    """Return which of the lines is wrong by itself, and why; None where both are sound."""
    for name, points in lines.items():
        if len(points) < 2:
            return name, f"{len(points)} points, and a line needs two"
        steps = np.diff(points[:, 0])
        if steps.min() <= 0:
            at = points[int(np.argmax(steps <= 0)), 0]
            return name, f"goes back or stands still after column {at:g}"
    return None


def _fault_of_pair(lines: dict[str, Points]) -> tuple[str, str] | None:
    """Return where two sound lines do not go together, and why; None where they do."""
    upper, lower = (lines[name] for name in LINES)
    for verb, end in (("begins", 0), ("ends", -1)):
        if abs(upper[end, 0] - lower[end, 0]) > _LOOSE_END:
            other = f"the lower line in column {lower[end, 0]:g}"
            return "upper", f"{verb} in column {upper[end, 0]:g}, {other}"
    first, last = max(upper[0, 0], lower[0, 0]), min(upper[-1, 0], lower[-1, 0])
    # Between two corners nothing bends, so that lines cross at one if anywhere.
    corners = np.union1d([first, last], np.concatenate([upper[:, 0], lower[:, 0]]))
    corners = corners[(corners >= first) & (corners <= last)]
    closed = _at(lower, corners) <= _at(upper, corners)
    if closed.any():
        return "upper", f"meets or crosses the lower line by column {corners[closed.argmax()]:g}"
    return None


def _shared_columns(lines: dict[str, Points]) -> NDArray[np.int64]:
    first = max(points[0, 0] for points in lines.values())
    last = min(points[-1, 0] for points in lines.values())
    return np.arange(max(np.ceil(first), 0), np.floor(last) + 1, dtype=np.int64)


def _between(
    lines: dict[str, Points], columns: NDArray[np.int64], height: int
) -> NDArray[np.uint8]:
    upper, lower = (_at(lines[name], columns) for name in LINES)
    row = np.arange(height)[:, None]
    return np.where((row >= upper) & (row < lower), np.uint8(LUMEN), np.uint8(OUTSIDE))


def _at(points: Points, x: NDArray[np.generic]) -> NDArray[np.float64]:
    return np.asarray(np.interp(np.asarray(x, float), points[:, 0], points[:, 1]))
