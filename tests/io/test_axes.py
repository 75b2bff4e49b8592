"""Into the orientation of the house, and back to how an image is stored."""

from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import SimpleITK as sitk  # noqa: N813

from echoweave.io.axes import straighten, turn_back
from echoweave.io.images import read_image

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


CLIP = np.arange(2 * 3 * 4, dtype=np.uint8).reshape(2, 3, 4)
WAYS = list(product((1, -1), (1, -1), (False, True)))


def store(path: Path, across: int, down: int, swap: bool) -> Path:
    """Store the clip mirrored and transposed, with the directions that undo it."""
    image: Any = sitk.GetImageFromArray(np.ascontiguousarray(CLIP[:, ::down, ::across]))
    image.SetSpacing((0.3, 0.15, 1.5))
    image.SetDirection((across, 0, 0, 0, down, 0, 0, 0, 1))
    sitk.WriteImage(sitk.PermuteAxes(image, [1, 0, 2] if swap else [0, 1, 2]), str(path))
    return path


@pytest.mark.parametrize("suffix", [".mhd", ".mha", ".nii.gz"])
@pytest.mark.parametrize(("across", "down", "swap"), WAYS)
def test_one_picture(tmp_path: Path, suffix: str, across: int, down: int, swap: bool) -> None:
    """SimpleITK stores one picture in every way; it must be read in one."""
    image = read_image(store(tmp_path / f"clip{suffix}", across, down, swap))
    # Half a turn is what nibabel means by no turn at all.
    half = (across, down) == (-1, -1)
    assert image.axes == ("RA" if half else "LP")
    np.testing.assert_array_equal(image.array, CLIP[:, ::-1, ::-1] if half else CLIP)
    assert image.spacing_mm == pytest.approx((0.15, 0.3))
