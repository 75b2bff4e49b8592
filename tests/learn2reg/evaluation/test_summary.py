import itertools
import json
import math

import numpy as np
import pandas as pd
import pytest

from echoweave.learn2reg.evaluation.summary import (
    PERCENTILES,
    summarise_measure,
    summarise_pairs,
)


def pair_rows(dice: list[float], pairs: list[tuple[int, int]]) -> pd.DataFrame:
    rows = pd.DataFrame(pairs, columns=["fixed", "moving"]).assign(variant="baseline", lost=0)
    return rows.assign(**dict.fromkeys(PERCENTILES, 1.0)).assign(dice=dice)


PAIRS = list(itertools.combinations(range(1, 6), 2))
DICE = [0.1 * step for step in range(1, 11)]


def test_mean_and_percentiles_as_pandas_takes_them() -> None:
    rows = pair_rows(DICE, PAIRS)
    found = summarise_measure(rows, "dice")
    assert found["n"] == 10
    assert found["mean"] == pytest.approx(0.55)
    assert found["sd"] == pytest.approx(rows["dice"].std())
    assert found["percentile"] == pytest.approx(0.37) == rows["dice"].quantile(0.3)
    assert found["low"] < 0.55 < found["high"]
    assert found["percentile_low"] <= 0.37 <= found["percentile_high"]
    worse = summarise_measure(rows.assign(sdlogj=DICE), "sdlogj")
    assert worse["percentile"] == pytest.approx(0.73) == rows["dice"].quantile(0.7)


def test_a_case_that_is_worse_than_others_widens_the_interval_over_cases() -> None:
    # All pairs of case 1 fail.
    dice = [0.2 if 1 in pair else 0.8 for pair in PAIRS]
    found = summarise_measure(pair_rows(dice, PAIRS), "dice")
    assert found["cases_high"] - found["cases_low"] > found["high"] - found["low"]
    # Without a draw of it all is well; all draws it alone make no pair.
    assert found["cases_high"] == pytest.approx(0.8)


def test_missing_values_are_left_out() -> None:
    found = summarise_measure(pair_rows([math.nan, 0.5], PAIRS[:2]), "dice")
    assert (found["n"], found["mean"], found["percentile"]) == (1, 0.5, 0.5)


def test_one_pair_has_no_interval() -> None:
    found = summarise_measure(pair_rows([0.5], PAIRS[:1]), "dice")
    assert (found["n"], found["mean"], found["percentile"]) == (1, 0.5, 0.5)
    unknown = ("sd", "low", "high", "cases_low", "cases_high", "percentile_low", "percentile_high")
    assert all(math.isnan(found[key]) for key in unknown)


def test_the_summary_is_json_and_defines_what_it_says() -> None:
    organs = pd.DataFrame(
        [("baseline", "liver", 0.5, 2.0, 4.0), ("baseline", "liver", 0.7, np.nan, np.nan)],
        columns=["variant", "organ", "dice", "hd95_voxels", "hd95_mm"],
    )
    rows = pair_rows([math.nan] * 10, PAIRS)
    found = json.loads(json.dumps(summarise_pairs(rows, organs), allow_nan=False))
    variant = found["variants"]["baseline"]
    assert (variant["pairs"], variant["cases"]) == (10, 5)
    assert variant["measures"]["dice"] == {**dict.fromkeys(variant["measures"]["dice"]), "n": 0}
    assert variant["organs"]["liver"] == pytest.approx(
        {"n": 2, "dice": 0.6, "hd95_voxels": 2, "hd95_mm": 4}
    )
    assert found["definitions"].keys() >= variant["measures"].keys()
    assert "share cases" in found["definitions"]["interval"]
