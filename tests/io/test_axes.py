"""Into the orientation of the house, and back to how an image is stored."""

import numpy as np
import pytest

from echoweave.io.axes import straighten, turn_back

# Two rows and three columns.
STORED = np.array([[1, 2, 3], [0, 1, 0]], np.uint8)
AXES = [(1, 0), (-1, 0), (0, 1), (0, -1)]
PLANES = [(x, y) for x in AXES for y in AXES if x[0] * y[0] + x[1] * y[1] == 0]


def directions(x: tuple[int, int], y: tuple[int, int]) -> np.ndarray:
    """The axes of an image whose x and y run so (left, posterior)."""
    found = np.eye(3)
    found[:2, :2] = np.array([x, y]).T
    return found


@pytest.mark.parametrize(("x", "y"), PLANES)
def test_the_way_back_leads_to_what_was_stored(x: tuple[int, int], y: tuple[int, int]) -> None:
    read, _, _ = straighten(STORED, (0.2, 0.3), directions(x, y))
    assert turn_back(read, directions(x, y)).tolist() == STORED.tolist()


@pytest.mark.parametrize(
    ("x", "y", "stored"),
    [
        ((1, 0), (0, 1), [[1, 2, 3], [0, 1, 0]]),
        # Right and front for both: how NIfTI files of ultrasound say nothing.
        ((-1, 0), (0, -1), [[1, 2, 3], [0, 1, 0]]),
        ((-1, 0), (0, 1), [[3, 2, 1], [0, 1, 0]]),
        ((1, 0), (0, -1), [[0, 1, 0], [1, 2, 3]]),
        # x runs down and y across.
        ((0, 1), (1, 0), [[1, 0], [2, 1], [3, 0]]),
        ((0, 1), (-1, 0), [[3, 0], [2, 1], [1, 0]]),
    ],
)
def test_how_a_picture_is_stored(
    x: tuple[int, int], y: tuple[int, int], stored: list[list[int]]
) -> None:
    assert turn_back(STORED, directions(x, y)).tolist() == stored
