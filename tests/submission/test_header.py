"""The way back from the orientation of the house to that of the source image."""

import numpy as np
import pytest

from echoweave.submission.header import Header, as_stored

# Two rows and three columns, as read: x to the left, y to the back.
LABELS = np.array([[1, 2, 3], [0, 1, 0]], np.uint8)


def header(*columns: tuple[int, int]) -> Header:
    """A header whose x and y run in these directions (left, posterior)."""
    direction = np.eye(3)
    direction[:2, :2] = np.array(columns).T
    return Header((3, 2, 1), (0.3, 0.2, 1.54), (0, 0, 0), tuple(direction.ravel()))


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
        ((0, -1), (1, 0), [[0, 1], [1, 2], [0, 3]]),
        ((0, 1), (-1, 0), [[3, 0], [2, 1], [1, 0]]),
    ],
)
def test_labels_lie_as_the_source_is_stored(
    x: tuple[int, int], y: tuple[int, int], stored: list[list[int]]
) -> None:
    assert as_stored(LABELS, header(x, y)).tolist() == stored
