"""Every frame against a reference of every frame, on a block heart by hand."""

from dataclasses import replace

import numpy as np

from echoweave.evaluation.dense import dense_rows
from echoweave.evaluation.predictions import Prediction
from echoweave.io.cache import read_sequence

from .study import beating, write_study


def rows_of(tmp_path, **fields) -> list[dict]:
    """The frame between is predicted 4 rows too high: 36 rows instead of 32."""
    study = write_study(tmp_path, [("patient0001", "4CH", "Good")])
    sequence = replace(read_sequence(study.caches[0], "4CH"), **fields)
    labels = beating()[[0, 1, 1, 3, 4]]
    return list(dense_rows(Prediction(sequence, labels, labels)))


def test_a_frame_between_by_hand(tmp_path) -> None:
    rows = [row for row in rows_of(tmp_path) if row["structure"] == "cavity"]

    places = ["labelled", "between", "between", "between", "labelled"]
    assert [row["position"] for row in rows] == places
    assert [row["dice"] for row in rows] == [1, 1, 2 * 32 / (32 + 36), 1, 1]
    assert (rows[2]["hd_mm"], rows[1]["hd95_mm"]) == (4.0, 0.0)


def test_only_structures_that_the_reference_knows_are_compared(tmp_path) -> None:
    # The masks of every frame have no atrium.
    assert {row["structure"] for row in rows_of(tmp_path)} == {"cavity", "myocardium", "epi"}


def test_no_reference_no_rows(tmp_path) -> None:
    assert rows_of(tmp_path, dense_labels=None) == []


def test_a_frame_that_is_lost_has_dice_0_and_no_distance(tmp_path) -> None:
    study = write_study(tmp_path, [("patient0001", "4CH", "Good")])
    labels = np.zeros_like(beating())
    rows = list(dense_rows(Prediction(read_sequence(study.caches[0], "4CH"), labels, labels)))

    assert {row["dice"] for row in rows} == {0.0}
    assert all(np.isnan(row["hd95_mm"]) for row in rows)
