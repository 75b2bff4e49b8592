"""Accuracy at labelled frames and between, of two arms by hand."""

import numpy as np
import pandas as pd
import pytest

from echoweave.evaluation.between_table import make_between_labels
from echoweave.evaluation.dense import dense_columns
from echoweave.evaluation.samples import TableSettings
from echoweave.evaluation.table import Table

SETTINGS = TableSettings("ase", 200, 1, (0, 1), "px")
ARMS = ("sparse2d", "dense3d")
PLACES = ("labelled", "between", "between", "labelled")


def rows_of(arm: str, patient: str, dices, places=PLACES) -> list[dict]:
    keys = {"arm": arm, "patient": patient, "view": "4CH", "structure": "cavity"}
    return [
        keys
        | {"frame": frame, "position": place, "dice": dice}
        | dict.fromkeys(["hd_px", "hd95_px"], 10 * (1 - dice) if dice else np.nan)
        for frame, (dice, place) in enumerate(zip(dices, places, strict=True))
    ]


def made(rows: list[dict]) -> tuple[Table, dict[tuple, dict]]:
    dense = pd.DataFrame(rows, columns=dense_columns("px"))
    table = make_between_labels(dense, ARMS, SETTINGS)
    return table, {(row["arm"], row.get("minus"), row["position"]): dict(row) for row in table.rows}


# Good where it is labelled; between, patient 1 is worse by .2 and patient 2 by .1.
TWO = [
    *rows_of("sparse2d", "patient0001", (0.9, 0.6, 0.8, 0.9)),
    *rows_of("sparse2d", "patient0002", (0.9, 0.8, 0.8, 0.9)),
    *rows_of("dense3d", "patient0001", (0.9, 0.9, 0.9, 0.9)),
    *rows_of("dense3d", "patient0002", (0.9, 0.9, 0.9, 0.9)),
]


def test_means_by_place() -> None:
    _, found = made(TWO)
    between = found["sparse2d", None, "between"]

    assert (between["n"], between["frames"], between["missed"]) == (2, 4, 0)
    assert between["dice"] == pytest.approx((0.7 + 0.8) / 2)
    assert (between["dice_low"], between["dice_high"]) == pytest.approx((0.7, 0.8))
    assert between["hd95_px"] == pytest.approx(2.5)
    assert found["sparse2d", None, "labelled"]["dice"] == pytest.approx(0.9)
    assert found["sparse2d", None, "all"]["dice"] == pytest.approx((0.8 + 0.85) / 2)


def test_differences_are_paired_by_patient() -> None:
    _, found = made(TWO)
    between = found["sparse2d", "dense3d", "between"]

    assert (between["n"], between["frames"]) == (2, 4)
    assert between["dice"] == pytest.approx(-0.15)
    assert (between["dice_low"], between["dice_high"]) == pytest.approx((-0.2, -0.1))
    assert found["sparse2d", "dense3d", "labelled"]["dice"] == pytest.approx(0.0)


def test_patients_count_alike_whatever_the_length_of_their_clips() -> None:
    long = rows_of("dense3d", "patient0001", (0.5,) * 9, ("between",) * 9)
    _, found = made([*long, *rows_of("dense3d", "patient0002", (0.9,), ("between",))])

    assert found["dense3d", None, "between"]["dice"] == pytest.approx(0.7)


def test_a_missed_frame_has_dice_0_and_is_no_pair_of_distances() -> None:
    rows = rows_of("dense3d", "patient0001", (0.8, 0.8, 0.8, 0.8))
    _, found = made([*rows_of("sparse2d", "patient0001", (0.8, 0.0, 0.8, 0.8)), *rows])
    alone, paired = found["sparse2d", None, "between"], found["sparse2d", "dense3d", "between"]

    assert (alone["missed"], paired["missed"]) == (1, 1)
    assert alone["dice"] == pytest.approx(0.4)
    assert (paired["dice"], paired["hd95_px"]) == pytest.approx((-0.4, 0.0))


def test_frames_outside_are_shown_where_there_are_any() -> None:
    _, found = made(rows_of("dense3d", "patient0001", (0.9, 0.8), ("labelled", "outside")))

    assert found["dense3d", None, "outside"]["dice"] == pytest.approx(0.8)
    assert ("dense3d", None, "outside") not in made(TWO)[1]


def test_without_dense_references_the_table_says_so() -> None:
    table, found = made([])

    assert {row["n"] for row in found.values()} == {0}
    assert "(n = 0)" in table.notes[-1]
    assert np.isnan(found["sparse2d", "dense3d", "all"]["dice"])
