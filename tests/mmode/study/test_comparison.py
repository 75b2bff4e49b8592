"""The comparison of the networks, checked by hand on strips of 20 x 12 pixels."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from echoweave.mmode.strip import LUMEN, UNKNOWN, Strip
from echoweave.mmode.study.comparison import make_networks_table, strip_row
from tests.mmode.hearts import COLUMNS, analysed, half_good, sine_strip
from tests.mmode.study.stored import found_in, stored_strip

ROWS, WIDTH = 20, 12
ONES = np.ones(WIDTH)
# In mice: .5 mm a row, and much too short for a beat.
MM, MS = 0.5, 1.0
WINDOWS = pd.DataFrame(
    {"network": ["quicknat"], "n_windows": [7]}
    | {f"{name}{end}": [0.5] for name in ("loss", "dice", "mse") for end in ("", "_low", "_high")}
)


def tiny(upper: int = 5, lower: int = 15) -> Strip:
    """Lumen from one row to the other in all columns."""
    mask = np.zeros((ROWS, WIDTH), np.uint8)
    mask[upper:lower] = LUMEN
    return Strip(np.full((ROWS, WIDTH), 90, np.uint8), MM, MS, mask)


def good_left() -> np.ndarray:
    """Confidence: the first eight columns are good."""
    return np.where(np.arange(WIDTH) < 8, 0.9, 0.2)


def test_dice_and_lvid_error_by_hand():
    # 10 rows are true; 12 are found in four columns, all 20 in four, none in the four bad ones.
    upper = np.repeat([4.0, 0.0, np.nan], 4)
    found = found_in(tiny(), upper, np.repeat([16.0, 20.0, np.nan], 4), good_left())
    row = strip_row(stored_strip(tiny()), found, "quicknat")
    assert (row["shared_px"], row["sizes_px"]) == (80, 48 + 80 + 120)
    assert (row["good_shared_px"], row["good_sizes_px"]) == (80, 48 + 80 + 80)
    assert row["lvid_error_px"] == (4 * 2 + 4 * 10) / 8


def test_what_is_found_in_bad_columns_changes_no_error():
    upper, lower = np.where(good_left() > 0.5, 5.0, 0.0), np.where(good_left() > 0.5, 15.0, 20.0)
    row = strip_row(stored_strip(tiny()), found_in(tiny(), upper, lower, good_left()), "quicknat")
    assert row["lvid_error_px"] == 0
    # Too short for beats: diameters of good columns alone.
    assert (row["beats"], row["lvidd_mm"], row["lvids_mm"]) == (0, 5.0, 5.0)
    assert (row["true_lvidd_mm"], row["true_lvids_mm"]) == (5.0, 5.0)
    assert np.isnan([row["ef_percent"], row["true_ef_percent"]]).all()


def test_without_a_good_column_everything_is_missing():
    bad = np.full(WIDTH, 0.1)
    row = strip_row(stored_strip(tiny()), found_in(tiny(), 4 * ONES, 16 * ONES, bad), "quicknat")
    assert row["good_share"] == 0
    missing = ("lvid_error_px", "lvidd_mm", "lvids_mm", "true_lvidd_mm", "ef_percent")
    assert np.isnan([row[name] for name in missing]).all()
    assert (row["good_shared_px"], row["good_sizes_px"]) == (0, 0)
    assert row["sizes_px"] == (12 + 10) * WIDTH


def test_a_mask_of_ed_and_es_alone_tells_both_diameters():
    # As of a B-mode sequence that is drawn at ED and at ES: 10 rows, then 6.
    mask = np.full((ROWS, WIDTH), UNKNOWN, np.uint8)
    mask[:, [0, -1]] = 0
    mask[5:15, 0] = mask[7:13, -1] = LUMEN
    strip = replace(tiny(), mask=mask)
    half = np.linspace(5, 3, WIDTH)
    row = strip_row(stored_strip(strip, kind="virtual"), found_in(strip, 10 - half, 10 + half), "a")
    assert (row["true_lvidd_mm"], row["true_lvids_mm"]) == (5.0, 3.0)
    assert (row["lvidd_mm"], row["lvids_mm"]) == (5.0, 3.0)
    assert row["lvid_error_px"] == pytest.approx(0)
    assert (row["shared_px"], row["sizes_px"]) == (16, 32)


def test_true_beats_count_where_the_found_ones_do():
    # The truth of the second half is half as wide, and nobody may see that.
    strip = sine_strip()
    assert strip.mask is not None
    narrow = strip.mask.copy()
    narrow[:40, COLUMNS // 2 :] = 0
    found = analysed(strip, half_good())
    row = strip_row(stored_strip(replace(strip, mask=narrow)), found, "quicknat")
    assert row["counted"] == 2
    for name in ("lvidd_mm", "lvids_mm", "ef_percent", "fs_percent", "heart_rate_bpm"):
        assert row[f"true_{name}"] == pytest.approx(row[name], rel=1e-3), name
    # Of what is smoothed a tenth of a beat reaches into the half that counts.
    assert row["lvid_error_px"] < 0.2
    assert row["lvidd_mm"] == pytest.approx(4, rel=0.01)
    assert row["lvids_mm"] == pytest.approx(2, rel=0.01)


def test_a_strip_without_a_mask_has_no_truth():
    row = strip_row(stored_strip(replace(sine_strip(), mask=None)), analysed(sine_strip()), "a")
    assert not [name for name in row if name.startswith("true_") or name.endswith("_px")]
    assert row["heart_rate_bpm"] == pytest.approx(600, rel=1e-3)


@pytest.fixture(scope="module")
def rows() -> pd.DataFrame:
    """Two animals: one found two rows too wide in all columns, one exactly; and one unmarked."""
    wide = found_in(tiny(), 4 * ONES, 16 * ONES)
    exact = found_in(tiny(7, 13), 7 * ONES, 13 * ONES)
    unmarked = replace(tiny(), mask=None)
    return pd.DataFrame(
        [
            strip_row(stored_strip(tiny(), "m1_a"), wide, "quicknat"),
            strip_row(stored_strip(tiny(7, 13), "m2_a"), exact, "quicknat"),
            strip_row(stored_strip(unmarked, "m3_a"), wide, "quicknat"),
        ]
    )


def test_the_table_by_hand(rows):
    table = make_networks_table(rows, WINDOWS, ["quicknat", "nnunet"], 200, seed=1)
    (row,) = table.rows
    assert (row["network"], row["kind"], row["n_strips"], row["n_animals"]) == (
        *("quicknat", "recorded"),
        *(2, 2),
    )
    # 2 * (10 + 6) rows of (12 + 10) + (6 + 6).
    assert row["dice"] == row["good_dice"] == pytest.approx(32 / 34)
    assert row["dice_low"] == pytest.approx(20 / 22)
    assert row["dice_high"] == 1
    assert row["lvid_error_px"] == 1.0
    assert (row["lvid_error_px_low"], row["lvid_error_px_high"]) == (0, 2)
    assert row["lvidd_mae_mm"] == row["lvids_mae_mm"] == 0.5
    # Nothing is known of beats, so nothing is said of them.
    keys = [column.key for column in table.columns]
    assert keys[:6] == ["network", "kind", "n_strips", "n_animals", "dice", "good_dice"]
    assert keys[6:] == ["lvid_error_px", "lvidd_mae_mm", "lvids_mae_mm"]
    assert table.notes[-1] == (
        "quicknat on 7 test windows: loss 0.500 (0.500 to 0.500), Dice 0.500 (0.500 to 0.500), "
        "MSE 0.500 (0.500 to 0.500)."
    )


def test_one_animal_has_no_interval(rows):
    (row,) = make_networks_table(rows[:1], WINDOWS, ["quicknat"], 200, seed=1).rows
    assert row["dice"] == pytest.approx(20 / 22)
    assert np.isnan([row["dice_low"], row["lvid_error_px_high"]]).all()


def test_without_any_true_mask_the_table_is_empty(rows):
    unmarked = rows[rows["sizes_px"].isna()].dropna(axis=1, how="all")
    assert make_networks_table(unmarked, WINDOWS, ["quicknat"], 200, seed=1).rows == []
