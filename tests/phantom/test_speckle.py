import numpy as np
import pytest

from echoweave.phantom.scanner import white_noise
from echoweave.phantom.speckle import Planes

FIRST = white_noise(np.random.default_rng(0), (20_000,))


def _likeness(a: np.ndarray, b: np.ndarray) -> float:
    return float(np.real(np.vdot(a, b)) / len(a))


def test_a_heart_that_stays_in_plane_keeps_its_speckle() -> None:
    planes = Planes(FIRST, 0.0, np.random.default_rng(1))
    np.testing.assert_array_equal(planes.at(0.0), FIRST)


@pytest.mark.parametrize(("depth", "likeness"), [(0.0, 1), (0.5, np.sqrt(0.5)), (1.0, 0), (1.5, 0)])
def test_one_thickness_away_the_speckle_is_another_of_the_same_power(
    depth: float, likeness: float
) -> None:
    found = Planes(FIRST, 1.5, np.random.default_rng(1)).at(depth)
    assert _likeness(FIRST, found) == pytest.approx(likeness, abs=0.03)
    assert _likeness(found, found) == pytest.approx(1, abs=0.03)
