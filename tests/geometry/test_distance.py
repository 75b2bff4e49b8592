import math

import numpy as np
import pytest
from numpy.testing import assert_allclose

from echoweave.geometry.distance import label_distances, signed_distance

SPACING = (0.5, 0.25)


@pytest.fixture
def rectangle():
    mask = np.zeros((7, 7), bool)
    mask[2:5, 2:5] = True
    return mask


# Half of the smaller pixel side, 0.125 mm, is taken off every distance between centres.
@pytest.mark.parametrize(
    ("pixel", "expected_mm"),
    [
        ((3, 3), 2 * 0.25 - 0.125),  # the middle: two columns to the left or right
        ((2, 3), 0.5 - 0.125),  # one row up or two columns aside
        ((3, 2), 0.25 - 0.125),  # one column to the left
        ((1, 3), -(0.5 - 0.125)),
        ((0, 3), -(2 * 0.5 - 0.125)),
        ((3, 6), -(2 * 0.25 - 0.125)),
        ((1, 1), -(math.hypot(0.5, 0.25) - 0.125)),  # the diagonal to the corner pixel
    ],
)
def test_distance_to_a_rectangle_in_mm(rectangle, pixel, expected_mm):
    assert signed_distance(rectangle, SPACING)[pixel] == pytest.approx(expected_mm)


def test_distance_passes_through_zero_midway_between_two_pixels():
    half_plane = np.arange(6) < 3
    distance = signed_distance(np.tile(half_plane, (4, 1)), (1.0, 1.0))
    assert_allclose(distance[0], [2.5, 1.5, 0.5, -0.5, -1.5, -2.5])


def test_empty_mask_is_infinitely_far_and_full_mask_has_no_way_out():
    assert (signed_distance(np.zeros((3, 3), bool), SPACING) == -np.inf).all()
    assert (signed_distance(np.ones((3, 3), bool), SPACING) == np.inf).all()


def test_label_distances_are_the_signed_distances_of_each_label():
    labels = np.random.default_rng(0).integers(0, 4, (9, 11)).astype(np.uint8)
    expected = [signed_distance(labels == label, SPACING) for label in range(4)]
    assert_allclose(label_distances(labels, SPACING), expected)


def test_distance_is_float32(rectangle):
    assert signed_distance(rectangle, SPACING).dtype == np.float32
    assert label_distances(rectangle.astype(np.uint8), SPACING).dtype == np.float32
