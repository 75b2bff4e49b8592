"""SimpleITK stores one picture in every way; it must be read in one."""

from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import SimpleITK as sitk  # noqa: N813

from echoweave.io.images import read_image

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
    image = read_image(store(tmp_path / f"clip{suffix}", across, down, swap))
    # Half a turn is what nibabel means by no turn at all.
    half = (across, down) == (-1, -1)
    assert image.axes == ("RA" if half else "LP")
    np.testing.assert_array_equal(image.array, CLIP[:, ::-1, ::-1] if half else CLIP)
    assert image.spacing_mm == pytest.approx((0.15, 0.3))
