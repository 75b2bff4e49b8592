"""The traced frames of a video, from its rows of VolumeTracings.csv."""

from collections.abc import Sequence

import numpy as np

from echoweave.datasets.rows import Rows, number_of
from echoweave.datasets.tracing import Tracing
from echoweave.errors import InputError, Problem, printable

# Columns of the release, in its order.
TRACED_COLUMNS = ("FileName", "X1", "Y1", "X2", "Y2", "Frame")
_FEWEST_CHORDS = 2

# Both ends of a long axis or of a chord: X1, Y1, X2, Y2.
_Ends = tuple[float, ...]


def read_tracings(name: str, rows: Rows) -> list[Tracing]:
    """Return the tracing of each frame, in the order of the file.

    The first row of a frame is the long axis, the others are the chords.

    Args:
        name: Of the video, for what is wrong.
        rows: Its rows.

    Raises:
        InputError: A value is no number, a row stands twice, a frame has too few chords, or its
            outline is not sound.
    """
    problems: list[Problem] = []
    frames: dict[int, list[_Ends]] = {}
    for row in rows.values(name):
        numbers = {column: number_of(row[column]) for column in TRACED_COLUMNS[1:]}
        wrong = [column for column, value in numbers.items() if not _fits(column, value)]
        if wrong:
            what = f"{printable(row[wrong[0]][:20])!r} is not {_WANTED.get(wrong[0], 'a number')}"
            key = f"{name}, {wrong[0]}"
            problems.append(Problem(str(rows.table), key, what, "correct it"))
            continue
        *ends, frame = (value for value in numbers.values() if value is not None)
        frames.setdefault(int(frame), []).append(tuple(ends))
    for number, own in frames.items():
        what = _fault(own)
        if what:
            key, remedy = f"{name}, frame {number}", "correct the tracing, or leave the video out"
            problems.append(Problem(str(rows.table), key, what, remedy))
    if problems:
        raise InputError(problems)
    return [_tracing(number, own) for number, own in frames.items()]


def ed_and_es(tracings: Sequence[Tracing], shape: tuple[int, int]) -> tuple[Tracing, Tracing]:
    """Return the tracing with the largest mask, which is ED, and that with the smallest, ES.

    Of masks of one size the first is taken for ED and the last for ES, as the release lists them.

    Args:
        tracings: Two or more.
        shape: (Y, X) of the frames.
    """
    areas = [int(one.mask(shape).sum()) for one in tracings]
    last = len(areas) - 1
    return tracings[areas.index(max(areas))], tracings[last - areas[::-1].index(min(areas))]


_WANTED = {"Frame": "the number of a frame, which count from 0"}


def _fits(column: str, value: float | None) -> bool:
    if value is None or column != "Frame":
        return value is not None
    return value >= 0 and value == int(value)


def _fault(ends: Sequence[_Ends]) -> str:
    """Return what is wrong with the rows of a frame, "" where all is well."""
    again = len(ends) - len(set(ends))
    if again:
        return f"{again} of its {len(ends)} rows stand there twice"
    if len(ends) <= _FEWEST_CHORDS:
        return f"{len(ends)} rows, too few for a long axis and {_FEWEST_CHORDS} chords"
    return _tracing(0, ends).fault()


def _tracing(frame: int, ends: Sequence[_Ends]) -> Tracing:
    points = np.array(ends).reshape(-1, 2, 2)
    return Tracing(frame, points[0], points[1:])
