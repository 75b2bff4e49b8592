import math

import numpy as np
import pytest

from echoweave.bundles.bundle import Calibration
from echoweave.function.analysis import Measured
from echoweave.function.intervals import conformal_quantile, expected_dice, with_interval

SCORES = [float(one) for one in range(1, 20)]


def known(scores=SCORES, growth=1.0, together=1.0) -> Calibration:
    return Calibration(scores, growth, together)


def test_the_rank_by_hand():
    # ceil(20 * .9) = 18
    assert conformal_quantile(SCORES[::-1], 0.9) == 18
    # 8 scores cannot tell 90 %: ceil(9 * .9) = 9.
    assert conformal_quantile(SCORES[:8], 0.9) == math.inf
    assert conformal_quantile(SCORES[:9], 0.9) == 9


def test_errors_of_ef_count_in_points_and_those_of_volumes_as_shares():
    both = {"ef_percent": known(), "edv": known([one / 100 for one in SCORES])}
    ef = with_interval(Measured(60.0), "ef_percent", 0.5, both, alone=False)
    assert (ef.low, ef.high) == (51.0, 69.0)
    edv = with_interval(Measured(200.0), "edv", 0.5, both, alone=False)
    assert (edv.low, edv.high) == pytest.approx((182, 218))


def test_errors_grow_with_a_power_of_the_doubt_and_folds_together_err_less():
    ef = {"ef_percent": known(growth=0.5, together=0.9)}
    # 18 times the root of .25, and nine tenths of that.
    alone = with_interval(Measured(60.0), "ef_percent", 0.25, ef, alone=True)
    assert (alone.low, alone.high) == (51.0, 69.0)
    all_folds = with_interval(Measured(60.0), "ef_percent", 0.25, ef, alone=False)
    assert (all_folds.low, all_folds.high) == pytest.approx((51.9, 68.1))


def test_an_interval_stays_in_range():
    ef = with_interval(Measured(5.0), "ef_percent", 1.0, {"ef_percent": known()}, alone=False)
    assert (ef.low, ef.high) == (0.0, 23.0)
    ef = with_interval(Measured(95.0), "ef_percent", 1.0, {"ef_percent": known()}, alone=False)
    assert (ef.low, ef.high) == (77.0, 100.0)


def test_no_interval_without_a_value_or_a_calibration():
    assert with_interval(Measured(60.0), "ef_percent", 0.5, {}, alone=False) == Measured(60.0)
    unknown = Measured(None, reason="less than one beat")
    ef = {"ef_percent": known()}
    assert with_interval(unknown, "ef_percent", 0.5, ef, alone=False) == unknown


def test_dice_that_is_to_be_expected():
    # Of 39 scores the 38th and the 2nd bound 90 %; 20 is the median.
    dice = {"dice_cavity": known([float(one) for one in range(1, 40)], together=0.9)}
    found = expected_dice("cavity", 0.01, dice, alone=True)
    assert (found.value, found.low, found.high) == pytest.approx((0.8, 0.62, 0.98))
    found = expected_dice("cavity", 0.01, dice, alone=False)
    assert (found.value, found.low, found.high) == pytest.approx((0.82, 0.658, 0.982))
    assert expected_dice("cavity", 0.01, {}, alone=False).value is None


def test_the_same_as_mapie():
    from mapie.conformity_scores import ResidualNormalisedScore
    from mapie.regression import SplitConformalRegressor
    from sklearn.base import BaseEstimator, RegressorMixin

    class Column(RegressorMixin, BaseEstimator):
        """Takes one column of X for its prediction."""

        def __init__(self, column: int = 0) -> None:
            self.column = column

        def fit(self, x: np.ndarray, y: np.ndarray) -> "Column":
            self.fitted_ = True
            return self

        def predict(self, x: np.ndarray) -> np.ndarray:
            return x[:, self.column]

    rng = np.random.default_rng(5)
    values, doubts = rng.uniform(30, 70, 60), rng.uniform(0.5, 2, 60)
    truth = values + doubts * rng.normal(size=60)
    x = np.stack([values, doubts], axis=1)
    score = ResidualNormalisedScore(
        residual_estimator=Column(1).fit(x, truth), prefit=True, sym=True, consistency_check=False
    )
    theirs = SplitConformalRegressor(
        Column(0).fit(x, truth), confidence_level=0.9, conformity_score=score, prefit=True
    ).conformalize(x, truth)
    new = np.array([[55.0, 1.5], [40.0, 0.7]])
    _, intervals = theirs.predict_interval(new)
    ours_known = {"ef_percent": known(list(np.abs(truth - values) / doubts))}
    for (value, doubt), (low, high) in zip(new, intervals[:, :, 0], strict=True):
        ours = with_interval(Measured(value), "ef_percent", doubt, ours_known, alone=False)
        assert (ours.low, ours.high) == pytest.approx((low, high), rel=1e-4)
