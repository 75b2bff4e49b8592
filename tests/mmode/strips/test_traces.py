"""Masks from traces, by hand."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from echoweave.errors import InputError
from echoweave.mmode.strip import UNKNOWN
from echoweave.mmode.strips.traces import mask_from_traces

SHAPE = (8, 6)


def mask_of(
    folder: Path, text: str, mm: float | None = None, ms: float | None = None
) -> NDArray[np.uint8]:
    (folder / "a.csv").write_text(text)
    return mask_from_traces(folder / "a.csv", SHAPE, mm, ms)


def said(folder: Path, text: str) -> list[str]:
    with pytest.raises(InputError) as caught:
        mask_of(folder, text)
    assert {problem.file for problem in caught.value.problems} == {str(folder / "a.csv")}
    return [f"{one.key}: {one.what}".lstrip(": ") for one in caught.value.problems]


def test_a_pixel_is_lumen_where_its_middle_lies_between_the_lines(tmp_path: Path) -> None:
    text = "line,x,y\nupper,0,2\nupper,5,4.5\nlower,0,5\nlower,5,7.5\n"
    # The lines go down by half a row a column: 2, 2.5, 3, 3.5, 4, 4.5, and three rows below. On
    # the upper line counts, on the lower one does not.
    rows = [np.flatnonzero(column).tolist() for column in mask_of(tmp_path, text).T]
    assert rows == [[2, 3, 4], [3, 4, 5], [3, 4, 5], [4, 5, 6], [4, 5, 6], [5, 6, 7]]


def test_columns_outside_of_the_lines_are_unknown(tmp_path: Path) -> None:
    text = "line,x,y\nupper,1,3\nupper,4,3\nlower,0.5,6\nlower,3.5,6\n"
    mask = mask_of(tmp_path, text)
    # Both lines are in columns 1 to 3.
    known = [0, 0, 0, 1, 1, 1, 0, 0]
    unknown = [UNKNOWN] * 8
    assert mask.T.tolist() == [unknown, known, known, known, unknown, unknown]


def test_several_stretches_between_which_nothing_is_joined(tmp_path: Path) -> None:
    text = (
        "part;line;x;y\n1;upper;0;1\n1;upper;1;1\n1;lower;0;2\n1;lower;1;2\n"
        "b;lower;4;6\nb;lower;5;6\nb;upper;4;5\nb;upper;5;5\n"
    )
    mask = mask_of(tmp_path, text)
    assert [column.tolist().index(1) for column in mask[:, [0, 1, 4, 5]].T] == [1, 1, 5, 5]
    assert (mask[:, 2:4] == UNKNOWN).all()


def test_times_and_depths_by_the_scale_of_the_strip(tmp_path: Path) -> None:
    pixels = "line,x,y\nupper,0,2\nupper,5,3\nlower,0,5\nlower,5,6\n"
    # 2 ms a column and .1 mm a row, of which the first is .05 mm deep in its middle; decimal commas
    # as German tables have them.
    scaled = "line;t_ms;depth_mm\nUpper;0;0,25\nUpper;10;0,35\nLower;0;0,55\nLower;10;0,65\n"
    np.testing.assert_array_equal(
        mask_of(tmp_path, scaled, mm=0.1, ms=2.0), mask_of(tmp_path, pixels)
    )


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("x,y\n1,2\n", "the header has no line"),
        ("line,x\nupper,1\n", "the header has neither y nor depth_mm"),
        ("line,x,t_ms,y\nupper,1,1,1\n", "the header has x and t_ms"),
        ("line,t_ms,y\nupper,1,1\n", "t_ms: nothing tells the size of a pixel of the strip"),
        (
            "line,x,y\nupper,0,nan\nmiddle,1,1\nlower,6,1\nlower,1,-1\nlower,,1\n",
            "line 2, y: 'nan' is no number\n"
            "line 3, line: 'middle' is no line\n"
            "line 4, x: 6 lies outside of the strip, which goes from -0.5 to 5.5\n"
            "line 5, y: -1 lies outside of the strip, which goes from -0.5 to 7.5\n"
            "line 6, x: an empty cell is no number",
        ),
        (
            "line,x,y\nupper,0,1\nupper,5,1\nlower,0,4\n",
            "lower: 1 points, and a line needs two",
        ),
        (
            "line,x,y\nupper,0,1\nupper,3,1\nupper,2,1\nupper,5,1\nlower,0,4\nlower,5,4\n",
            "upper: goes back or stands still after column 3",
        ),
        # They meet halfway between columns 2 and 3.
        (
            "line,x,y\nupper,0,1\nupper,2.5,4\nupper,5,1\nlower,0,4\nlower,5,4\n",
            "upper: meets or crosses the lower line by column 2.5",
        ),
        (
            "line,x,y\nupper,0,1\nupper,5,1\nlower,0,4\nlower,1.9,4\n",
            "upper: ends in column 5, the lower line in column 1.9",
        ),
        (
            "line,x,y,part\nupper,0,1,a\nupper,3,1,a\nlower,0,4,a\nlower,3,4,a\n"
            "upper,3,1,b\nupper,5,1,b\nlower,3,4,b\nlower,5,4,b\nupper,1,1,c\n",
            "part b, x: shares columns with another part\n"
            "part c, upper: 1 points, and a line needs two",
        ),
        (
            "line,x,y\nupper,0,1.2\nupper,5,1.2\nlower,0,1.8\nlower,5,1.8\n",
            "marks nothing of the strip",
        ),
    ],
)
def test_bad_traces(tmp_path: Path, text: str, lines: str) -> None:
    assert said(tmp_path, text) == lines.splitlines()
