import math

import numpy as np
import pytest
from numpy.typing import NDArray

from echoweave.learn2reg.evaluation.organ_dice import mean_dice, organ_dice


def row(*values: int) -> NDArray[np.uint8]:
    """A volume of one row."""
    return np.array([[values]], np.uint8)


def shift(voxels: float, length: int) -> NDArray[np.float32]:
    """The field of the row that looks this many voxels ahead."""
    dvf = np.zeros((3, 1, 1, length), np.float32)
    dvf[2] = voxels
    return dvf


def test_organs_of_both_volumes_count() -> None:
    fixed, moving = row(6, 6, 6, 0, 8, 2), row(6, 6, 0, 0, 8, 3)
    assert organ_dice(fixed, moving, row(6, 6, 0, 0, 8, 3)) == {6: pytest.approx(4 / 5), 8: 1}
    # What the field has left nothing of counts with 0.
    assert organ_dice(fixed, moving, row(6, 6, 6, 0, 0, 0)) == {6: 1, 8: 0}


def test_the_nearest_voxel_is_taken_and_beyond_the_volume_there_is_none() -> None:
    """Two ahead, 0 6 6 6 1 0 becomes 6 6 1 0 0 0: of organ 6 one voxel of 3 and 2 fits."""
    fixed, moving = row(0, 6, 6, 6, 1, 0), row(0, 6, 6, 6, 1, 0)
    assert mean_dice(fixed, moving, shift(1.6, 6)) == pytest.approx((2 / 5 + 0) / 2)
    assert mean_dice(fixed, moving, shift(0.4, 6)) == 1


def test_without_a_shared_organ_there_is_no_dice() -> None:
    assert math.isnan(mean_dice(row(6, 0), row(0, 8), shift(0, 2)))
