"""What an arm loses on another data set, of a few patients by hand."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from echoweave.evaluation.external_table import make_external, write_external_table
from echoweave.evaluation.samples import TableSettings
from echoweave.io.tables import read_tsv, write_tsv

SETTINGS = {"simpson_mode": "ase", "bootstrap_samples": 400, "seed": 1}
KNOWN = {"label_values": (0, 1), "unit": "mm"}


def frames(dices: list[float], unit: str, view: str = "4CH", quality: str = "Good") -> pd.DataFrame:
    """One patient a Dice, at ED and, .1 worse, at ES; 100 pixels on either side."""
    rows = [
        {
            "patient": f"{view}{number}",
            "instant": instant,
            "dice": dice - worse,
            "intersection_pixels": 100 * (dice - worse),
        }
        for number, dice in enumerate(dices)
        for instant, worse in (("ED", 0.0), ("ES", 0.1))
    ]
    table = pd.DataFrame(rows).assign(view=view, quality=quality, structure="cavity")
    table = table.assign(predicted_pixels=100, reference_pixels=100, arm="dense3d")
    return table.assign(**{f"hd_{unit}": 3.0, f"hd95_{unit}": 2.0 if unit == "mm" else 9.0})


def made(own: pd.DataFrame, other: pd.DataFrame) -> dict[tuple[str, str, str], dict]:
    table = make_external(
        {"dense3d": own},
        {"dense3d": other},
        ("EchoNet", "CAMUS"),
        "px",
        TableSettings(**SETTINGS, **KNOWN),
    )
    return {(row["dataset"], row["group"], row["instant"]): dict(row) for row in table.rows}


OTHERS = pd.concat([frames([0.8, 0.6], "mm"), frames([0.7, 0.7], "mm", view="2CH", quality="Poor")])


def test_what_is_lost_by_hand() -> None:
    found = made(frames([0.9, 1.0], "px"), OTHERS)
    own, other = found["EchoNet", "all", "ED"], found["CAMUS", "all", "ED"]

    assert (own["n"], other["n"], other["patients"]) == (2, 4, 4)
    assert (own["dice_mean"], other["dice_mean"]) == pytest.approx((0.95, 0.7))
    assert (other["dice_loss"], other["pooled_dice_loss"]) == pytest.approx((0.25, 0.25))
    assert other["dice_loss_low"] < 0.25 < other["dice_loss_high"]
    assert found["CAMUS", "all", "overall"]["dice_mean"] == pytest.approx(0.65)
    assert found["CAMUS", "all", "ES"]["dice_loss"] == pytest.approx(0.25)


def test_groups_are_compared_with_the_whole_own_test_set() -> None:
    found = made(frames([0.9, 1.0], "px"), OTHERS)

    assert found["CAMUS", "4CH", "ED"]["n"] == 2
    # Both patients have .7: what is uncertain is the own test set, from .9 to 1.
    poor = found["CAMUS", "Poor", "ED"]
    ends = poor["dice_loss_low"], poor["dice_loss"], poor["dice_loss_high"]
    assert ends == pytest.approx((0.2, 0.25, 0.3))


def test_distances_keep_their_unit() -> None:
    found = made(frames([0.9, 1.0], "px"), OTHERS)

    own, other = found["EchoNet", "all", "ED"], found["CAMUS", "all", "ED"]
    assert (own["hd95_mean"], own["unit"]) == (9.0, "px")
    assert (other["hd95_mean"], other["unit"]) == (2.0, "mm")


def test_a_group_without_masks_has_n_0() -> None:
    found = made(frames([0.9, 1.0], "px"), frames([0.8, 0.6], "mm"))

    absent = found["CAMUS", "2CH", "ED"]
    assert absent["n"] == 0
    assert np.isnan(absent["dice_loss"])
    assert np.isnan(absent["dice_loss_low"])


def test_an_own_test_set_without_references_loses_nothing_that_is_known(tmp_path: Path) -> None:
    own, other = tmp_path / "own.tsv", tmp_path / "other.tsv"
    write_tsv(frames([0.9], "px")[:0], own)
    write_tsv(frames([0.8, 0.6], "mm"), other)
    sides = {"dense3d": own}, {"dense3d": other}
    titles = "EchoNet", "CAMUS"
    write_external_table(*sides, titles, "px", tmp_path / "tables", SETTINGS | KNOWN)
    table = read_tsv(tmp_path / "tables/external.tsv")

    assert table[table["dataset"] == "EchoNet"]["n"].eq(0).all()
    assert table[(table["group"] == "all") & (table["dataset"] == "CAMUS")]["n"].tolist() == [
        *(4, 2, 2)
    ]
    assert table["dice_loss"].isna().all()
    assert (
        "Accuracy on CAMUS of what EchoNet taught." in (tmp_path / "tables/external.md").read_text()
    )
