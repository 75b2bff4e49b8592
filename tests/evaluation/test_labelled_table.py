"""Overlap at the labelled frames, of two patients by hand."""

import numpy as np
import pandas as pd
import pytest

from echoweave.evaluation.labelled_table import make_labelled_frames
from echoweave.evaluation.samples import TableSettings
from echoweave.evaluation.table import Table

SETTINGS = TableSettings("ase", 400, 1, (0, 1), "px")
# Patient, instant, pixels of both, of the prediction, of the reference.
FRAMES = (
    *(("patient0001", "ED", 900, 1000, 1000), ("patient0001", "ES", 400, 500, 500)),
    *(("patient0002", "ED", 80, 100, 100), ("patient0002", "ES", 30, 50, 50)),
)


def rows(frames=FRAMES) -> pd.DataFrame:
    columns = ["patient", "instant", "intersection_pixels", "predicted_pixels", "reference_pixels"]
    table = pd.DataFrame(frames, columns=columns)
    total = table["predicted_pixels"] + table["reference_pixels"]
    table["dice"] = 2 * table["intersection_pixels"] / total.where(total > 0)
    table["hd_px"] = table["hd95_px"] = np.where(table["dice"] > 0, 2.0, np.nan)
    return table.assign(arm="dense3d", structure="cavity")


def made(frames: pd.DataFrame, published=()) -> Table:
    return make_labelled_frames(frames, ["dense3d"], published, [], SETTINGS)


def row_of(table: Table, instant: str, method: str = "dense3d") -> dict:
    (found,) = (row for row in table.rows if (row["instant"], row["method"]) == (instant, method))
    return dict(found)


def test_pooled_and_mean_dice_by_hand() -> None:
    overall = row_of(made(rows()), "overall")

    assert (overall["n"], overall["patients"]) == (4, 2)
    # A large ventricle counts more where pixels are pooled.
    assert overall["pooled_dice"] == pytest.approx(2 * 1410 / 3300)
    assert overall["dice_mean"] == pytest.approx((0.9 + 0.8 + 0.8 + 0.6) / 4)
    assert overall["hd95_px_mean"] == 2.0
    assert row_of(made(rows()), "ED")["pooled_dice"] == pytest.approx(2 * 980 / 2200)
    assert row_of(made(rows()), "ES")["pooled_dice"] == pytest.approx(2 * 430 / 1100)


def test_ed_and_es_of_a_patient_are_drawn_together() -> None:
    overall = row_of(made(rows()), "overall")

    # Two patients: each draw is one of them twice, or both.
    one, other = 2 * 1300 / 3000, 2 * 110 / 300
    assert (overall["pooled_dice_low"], overall["pooled_dice_high"]) == pytest.approx((other, one))
    # Frames by themselves: the best of the four, four times over, is rarer than 5 in 100.
    assert other < overall["pooled_dice_frames_p5"] < overall["pooled_dice_frames_p95"] < 0.9


def test_the_interval_of_frames_leaves_out_5_percent_at_each_end() -> None:
    # Nine good frames in ten, of one pixel each: the share of good ones among ten that are drawn.
    frames = [(f"patient{n:04}", "ED", int(n > 1), 1, 1) for n in range(1, 11)]
    overall = row_of(made(rows(frames)), "overall")

    # Binomial(10, .1): 5 % lie above 2 bad ones (7 %), and under 35 % have none.
    assert (overall["pooled_dice_frames_p5"], overall["pooled_dice_frames_p95"]) == (0.7, 1.0)


def test_a_missed_structure_counts_and_an_absent_one_does_not() -> None:
    frames = [*FRAMES[:1], ("patient0002", "ED", 0, 0, 100), ("patient0003", "ED", 0, 0, 0)]
    found = row_of(made(rows(frames)), "ED")

    assert (found["n"], found["patients"], found["missed"]) == (2, 2, 1)
    assert found["pooled_dice"] == pytest.approx(1800 / 2100)
    assert found["dice_mean"] == pytest.approx(0.45)


def test_nothing_to_pool() -> None:
    found = row_of(made(rows([])), "overall")

    assert found["n"] == 0
    assert np.isnan(found["pooled_dice"])
    assert np.isnan(found["pooled_dice_low"])


def test_published_rows_stand_first_at_their_instant() -> None:
    published = [{"method": "Others", "instant": "ED", "pooled_dice": 0.94}]
    table = made(rows(), published)

    assert [row["method"] for row in table.rows] == ["dense3d", "Others", "dense3d", "dense3d"]
    assert row_of(table, "ED", "Others")["structure"] == "cavity"
