import math

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.ndimage import correlate

from echoweave.learn2reg.fields.folding import measure_smoothness


def test_the_identity_has_no_spread_and_no_folding() -> None:
    found = measure_smoothness(np.zeros((3, 6, 5, 7), np.float32))
    assert (found.sdlogj, found.sdlogj_offset3, found.sdlogj_offset15) == (0, 0, 0)
    assert (found.folded_voxels, found.folded_percent) == (0, 0)


def test_values_by_hand() -> None:
    # u = x² / 2 along the first axis: det J is 1 + x, 3 and 4 at the two planes that are left.
    x = np.arange(6, dtype=np.float32)
    field = np.zeros((3, 6, 5, 5), np.float32)
    field[0] = (x**2 / 2)[:, None, None]
    found = measure_smoothness(field)
    # The SD of two values is half of their distance.
    assert found.sdlogj == pytest.approx(math.log(4 / 3) / 2)
    assert found.sdlogj_offset3 == pytest.approx(math.log(7 / 6) / 2)
    assert found.sdlogj_offset15 == pytest.approx(math.log(19 / 18) / 2)


def test_one_half_is_folded() -> None:
    # u = 9 - 3 x up to plane 3, with det J -2 there, and 0 beyond.
    field = np.zeros((3, 8, 5, 5), np.float32)
    field[0, :4] = (-3 * np.arange(4, dtype=np.float32))[:, None, None] + 9
    found = measure_smoothness(field)
    # Planes 2 to 5 are looked at: det J -2, 1 - 3 / 2 at the edge, 1, 1.
    assert (found.folded_voxels, found.folded_percent) == (2, 50)
    assert found.sdlogj == pytest.approx(-math.log(1e-9) / 2)
    by_hand = np.log([1, 2.5, 4, 4]).std()
    assert found.sdlogj_offset3 == pytest.approx(by_hand)


def test_the_offset_of_2020_has_no_logarithm_of_nothing() -> None:
    field = np.zeros((3, 8, 5, 5), np.float32)
    field[0] = (-20 * np.arange(8, dtype=np.float32))[:, None, None]
    assert math.isnan(measure_smoothness(field).sdlogj_offset15)


def public_determinant(field: NDArray[np.float32]) -> NDArray[np.float64]:
    """By its definition, with derivatives as the public evaluation filters them."""
    filters = [
        np.array([-0.5, 0, 0.5]).reshape(shape) for shape in ((3, 1, 1), (1, 3, 1), (1, 1, 3))
    ]
    matrix = np.empty((*field.shape[1:], 3, 3))
    for component in range(3):
        for axis, kernel in enumerate(filters):
            matrix[..., component, axis] = correlate(field[component], kernel, mode="constant")
    determinant: NDArray[np.float64] = np.linalg.det(matrix + np.eye(3))
    return determinant[2:-2, 2:-2, 2:-2]


def test_the_formulas_of_the_public_evaluations() -> None:
    field = np.random.default_rng(4).normal(0, 0.7, (3, 25, 12, 11)).astype(np.float32)
    expected = public_determinant(field)
    found = measure_smoothness(field)
    today = np.log((expected + 3).clip(1e-9, 1e9)).std()
    of_2020 = np.log((expected + 15).clip(0, 1e9)).std()
    assert found.sdlogj_offset3 == pytest.approx(today, rel=1e-5)
    assert found.sdlogj_offset15 == pytest.approx(of_2020, rel=1e-5)
    assert found.folded_voxels == (expected <= 0).sum() > 0
