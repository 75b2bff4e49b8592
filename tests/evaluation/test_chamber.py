import numpy as np
import pytest
from scipy.special import ellipe

from echoweave.evaluation.chamber import DISCS, find_chamber
from tests.shapes import box, half_ellipse

SPACING = (0.308, 0.154)


def chamber_of(radius=25.0, length=85.0, tilt=0.0, spacing=SPACING):
    chamber = find_chamber(half_ellipse(radius, length, spacing, tilt), spacing)
    assert chamber is not None
    return chamber


@pytest.mark.parametrize("tilt", [-30, -10, 0, 15, 30])
def test_finds_axis_and_valve_plane(tilt):
    chamber = chamber_of(tilt=tilt)

    assert chamber.length == pytest.approx(85.0, rel=0.005)
    assert chamber.width == pytest.approx(50.0, rel=0.01)
    assert chamber.tilt_degrees == pytest.approx(tilt, abs=1.5)


def test_discs_follow_the_ellipse():
    chamber = chamber_of()
    heights = (np.arange(DISCS) + 0.5) / DISCS

    assert chamber.diameters == pytest.approx(50.0 * np.sqrt(1 - heights**2), abs=0.6)
    # Drawable: each chord lies level in an upright heart, left end first, from base to apex.
    assert np.all(chamber.chords[:, 0, 1] < chamber.chords[:, 1, 1])
    assert np.all(np.diff(chamber.chords[:, 0, 0]) < 0)


def test_contour_length_is_that_of_half_an_ellipse():
    # Half the perimeter of an ellipse with the half axes 85 and 25 mm.
    expected = 2 * 85.0 * ellipe(1 - (25 / 85) ** 2)

    assert chamber_of().contour_length == pytest.approx(expected, rel=0.01)
    assert len(chamber_of().contour) == 2 * DISCS + 3


def test_points_are_in_mm_of_the_whole_image():
    # The base of half_ellipse lies at 85 % of the 130 mm side, in its middle.
    chamber = chamber_of()

    assert chamber.base == pytest.approx([0.85 * 130, 65.0], abs=0.3)
    assert chamber.apex == pytest.approx([0.85 * 130 - 85.0, 65.0], abs=1.0)
    assert chamber.chords[:, 0, 1].min() == pytest.approx(65.0 - 25.0, abs=0.3)


def test_specks_do_not_count():
    mask = half_ellipse(25.0, 85.0, SPACING)
    clean = find_chamber(mask, SPACING)
    mask[:4, :4] = True
    speckled = find_chamber(mask, SPACING)

    assert clean is not None
    assert speckled is not None
    assert speckled.length == clean.length


def test_the_edge_of_the_image_is_an_edge_of_the_shape():
    mask = half_ellipse(25.0, 85.0, SPACING)
    rows, columns = (np.flatnonzero(mask.any(axis=axis)) for axis in (1, 0))
    cut = find_chamber(mask[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1], SPACING)
    whole = find_chamber(mask, SPACING)

    assert cut is not None
    assert whole is not None
    shift = np.multiply((rows[0], columns[0]), SPACING)
    assert cut.chords + shift == pytest.approx(whole.chords)
    assert cut.length == pytest.approx(whole.length)


@pytest.mark.parametrize("mask", [np.zeros((9, 9), bool), box((9, 9), 4, 4, 1, 1)])
def test_nothing_to_measure(mask):
    assert find_chamber(mask, (1.0, 1.0)) is None
