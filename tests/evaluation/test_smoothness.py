import math

import numpy as np
import pytest

from echoweave.evaluation.smoothness import (
    deviations,
    normalised_smoothness,
    smoothness,
)


def test_hand_computed():
    # Second differences of 0 1 4 9 16 are 2 2 2; squared 4 4 4; two trapezoids of 4.
    assert smoothness(np.array([0.0, 1, 4, 9, 16])) == 8.0


def test_jitter_is_rough_and_a_ramp_is_smooth():
    # 0 1 0 1 0: second differences -2 2 -2, squared 4 4 4.
    assert smoothness(np.array([0.0, 1, 0, 1, 0])) == 8.0
    assert smoothness(np.array([5.0, 4, 3, 2, 1])) == 0.0


@pytest.mark.parametrize("n", [0, 1, 3])
def test_too_few_frames(n):
    assert math.isnan(smoothness(np.ones(n)))


def test_normalised_by_hand():
    # Area over mean area (6): each second difference 1/3; two trapezoids of 1/9; times 10^3.
    areas = np.array([0.0, 1, 4, 9, 16])
    assert normalised_smoothness(areas, 10.0) == pytest.approx(2 / 9 * 1000)


def test_normalised_form_does_not_depend_on_size():
    areas = np.array([9.0, 8, 6, 5, 5])
    assert normalised_smoothness(7 * areas, 50) == pytest.approx(normalised_smoothness(areas, 50))


@pytest.mark.parametrize(("frame_rate", "tolerance"), [(50, 0.1), (1000, 0.005)])
def test_normalised_form_tends_to_the_integral(frame_rate, tolerance):
    areas = 10 + np.cos(np.pi * np.arange(frame_rate + 1) / frame_rate)
    # Integral of (pi^2 cos(pi t) / mean)^2 over one second; the mean is 10.
    found = normalised_smoothness(areas, frame_rate)
    assert found == pytest.approx(math.pi**4 / 2 / 100, rel=tolerance)


def test_an_area_of_zero_has_no_normalised_form():
    assert math.isnan(normalised_smoothness(np.zeros(6), 50.0))


def test_deviations_by_hand():
    # Scaled with 0 to 10: 0 .2 .9 .2; the middle ones against their neighbours' means.
    found = deviations(np.array([0.0, 2, 9, 2]), 0.0, 10.0)
    assert found == pytest.approx([0.2 - 0.45, 0.9 - 0.2])


def test_deviations_need_a_range():
    assert np.isnan(deviations(np.array([1.0, 2, 3]), 5.0, 5.0)).all()
    assert len(deviations(np.array([1.0]), 0.0, 1.0)) == 0
