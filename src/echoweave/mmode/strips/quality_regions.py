"""The table of good and bad stretches of recordings."""

import itertools
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from echoweave.datasets.csv_tables import TableRow, number_in, read_table, said
from echoweave.errors import InputError, Problem

_COLUMNS = ("good_start_s", "good_end_s", "bad_start_s", "bad_end_s")
_SUFFIXES = (".dcm", ".png")
# Beyond the end of a strip: tables round.
_ROUNDING_S = 0.05

Stretches = tuple[tuple[float, float], ...]


class QualityRegions(NamedTuple):
    """Stretches of one recording, (start, end) in seconds, in order.

    Attributes:
        good: Where the walls can be told.
        bad: Where they cannot.
    """

    good: Stretches = ()
    bad: Stretches = ()


def read_quality_regions(
    path: Path, durations_s: Mapping[str, float | None]
) -> dict[str, QualityRegions]:
    """Read the columns recording, good_start_s, good_end_s, bad_start_s and bad_end_s.

    The header Recording, Good-Start, Good-End, Bad-Start, Bad-End means the same. Blanks stand
    between the numbers of a cell with several stretches, and an empty cell means none.

    Args:
        path: The table.
        durations_s: Every recording there is -> how long its strip is; None if unknown.

    Returns:
        The stretches of each recording that the table has.

    Raises:
        InputError: Everything that is wrong with the table and its rows.
    """
    rows = read_table(path, ("recording",), _COLUMNS)
    _check_columns(path, rows[0])
    problems: list[Problem] = []
    regions: dict[str, QualityRegions] = {}
    for row in rows:
        name = _recording(row)
        fault = None
        if name not in durations_s:
            fault = "recording", f"there is no recording {said(name)}"
        elif name in regions:
            fault = "recording", f"{name} stands there twice"
        if fault is None:
            found = _regions(row, durations_s[name])
            if isinstance(found, QualityRegions):
                regions[name] = found
                continue
            fault = f"{name}, {found[0]}", found[1]
        key = f"line {row.line}, {fault[0]}"
        problems.append(Problem(str(path), key, fault[1], "correct the row"))
    if problems:
        raise InputError(problems)
    return regions


def _check_columns(path: Path, row: TableRow) -> None:
    missing = [one for one in _COLUMNS if _key(row, one) not in row.cells]
    if missing:
        what = f"the header has no {', '.join(missing)}"
        raise InputError(Problem(str(path), "", what, f"name recording, {', '.join(_COLUMNS)}"))


def _recording(row: TableRow) -> str:
    name = row.cells["recording"]
    return next((name.removesuffix(one) for one in _SUFFIXES if name.endswith(one)), name)


def _regions(row: TableRow, duration_s: float | None) -> QualityRegions | tuple[str, str]:
    """Return the stretches of a row, or which of its columns is wrong, and why."""
    stretches: dict[str, Stretches] = {}
    for kind in ("good", "bad"):
        times: list[list[float]] = []
        for column in (f"{kind}_start_s", f"{kind}_end_s"):
            numbers = [number_in(word) for word in row.cells[_key(row, column)].split()]
            known = [one for one in numbers if one is not None and one >= 0]
            if len(known) < len(numbers):
                return column, f"{said(row.cells[_key(row, column)])} is no time in seconds"
            times.append(known)
        starts, ends = times
        if len(starts) != len(ends):
            return f"{kind}_end_s", f"{len(ends)} ends of {len(starts)} stretches"
        stretches[kind] = tuple(sorted(zip(starts, ends, strict=True)))
    fault = _fault(stretches, duration_s)
    return QualityRegions(**stretches) if fault is None else fault


def _fault(stretches: Mapping[str, Stretches], duration_s: float | None) -> tuple[str, str] | None:
    for kind, own in stretches.items():
        for start, end in own:
            if end <= start:
                return f"{kind}_end_s", f"a stretch ends at {end:g} s and begins at {start:g} s"
            if duration_s is not None and end > duration_s + _ROUNDING_S:
                what = f"a stretch ends at {end:g} s, and the strip at {duration_s:.2f} s"
                return f"{kind}_end_s", what
    for one, other in itertools.pairwise(sorted(itertools.chain(*stretches.values()))):
        if other[0] < one[1]:
            what = f"the stretches from {one[0]:g} s and from {other[0]:g} s overlap"
            return "good_start_s", what
    return None


def _key(row: TableRow, column: str) -> str:
    """Return what the table calls a column: the unit may be left out."""
    return column if column in row.cells else column.removesuffix("_s")
