import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.ndimage import rotate

from echoweave.learn2reg.cohorts.kits import split_kidneys

_SHAPE = (4, 40, 60)


def patient(
    *kidneys: tuple[int, int], centre: tuple[int, int] = (20, 30)
) -> tuple[NDArray[np.uint8], NDArray[np.int16]]:
    """Kidneys of 3 x 5 voxels at (y, x) in a body of 24 x 40 voxels around ``centre``."""
    y, x = np.indices(_SHAPE[1:])
    body = ((y - centre[0]) / 12) ** 2 + ((x - centre[1]) / 20) ** 2 < 1
    image = np.broadcast_to(np.where(body, 40, -1000), _SHAPE).astype(np.int16)
    labels = np.zeros(_SHAPE, np.uint8)
    for top, left in kidneys:
        labels[1:3, top : top + 3, left : left + 5] = 1
    return labels, image


def test_two_kidneys_have_their_sides_and_tumours_are_dropped() -> None:
    labels, image = patient((25, 15), (25, 40))
    labels[1, 26, 16] = 2
    sides = split_kidneys(labels, image)
    assert set(np.unique(sides[..., :30])) == {0, 2}
    assert set(np.unique(sides[..., 30:])) == {0, 3}
    np.testing.assert_array_equal(sides > 0, labels == 1)


@pytest.mark.parametrize(("left", "organ"), [(15, 2), (40, 3)])
def test_a_single_kidney_is_told_by_its_side_of_the_body(left: int, organ: int) -> None:
    labels, image = patient((25, left))
    assert set(np.unique(split_kidneys(labels, image))) == {0, organ}


def test_a_patient_who_lies_off_the_centre() -> None:
    # Both kidneys in the half of the picture where a left one would be.
    labels, image = patient((25, 33), (25, 43), centre=(20, 40))
    sides = split_kidneys(labels, image)
    assert sides[1, 26, 34] == 2
    assert sides[1, 26, 44] == 3


@pytest.mark.parametrize("degrees", [-40, 40])
def test_a_patient_who_lies_rotated(degrees: float) -> None:
    # Kidneys so far back that a rotation brings one across the middle of the picture.
    labels, image = patient((27, 22), (27, 33))
    expected = split_kidneys(labels, image)
    turned = [
        rotate(one, degrees, (1, 2), reshape=False, order=0, mode="nearest")
        for one in (labels, image, expected)
    ]
    np.testing.assert_array_equal(split_kidneys(turned[0], turned[1]), turned[2])


def test_kidneys_that_are_grown_together_are_divided_at_the_midline() -> None:
    labels, image = patient()
    labels[1:3, 26:28, 20:40] = 1
    sides = split_kidneys(labels, image)
    assert (sides[1, 26, 20:30] == 2).all()
    assert (sides[1, 26, 31:40] == 3).all()


def test_a_volume_without_a_kidney() -> None:
    assert not split_kidneys(*patient()).any()
