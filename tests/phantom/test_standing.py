import numpy as np
import pytest

from echoweave.phantom.artefacts import PLAIN, Artefacts
from echoweave.phantom.sector import Sector
from echoweave.phantom.standing import draw_standing

# 100 mm wide at its lower arc: sin(30 degrees) * 100 mm on each side.
SECTOR = Sector.fit(100.0, np.deg2rad(30), (300, 240))
DEPTHS_MM, ANGLE = np.linspace(0, 100, 201), np.linspace(-1, 1, 61)


def drawn(**options: float) -> tuple[np.ndarray, np.ndarray]:
    without = {"rim": 0.0, "haze_db": -60.0, "dropout_db": 0.0}
    artefacts = Artefacts(**without | options)
    found = draw_standing(artefacts, SECTOR, DEPTHS_MM, ANGLE, np.random.default_rng(0))
    return found.gain_db, found.clutter_db


def test_nothing_stands_still_in_a_plain_picture() -> None:
    found = draw_standing(PLAIN, SECTOR, DEPTHS_MM, ANGLE, np.random.default_rng(0))
    assert not found.gain_db.any()
    assert (found.clutter_db <= -60).all()


def test_the_rim_is_a_tenth_of_the_width_along_both_sides() -> None:
    gain_db, noise_db = drawn(rim=0.1)
    # Row 100 is 50 mm deep, and the rim 10 mm wide: line x is 50 sin(30 (1 - |x|)) mm inside.
    inside_mm = 50 * np.sin(np.deg2rad(30) * (1 - np.abs(ANGLE)))
    np.testing.assert_array_equal(gain_db[100] < 0, inside_mm < 10)
    # Two fifths of it have nothing but noise.
    np.testing.assert_array_equal(gain_db[100] == -26, inside_mm <= 4)
    assert (noise_db[100, inside_mm <= 4] == -13).all()
    assert noise_db[100, 30] == -60
    # The lower arc has none.
    assert gain_db[200, 30] == 0


def test_haze_is_everywhere_and_never_above_its_level() -> None:
    gain_db, haze_db = drawn(haze_db=-10)
    assert not gain_db.any()
    assert haze_db.max() <= -10
    assert haze_db.max() == pytest.approx(-10, abs=1)
    assert haze_db.max() - np.median(haze_db) > 5


def test_dropout_is_in_front_of_the_lateral_wall() -> None:
    gain_db, _ = drawn(dropout_db=20)
    assert -20 <= gain_db.min() < -4
    row, line = np.unravel_index(gain_db.argmin(), gain_db.shape)
    assert ANGLE[line] > 0.25
    assert DEPTHS_MM[row] >= 50
    assert gain_db[:, ANGLE < -0.7].min() > -0.5
