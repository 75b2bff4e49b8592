import numpy as np
import pytest

from echoweave.labels import CAVITY
from echoweave.phantom.anatomy import Anatomy
from echoweave.phantom.muscle import add_muscle

ANATOMY = Anatomy(
    length_mm=90,
    apex_wall_mm=10,
    centre=0.5,
    cavity_mm=20,
    walls_mm=(8, 12),
    atrium_length_mm=40,
    atrium_mm=15,
    right_heart=True,
)
R, Z = np.meshgrid(np.arange(-40.0, 41.0), np.arange(0.0, 130.0))
BLOOD = np.full(R.shape, -36.0)


@pytest.fixture(scope="module")
def level() -> np.ndarray:
    return add_muscle(BLOOD, ANATOMY, R, Z, np.random.default_rng(0))


def test_muscle_in_the_cavity_is_cavity_in_the_mask(level: np.ndarray) -> None:
    cavity = ANATOMY.labels(R, Z) == CAVITY
    added = cavity & (level > -36)
    # Ridges along the wall, and one papillary muscle on the lateral side.
    assert 0.05 < added.sum() / cavity.sum() < 0.4
    assert level[added].max() == -3
    assert (R[level == -3] > 0).all()


def test_the_atrium_and_the_middle_of_the_cavity_stay_blood(level: np.ndarray) -> None:
    assert (level[(Z > 92) & (np.abs(R) < 3)] == -36).all()
    assert (level[(Z > 20) & (Z < 90) & (np.abs(R) < 3)] == -36).all()


def test_the_wall_echoes_unevenly() -> None:
    wall = (np.abs(R) > 21) & (Z < 90)
    changes = [
        add_muscle(BLOOD, ANATOMY, R, Z, np.random.default_rng(seed))[wall] + 36
        for seed in range(20)
    ]
    assert np.sqrt(np.mean(np.square(changes))) == pytest.approx(4.5, rel=0.2)
