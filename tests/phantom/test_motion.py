from dataclasses import replace

import numpy as np
import pytest

from echoweave.labels import CAVITY, MYOCARDIUM
from echoweave.phantom.anatomy import Anatomy
from echoweave.phantom.motion import Motion, cavity_volume_ml

ANATOMY = Anatomy(
    length_mm=90,
    apex_wall_mm=8,
    centre=0.6,
    cavity_mm=22,
    walls_mm=(9, 10),
    atrium_length_mm=45,
    atrium_mm=20,
    right_heart=True,
)
MOTION = Motion(ANATOMY, squeeze=0.3, stretch=0.15, descent_mm=12)
GRID = np.meshgrid(np.linspace(-80, 80, 161), np.linspace(-10, 150, 161))


def test_nothing_moves_at_ed() -> None:
    r, z = MOTION.forward(*GRID, 0.0)
    np.testing.assert_allclose(r, GRID[0], atol=1e-12)
    np.testing.assert_array_equal(z, GRID[1])


@pytest.mark.parametrize("contraction", [0.3, 1.0])
def test_backward_undoes_forward(contraction: float) -> None:
    r, z = MOTION.backward(*MOTION.forward(*GRID, contraction), contraction)
    np.testing.assert_allclose(r, GRID[0], atol=1e-6)
    np.testing.assert_allclose(z, GRID[1], atol=1e-6)


def test_annulus_descends_and_the_apex_stays() -> None:
    on_axis = np.zeros(3)
    _, z = MOTION.forward(on_axis, np.array([0.0, 90.0, 90.0 + 1.4 * 45]), 1.0)
    assert z == pytest.approx([0, 90 - 12, 90 + 1.4 * 45])


def test_tissue_far_from_the_heart_stays() -> None:
    r, z = MOTION.forward(np.array([115.0]), np.array([90.0]), 1.0)
    assert z[0] == 90
    assert abs(r[0] - 115) < 1


def test_wall_keeps_its_cross_section_while_it_thickens() -> None:
    # At z = 40 the squeeze is the full 30%: the half width of the lumen becomes 0.7 times as much.
    z = np.array([40.0, 40.0])
    inner, outer = np.sqrt(ANATOMY.lumen_squared(z[:1]))[0], 31.0
    (new_inner, new_outer), _ = MOTION.forward(np.array([inner, outer]), z, 1.0)
    assert new_inner == pytest.approx(0.7 * inner)
    assert new_outer**2 - new_inner**2 == pytest.approx(outer**2 - inner**2)
    assert new_outer - new_inner > 1.2 * (outer - inner)


def test_atrium_fills_as_the_ventricle_empties() -> None:
    k = MOTION.scale(np.array([20.0, 90 + 0.6 * 45]), 1.0)
    assert k == pytest.approx([0.7, 1.15])


def test_the_map_never_folds() -> None:
    r, z = MOTION.forward(*GRID, 1.0)
    determinant = np.gradient(r, axis=1) * np.gradient(z, axis=0) - np.gradient(
        r, axis=0
    ) * np.gradient(z, axis=1)
    assert determinant.min() > 0


def test_axial_stretch_is_the_slope_of_the_map() -> None:
    z = np.array([30.0, 30.001, 100.0, 100.001])
    moved = MOTION.forward(np.zeros(4), z, 1.0)[1]
    slopes = np.diff(moved)[::2] / np.diff(z)[::2]
    assert MOTION.axial_stretch(z[::2], 1.0) == pytest.approx(slopes, rel=1e-4)


def test_volume_of_a_half_ellipsoid() -> None:
    # An ellipsoid cut at its centre, with half axes of 20, 24 and L = 80 mm. As the annulus comes
    # up by d, z becomes z - d sin(pi z / 2L); with u = z / L and areas in proportion to 2u - u^2,
    # integration by parts gives the loss of length d (1 - 4 / pi + 8 / pi^2).
    half = replace(ANATOMY, length_mm=80, apex_wall_mm=0, centre=1.0, cavity_mm=20)
    two = Motion(half, squeeze=0, stretch=0, descent_mm=10)
    four = Motion(replace(half, cavity_mm=24), squeeze=0, stretch=0, descent_mm=10)
    loss = 10 * (1 - 4 / np.pi + 8 / np.pi**2)
    section = np.pi * 20 * 24 / 1000
    assert cavity_volume_ml(two, four, 0.0) == pytest.approx(section * 2 / 3 * 80, rel=1e-5)
    assert cavity_volume_ml(two, four, 1.0) == pytest.approx(
        section * (2 / 3 * 80 - loss), rel=1e-5
    )


def test_labels_move_under_the_same_map_as_points() -> None:
    labels = ANATOMY.labels(*GRID)
    moved = MOTION.forward(*GRID, 1.0)
    np.testing.assert_array_equal(ANATOMY.labels(*MOTION.backward(*moved, 1.0)), labels)
    at_es = ANATOMY.labels(*MOTION.backward(*GRID, 1.0))
    assert (at_es == CAVITY).sum() < 0.75 * (labels == CAVITY).sum()
    assert (at_es == MYOCARDIUM).sum() == pytest.approx((labels == MYOCARDIUM).sum(), rel=0.15)
