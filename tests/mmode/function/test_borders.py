import numpy as np
import pytest

from echoweave.mmode.function.borders import find_borders
from tests.mmode.function.curves import MS, mask, sine

COLUMNS = 40


def band(top: int, bottom: int, rows: int = 100) -> np.ndarray:
    """Lumen from the upper edge of row ``top`` to that of row ``bottom``."""
    probability = np.zeros((rows, COLUMNS), np.float32)
    probability[top:bottom] = 1
    return probability


def test_edges_of_a_mask_are_those_of_its_pixels():
    borders = find_borders(band(20, 60))
    assert set(borders.upper) == {20}
    assert set(borders.lower) == {60}
    assert set(borders.diameter) == {40}


def test_lumen_that_the_picture_cuts():
    assert set(find_borders(band(0, 100)).diameter) == {100}


def test_a_fraction_of_a_pixel():
    probability = band(20, 60)
    # One half lies a quarter of the way from the centre of row 19 on, and 5/6 of that to row 60.
    probability[19], probability[60] = 1 / 3, 0.4
    borders = find_borders(probability)
    assert borders.upper == pytest.approx(np.full(COLUMNS, 19.75))
    assert borders.lower == pytest.approx(np.full(COLUMNS, 59.5 + 5 / 6))


def test_holes_are_filled():
    probability = band(20, 60)
    # Thinner than the lumen on either side; and surrounded, though near a border.
    probability[40:45, 22:], probability[24:32, 10:20] = 0, 0
    assert set(find_borders(probability).diameter) == {40}


def test_islands_are_dropped():
    probability = band(20, 60)
    probability[75:80] = 1  # As long as the strip, but thinner.
    probability[62:100, 12] = 1  # Bigger than the lumen in its column.
    probability[20:60, 12] = 0
    probability[20:30, 12] = 1
    probability[2:5, 20:30] = 1
    borders = find_borders(probability)
    assert set(borders.upper) == {20}
    assert set(borders.lower) == {60}


def test_a_bigger_island_in_a_column_without_lumen():
    probability = band(20, 30)
    probability[:, 15:18] = 0
    probability[50:90, 16] = 1
    assert set(find_borders(probability).diameter) == {10}


def test_a_short_loss_is_bridged_and_a_long_one_stays():
    probability = band(20, 60)
    probability[:, 4:8] = 0
    probability[:, 20:25] = 0
    assert np.flatnonzero(np.isnan(find_borders(probability).upper)).tolist() == [*range(20, 25)]


def test_nothing_is_bridged_across_a_break():
    probability = band(20, 60)
    probability[:, 4:8] = 0
    upper = find_borders(probability, breaks=(6,)).upper
    assert np.flatnonzero(np.isnan(upper)).tolist() == [4, 5, 6, 7]


def test_no_lumen():
    assert np.isnan(find_borders(band(0, 0)).diameter).all()


def test_one_border_off_in_one_column():
    probability = band(20, 60)
    probability[12:20, 17] = 1
    probability[60:70, 25:27] = 1
    borders = find_borders(probability)
    assert set(borders.upper) == {20}
    assert set(borders.lower) == {60}


@pytest.mark.parametrize("columns_a_beat", [12, 80])
def test_extremes_of_fast_beats_are_no_outliers(columns_a_beat):
    diameter = sine(60_000 / columns_a_beat / MS, seconds=1)
    found = find_borders(mask(100 - diameter / 2, 100 + diameter / 2, 210)).diameter
    # Both borders at the edges of pixels: half a pixel each.
    assert np.abs(found - diameter).max() <= 1
