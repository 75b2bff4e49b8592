"""An arm that loses what is hard must not come out better."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from echoweave.evaluation.samples import TableSettings
from echoweave.evaluation.tests_table import make_tests

ARMS = ("sparse2d", "dense2d", "dense3d")
SETTINGS = TableSettings("ase", 200, seed=1, label_values=(0, 1, 2, 3), unit="mm")
PATIENTS = [f"patient{number:04}" for number in range(1, 13)]

# Arm, number of the patient, instant -> Dice and HD (NaN: the mask is lost).
Accuracy = Callable[[str, int, str], tuple[float, float]]


def frames(accuracy: Accuracy) -> pd.DataFrame:
    rows = []
    for arm in ARMS:
        for number, patient in enumerate(PATIENTS):
            for instant in ("ED", "ES"):
                dice, distance = accuracy(arm, number, instant)
                rows += [
                    {"arm": arm, "patient": patient, "view": "4CH", "instant": instant}
                    | {"structure": structure, "dice": dice}
                    | {"hd_mm": distance, "mad_mm": distance / 3}
                    for structure in ("cavity", "myocardium", "epi", "atrium")
                ]
    return pd.DataFrame(rows)


def smoothness() -> pd.DataFrame:
    keys = {"view": "4CH", "structure": "cavity", "n_frames": 10}
    return pd.DataFrame(
        [
            {
                "arm": arm,
                "patient": patient,
                "smoothness_normalised_per_s3": place * (100.0 + number),
            }
            | keys
            for place, arm in enumerate(ARMS)
            for number, patient in enumerate(PATIENTS)
        ]
    )


def volumes(methods: dict[tuple[str, str], str]) -> pd.DataFrame:
    """The sparse arm is off by 10 ml and more, the others by 5; biplane but where given."""
    rows = []
    for arm in ARMS:
        for number, patient in enumerate(PATIENTS):
            off = 10.0 + 0.01 * number if arm == "sparse2d" else 5.0
            method = methods.get((arm, patient), "biplane")
            row = {"arm": arm, "patient": patient, "mode": "ase", "method": method}
            for name in ("edv_ml", "esv_ml", "ef_percent"):
                row[name] = 100.0 + off if method else np.nan
                row[f"ref_{name}"] = 100.0 if method else np.nan
            rows.append(row)
    return pd.DataFrame(rows)


def compared(
    accuracy: Accuracy = lambda arm, number, instant: (0.9, 4.0),
    methods: dict[tuple[str, str], str] | None = None,
) -> pd.DataFrame:
    tables = {
        "frames": frames(accuracy),
        "smoothness": smoothness(),
        "volumes": volumes(methods or {}),
    }
    return make_tests(tables, ARMS, SETTINGS).to_frame()


def row(table: pd.DataFrame, second: str, measure: str, structure: str = "cavity") -> pd.Series:
    chosen = (table["first"] == "sparse2d") & (table["second"] == second)
    found = table[chosen & (table["measure"] == measure) & (table["structure"] == structure)]
    assert len(found) == 1
    return found.iloc[0]


def loses_what_is_hard(arm: str, number: int, instant: str) -> tuple[float, float]:
    """ES is harder than ED; the sparse arm is worse everywhere and loses 8 of 12 ES masks."""
    if arm == "sparse2d" and instant == "ES" and number < 8:
        return 0.0, np.nan
    worse = 0.01 * (number + 1) if arm == "sparse2d" else 0.0
    dice, distance = (0.95, 3.0) if instant == "ED" else (0.85, 9.0)
    return dice - worse, distance + 10 * worse


def test_an_arm_that_is_worse_everywhere_and_loses_masks_is_not_better() -> None:
    found = row(compared(loses_what_is_hard), "dense2d", "hd_mm")

    # Patient i is .1 i mm worse at each of its common instants: the median of .1 ... 1.2.
    assert found["median_difference"] == pytest.approx(0.65)
    # All twelve differences have one sign: 2 / 2^12.
    assert found["p"] == pytest.approx(2 / 2**12)
    assert 0 < found["low"] <= found["median_difference"] <= found["high"]


def test_what_was_lost_and_by_whom_is_said() -> None:
    table = compared(loses_what_is_hard)

    distance = row(table, "dense2d", "hd_mm")
    assert distance[["n", "pairs", "first_lost", "second_lost"]].tolist() == [12, 16, 8, 0]
    # A lost mask has a Dice, which is 0: no pair is left out.
    overlap = row(table, "dense2d", "dice")
    assert overlap[["n", "pairs", "first_lost", "second_lost"]].tolist() == [12, 24, 0, 0]
    assert overlap["median_difference"] < -0.4


def test_volumes_are_compared_where_both_arms_used_the_same_views() -> None:
    lost_view = {("sparse2d", "patient0001"): "4CH", ("dense2d", "patient0002"): ""}
    lost_view |= {(arm, "patient0003"): "2CH" for arm in ARMS}
    table = compared(methods=lost_view)

    found = row(table, "dense2d", "ef_percent_error", "")
    # Patient 3 has one view in both arms.
    assert found[["n", "pairs", "first_lost", "second_lost"]].tolist() == [10, 10, 1, 1]
    # Of patients 3 to 12: 5.02 to 5.11.
    assert found["median_difference"] == pytest.approx(5.065)
    assert row(table, "dense3d", "ef_percent_error", "")["n"] == 11


def test_the_primary_family_is_what_the_study_asks() -> None:
    table = compared()
    primary = table[table["family"] == "primary"]

    assert len(primary) == 2 * 3 * 3
    assert set(primary["measure"]) == {"dice", "hd_mm", "smoothness_normalised_per_s3"}
    assert set(primary["structure"]) == {"cavity", "myocardium", "atrium"}
    assert set(zip(primary["first"], primary["second"], strict=True)) == {
        ("sparse2d", "dense2d"),
        ("sparse2d", "dense3d"),
    }
    assert table["family"].tolist()[: len(primary)] == ["primary"] * len(primary)
    assert set(table[table["family"] == "exploratory"]["measure"]) > {"mad_mm", "edv_ml_error"}


def test_the_union_is_not_tested_beside_its_parts() -> None:
    assert "epi" not in set(compared()["structure"])


def test_each_family_is_corrected_by_itself() -> None:
    table = compared(lambda arm, number, instant: (0.9 + 0.001 * number * (arm == "dense2d"), 4.0))
    primary = table[(table["family"] == "primary") & table["p"].notna()]

    smallest = primary["p"].min()
    # Holm: the smallest p of a family times the number of its tests.
    assert primary["p_holm"].min() == pytest.approx(min(1.0, smallest * len(primary)))
    assert (primary["p_holm"] >= primary["p"]).all()
