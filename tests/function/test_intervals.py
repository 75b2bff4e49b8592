import math

import numpy as np
import pytest

from echoweave.function.analysis import Measured
from echoweave.function.intervals import conformal_quantile, expected_dice, with_interval

SCORES = [float(one) for one in range(1, 20)]


def test_the_rank_by_hand():
    # ceil(20 * .9) = 18
    assert conformal_quantile(SCORES[::-1], 0.9) == 18
    # 8 scores cannot tell 90 %: ceil(9 * .9) = 9.
    assert conformal_quantile(SCORES[:8], 0.9) == math.inf
    assert conformal_quantile(SCORES[:9], 0.9) == 9


def test_errors_of_ef_count_in_points_and_those_of_volumes_as_shares():
    scores = {"ef_percent": SCORES, "edv": [one / 100 for one in SCORES]}
    ef = with_interval(Measured(60.0), "ef_percent", 0.5, scores)
    assert (ef.low, ef.high) == (51.0, 69.0)
    edv = with_interval(Measured(200.0), "edv", 0.5, scores)
    assert (edv.low, edv.high) == pytest.approx((182, 218))


def test_an_interval_stays_in_range():
    ef = with_interval(Measured(5.0), "ef_percent", 1.0, {"ef_percent": SCORES})
    assert (ef.low, ef.high) == (0.0, 23.0)
    ef = with_interval(Measured(95.0), "ef_percent", 1.0, {"ef_percent": SCORES})
    assert (ef.low, ef.high) == (77.0, 100.0)


def test_no_interval_without_a_value_or_a_calibration():
    assert with_interval(Measured(60.0), "ef_percent", 0.5, {}) == Measured(60.0)
    unknown = Measured(None, reason="less than one beat")
    assert with_interval(unknown, "ef_percent", 0.5, {"ef_percent": SCORES}) == unknown


def test_dice_that_is_to_be_expected():
    # Of 39 scores the 38th and the 2nd bound 90 %; 20 is the median.
    found = expected_dice("cavity", 0.01, {"dice_cavity": [float(one) for one in range(1, 40)]})
    assert (found.value, found.low, found.high) == pytest.approx((0.8, 0.62, 0.98))
    assert expected_dice("cavity", 0.01, {}).value is None


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
    scores = {"ef_percent": list(np.abs(truth - values) / doubts)}
    for (value, doubt), (low, high) in zip(new, intervals[:, :, 0], strict=True):
        ours = with_interval(Measured(value), "ef_percent", doubt, scores)
        assert (ours.low, ours.high) == pytest.approx((low, high), rel=1e-4)
