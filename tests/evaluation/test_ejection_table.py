"""EF of masks against that of the data set, of three patients by hand."""

import numpy as np
import pandas as pd
import pytest

from echoweave.evaluation.ejection_table import make_ejection_fraction
from echoweave.evaluation.samples import TableSettings
from echoweave.evaluation.table import Table

SETTINGS = TableSettings("ase", 200, 1, (0, 1), "px")
COLUMNS = ["patient", "arm", "mode", "ef_percent", "cfg_ef_percent", "beats", "ef_sd_percent"]


def rows(found, given, beats=2, spread=4.0) -> pd.DataFrame:
    names = [f"patient{number:04}" for number in range(len(found))]
    table = pd.DataFrame({"patient": names, "ef_percent": found, "cfg_ef_percent": given})
    table = table.assign(arm="weak3d", mode="ase", beats=beats, ef_sd_percent=spread)
    other = table.assign(mode="camus", ef_percent=-999.0)
    return pd.concat([table, other], ignore_index=True)[COLUMNS]


def made(volumes: pd.DataFrame, clips: pd.DataFrame) -> tuple[Table, dict[str, dict]]:
    table = make_ejection_fraction(volumes, clips, ["weak3d"], SETTINGS)
    return table, {row["instants"]: dict(row) for row in table.rows}


def test_agreement_by_hand() -> None:
    # Differences of 1, -2 and 4 points.
    volumes = rows([51, 58, 34], [50, 60, 30])
    _, found = made(volumes, rows([50, 60, 30], [50, 60, 30]))
    labelled, beats = found["labelled"], found["beats"]

    assert labelled["n"] == 3
    assert labelled["bias"] == pytest.approx(1.0)
    assert labelled["sd"] == pytest.approx(3.0)
    assert labelled["mae"] == pytest.approx(7 / 3)
    assert (labelled["lower"], labelled["upper"]) == pytest.approx((1 - 5.88, 1 + 5.88))
    # Squares of 1, 4 and 16; the given values are 3.33, 13.33 and -16.67 off their mean.
    assert labelled["r2"] == pytest.approx(1 - 21 / (1400 / 3))
    assert labelled["r2_low"] <= labelled["r2"] <= labelled["r2_high"]
    assert (beats["r2"], beats["mae"], beats["beats"]) == (1.0, 0.0, 6)
    assert beats["beat_sd_percent"] == 4.0


def test_r2_is_below_0_where_the_mean_would_do_better_and_r_does_not_see_it() -> None:
    _, found = made(rows([30, 40, 50], [50, 60, 70]), rows([], []))

    assert found["labelled"]["correlation"] == pytest.approx(1.0)
    # Each is 20 points too low; the given values are 10, 0 and 10 off their mean.
    assert found["labelled"]["r2"] == pytest.approx(1 - 1200 / 200)


def test_patients_without_either_value_are_left_out() -> None:
    _, found = made(rows([51, np.nan, 40], [50, 60, np.nan]), rows([], []))

    assert (found["labelled"]["n"], found["labelled"]["bias"]) == (1, 1.0)
    assert np.isnan(found["labelled"]["r2"])


def test_without_whole_clips_the_table_says_so() -> None:
    table, found = made(rows([51], [50]), rows([], []))

    assert (found["beats"]["n"], found["beats"]["beats"]) == (0, 0)
    assert "There is no whole clip of a test patient (n = 0)." in table.notes
