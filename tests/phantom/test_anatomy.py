import numpy as np
import pytest

from echoweave.labels import ATRIUM, BACKGROUND, CAVITY, MYOCARDIUM
from echoweave.phantom.anatomy import Anatomy

# Cavity: centre at z = 10 + 0.5 * 80 = 50, semi-axes 40 along and 20 across. It ends as a point
# at the annulus (z = 90), so the atrium starts closed: half width^2 = 4 * 15^2 * v (1 - v).
ANATOMY = Anatomy(
    length_mm=90,
    apex_wall_mm=10,
    centre=0.5,
    cavity_mm=20,
    walls_mm=(8, 12),
    atrium_length_mm=40,
    atrium_mm=15,
    right_heart=False,
)


def test_half_widths_of_the_lumen() -> None:
    z = np.array([0.0, 10.0, 50.0, 74.0, 90.0, 110.0, 130.0, 140.0])
    widths = np.sqrt(ANATOMY.lumen_squared(z))
    # z = 74: 20 * sqrt(1 - (24 / 40)^2) = 20 * 0.8.
    assert widths == pytest.approx([0, 0, 20, 16, 0, 15, 0, 0])


def test_epicardium_is_thicker_on_the_lateral_side() -> None:
    septal, lateral = ANATOMY.epicardium(np.array([-1.0, 1.0]), np.array([50.0, 50.0]))
    assert (septal, lateral) == (28, 32)


@pytest.mark.parametrize(
    ("r", "z", "label"),
    [
        (0, 50, CAVITY),
        (-19.9, 50, CAVITY),
        (-20.1, 50, MYOCARDIUM),
        (-28.1, 50, BACKGROUND),
        (31.9, 50, MYOCARDIUM),
        (0, 5, MYOCARDIUM),
        (0, -0.1, BACKGROUND),
        (0, 110, ATRIUM),
        (15.1, 110, BACKGROUND),
        (0, 131, BACKGROUND),
    ],
)
def test_labels(r: float, z: float, label: int) -> None:
    assert ANATOMY.labels(np.array([r]), np.array([z]))[0] == label


def test_distances_are_exact_along_the_axes() -> None:
    r, z = np.array([23.0, 17.0]), np.array([50.0, 50.0])
    # First order: (23^2 - 20^2) / (2 * 23), (17^2 - 20^2) / (2 * 17).
    assert ANATOMY.lumen_distance(r, z) == pytest.approx([129 / 46, -111 / 34], rel=1e-3)
    assert ANATOMY.epicardium_distance(np.array([35.0]), np.array([50.0])) == pytest.approx([3])
    assert ANATOMY.epicardium_distance(np.array([0.0]), np.array([-4.0])) == pytest.approx([4])
