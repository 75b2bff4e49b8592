import math

import numpy as np
import pytest

from echoweave.evaluation.chamber import Chamber, find_chamber
from echoweave.evaluation.volumes import ejection_fraction, measure_beat
from echoweave.units import UNITS
from tests.shapes import half_ellipse

MM = UNITS["mm"]


def chamber_of(radius, length, spacing=(0.308, 0.154), tilt=0.0) -> Chamber:
    chamber = find_chamber(half_ellipse(radius, length, spacing, tilt), spacing)
    assert chamber is not None
    return chamber


def cylinder(diameter, length) -> Chamber:
    """A chamber whose discs all have one diameter."""
    hinges = np.array([[length, 0.0], [length, diameter]])
    rows = length * (1 - (np.arange(20) + 0.5) / 20)
    chords = np.stack([np.stack([rows, np.full(20, x)], axis=1) for x in (0.0, diameter)], axis=1)
    return Chamber(hinges, np.array([0.0, diameter / 2]), chords)


@pytest.mark.parametrize("spacing", [(0.308, 0.154), (0.2, 0.2), (0.6, 0.6), (0.5, 1.0)])
@pytest.mark.parametrize("tilt", [-25, 0, 12])
@pytest.mark.parametrize(("four", "two", "length"), [(25, 22, 90), (18, 20, 70), (33, 33, 95)])
def test_half_ellipsoid_within_one_percent(spacing, tilt, four, two, length):
    ed = {
        "4CH": chamber_of(four, length, spacing, tilt),
        "2CH": chamber_of(two, length, spacing, -tilt / 2),
    }
    expected = 2 / 3 * math.pi * four * two * length / 1000

    found = measure_beat(ed, ed, "ase", MM)

    assert found.edv == pytest.approx(expected, rel=0.01)
    assert found.method == "biplane"
    assert not found.foreshortened


def test_cylinders_by_hand():
    # 40 mm x 30 mm elliptic discs over 80 mm; 30 mm x 20 mm over 60 mm at ES.
    ed = {"2CH": cylinder(40, 80), "4CH": cylinder(30, 80)}
    es = {"2CH": cylinder(30, 60), "4CH": cylinder(20, 60)}
    found = measure_beat(ed, es, "ase", MM)

    edv, esv = math.pi / 4 * 40 * 30 * 80 / 1000, math.pi / 4 * 30 * 20 * 60 / 1000
    assert found.edv == pytest.approx(edv)
    assert found.esv == pytest.approx(esv)
    assert found.ef_percent == pytest.approx(62.5)
    assert (found.length_ed, found.length_es) == (80, 60)


def test_one_disc_height_for_both_instants_overrates_esv():
    ed = {"2CH": cylinder(40, 80), "4CH": cylinder(30, 76)}
    es = {"2CH": cylinder(30, 60), "4CH": cylinder(20, 60)}
    found = measure_beat(ed, es, "camus", MM)

    assert found.edv == pytest.approx(measure_beat(ed, es, "ase", MM).edv)
    assert found.esv == pytest.approx(math.pi / 4 * 30 * 20 * 80 / 1000)
    assert found.ef_percent == pytest.approx(50.0)
    assert (found.length_ed, found.length_es) == (80, 60)


def test_single_plane_takes_round_discs():
    ed, es = {"4CH": cylinder(40, 80)}, {"4CH": cylinder(20, 80)}
    found = measure_beat(ed, es, "ase", MM)

    assert found.method == "4CH"
    assert found.edv == pytest.approx(math.pi / 4 * 40**2 * 80 / 1000)
    assert found.ef_percent == pytest.approx(75.0)


def test_pixels_give_cubic_pixels():
    views = {"4CH": cylinder(40, 80)}

    assert measure_beat(views, views, "ase", UNITS["px"]).edv == pytest.approx(math.pi * 20**2 * 80)


def test_a_view_that_fails_at_one_instant_is_left_out_at_both():
    ed = {"2CH": cylinder(30, 80), "4CH": cylinder(40, 80)}
    es = {"2CH": None, "4CH": cylinder(20, 80)}

    assert measure_beat(ed, es, "ase", MM) == measure_beat(
        {"4CH": ed["4CH"]}, {"4CH": es["4CH"]}, "ase", MM
    )


def test_nothing_to_measure():
    found = measure_beat({"4CH": None}, {}, "ase", MM)

    assert found.method == ""
    assert math.isnan(found.edv)
    assert math.isnan(found.ef_percent)
    assert math.isnan(found.gls_percent)


@pytest.mark.parametrize(("other", "flag"), [(73.0, False), (71.0, True)])
def test_foreshortening_is_more_than_ten_percent(other, flag):
    views = {"2CH": cylinder(30, 80), "4CH": cylinder(30, other)}
    assert measure_beat(views, views, "ase", MM).foreshortened is flag


def test_strain_is_the_change_of_the_contour():
    # A contour half as long in one view, unchanged in the other: -50 % and 0 %.
    ed = {"2CH": cylinder(40, 80), "4CH": cylinder(30, 80)}
    es = {"2CH": cylinder(20, 40), "4CH": cylinder(30, 80)}

    assert measure_beat(ed, es, "ase", MM).gls_percent == pytest.approx(-25.0)


@pytest.mark.parametrize(("edv", "esv", "ef"), [(100, 40, 60), (100, 120, -20), (0, 0, math.nan)])
def test_ejection_fraction(edv, esv, ef):
    assert ejection_fraction(edv, esv) == pytest.approx(ef, nan_ok=True)
