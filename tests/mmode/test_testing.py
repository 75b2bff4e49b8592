import numpy as np
import pandas as pd
import pytest

from echoweave.io.png import read_grey, write_grey
from echoweave.io.tables import read_tsv
from echoweave.mmode.testing import (
    SUMMARY_TABLE,
    WINDOW_TABLE,
    measure_windows,
    summarise_windows,
    window_measures,
)
from echoweave.mmode.window_files import MaskedWindow
from tests.mmode.dark import write_dark_bundle
from tests.mmode.networks.heart_windows import write_bands


def test_the_measures_of_a_window():
    mask = np.array([[True, True], [False, False]])
    probability = np.array([[0.75, 0.25], [0.25, 0.5]], np.float32)
    found = window_measures(MaskedWindow("m_r_w000", np.zeros((2, 2), np.uint8), mask), probability)
    # Of one pixel found and two marked, one is shared; one of four is wrong.
    assert found["dice"] == pytest.approx(2 / 3)
    assert found["mse"] == 0.25
    assert found["loss"] == pytest.approx(-np.log([0.75, 0.25, 0.75, 0.5]).mean())
    assert (found["window"], found["animal"]) == ("m_r_w000", "m")


def test_a_pixel_that_is_wrong_beyond_doubt_has_a_finite_loss():
    mask = np.ones((1, 1), bool)
    found = window_measures(
        MaskedWindow("m", np.zeros((1, 1), np.uint8), mask), np.zeros((1, 1), np.float32)
    )
    assert found["loss"] == pytest.approx(24 * np.log(2))
    assert found["dice"] == 0


def test_dice_is_that_of_all_windows_together_and_intervals_are_over_animals():
    rows = pd.DataFrame(
        {
            "animal": ["a", "a", "b"],
            "loss": [0.1, 0.2, 0.6],
            "mse": [0.0, 0.1, 0.2],
            "shared": [10, 10, 0],
            "sizes": [20, 30, 50],
        }
    )
    (row,) = summarise_windows(rows, samples=200, seed=1).to_dict("records")
    assert (row["n_windows"], row["n_animals"]) == (3, 2)
    assert row["loss"] == pytest.approx(0.3)
    assert row["dice"] == pytest.approx(40 / 100)
    # The two extreme draws are one animal twice.
    assert (row["loss_low"], row["loss_high"]) == pytest.approx((0.15, 0.6))
    assert (row["dice_low"], row["dice_high"]) == pytest.approx((0, 0.8))


def test_a_set_is_measured_and_its_first_ten_windows_shown(tmp_path):
    windows = write_bands(tmp_path / "testing", "ab", side=48, each=6)
    # One without any lumen, and none to be found.
    write_grey(windows / "img/c_rec_w000.png", np.full((32, 32), 180, np.uint8))
    write_grey(windows / "mask/c_rec_w000.png", np.zeros((32, 32), np.uint8))
    bundle = write_dark_bundle(tmp_path / "bundle", size=64)
    measure_windows(bundle, windows, samples=100, seed=1, threads=1, folder=tmp_path / "out")
    table = read_tsv(tmp_path / "out" / WINDOW_TABLE)
    assert list(table) == ["window", "animal", "loss", "dice", "mse"]
    assert (table["dice"][:12] > 0.95).all()
    assert np.isnan(table["dice"][12])
    summary = read_tsv(tmp_path / "out" / SUMMARY_TABLE).iloc[0]
    assert (summary["n_windows"], summary["n_animals"]) == (13, 3)
    assert summary["dice_low"] <= summary["dice"] <= summary["dice_high"]
    names = sorted(path.name for path in (tmp_path / "out").glob("image_*.png"))
    assert len(names) == 10
    assert names[-1] == "image_b_rec_w003.png"
    shown = {part: tmp_path / f"out/{part}_b_rec_w003.png" for part in ("image", "pred", "mask")}
    pictures = {part: read_grey(path) for part, path in shown.items()}
    assert np.array_equal(pictures["mask"], read_grey(windows / "mask/b_rec_w003.png"))
    assert np.mean(pictures["pred"] == pictures["mask"]) > 0.95
    assert np.array_equal(pictures["image"], read_grey(windows / "img/b_rec_w003.png"))
