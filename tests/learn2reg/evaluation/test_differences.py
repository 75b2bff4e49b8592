import math

import pandas as pd
import pytest

from echoweave.learn2reg.evaluation.differences import make_differences
from echoweave.learn2reg.evaluation.summary import PERCENTILES
from echoweave.learn2reg.splits import PUBLISHED_PAIRS

DRAWS = {"samples": 100, "seed": 1}
PAIRS = PUBLISHED_PAIRS[:3]
NOTHING = math.nan


def pair_rows(**measures: list[float]) -> pd.DataFrame:
    """Of what is not told all are 1."""
    return pd.DataFrame(PAIRS).assign(**dict.fromkeys(PERCENTILES, 1.0)).assign(**measures)


def organ_rows(liver: list[float], spleen: list[float]) -> pd.DataFrame:
    """HD95 of two organs, a value a pair."""
    organs = {6: liver, 1: spleen}
    return pd.concat(
        pd.DataFrame(PAIRS).assign(label=label, dice=1.0, hd95_voxels=values, hd95_mm=values)
        for label, values in organs.items()
    )


def test_differences_are_of_the_same_pairs() -> None:
    before = pair_rows(dice=[0.1, 0.5, 0.6])
    # In another order, and without the first pair; every other one gains as much.
    after = pair_rows(dice=[0.9, 0.6, 0.7])[:0:-1]
    organs = organ_rows([2] * 3, [4] * 3)
    pairs = {"baseline": before, "symmetric": after}
    (line,) = make_differences(pairs, dict.fromkeys(pairs, organs), **DRAWS).rows
    assert (line["method"], line["before"], line["n"]) == ("+ symmetric", "baseline", 2)
    assert line["dice_difference"] == pytest.approx(0.1)
    assert (line["dice_low"], line["dice_high"]) == pytest.approx((0.1, 0.1))
    assert (line["dice_cases_low"], line["dice_cases_high"]) == pytest.approx((0.1, 0.1))
    assert line["hd95_mm_difference"] == 0


def test_a_variant_that_loses_an_organ_does_not_gain_by_it() -> None:
    pairs = dict.fromkeys(("baseline", "symmetric"), pair_rows())
    organs = {
        "baseline": organ_rows([20, 20, 20], [4, 4, 4]),
        # In one pair the liver is lost, in another both are.
        "symmetric": organ_rows([NOTHING, NOTHING, 18], [5, NOTHING, 4]),
    }
    (line,) = make_differences(pairs, organs, **DRAWS).rows
    # Of the first pair 5 - 4, of the last the mean of 18 - 20 and 4 - 4.
    assert line["hd95_mm_difference"] == pytest.approx((1 - 1) / 2)
    assert (line["n"], line["hd95_mm_n"], line["dice_n"]) == (3, 2, 3)


def test_one_pair_has_no_interval() -> None:
    rows = pair_rows()[:1]
    pairs = dict.fromkeys(("baseline", "symmetric"), rows)
    organs = dict.fromkeys(pairs, organ_rows([1] * 3, [1] * 3)[:1])
    table = make_differences(pairs, organs, **DRAWS)
    (line,) = table.rows
    assert line["dice_difference"] == 0
    assert math.isnan(line["dice_low"]) and math.isnan(line["dice_cases_high"])
    assert "(" not in table.to_markdown().splitlines()[4]
