import math

import numpy as np
import pytest

from echoweave.evaluation.statistics import (
    agree,
    bias_of_draws,
    bootstrap,
    bootstrap_difference,
    correlation_of_draws,
    describe,
    determination,
    determination_of_draws,
    holm,
    mae_of_draws,
    mean_of_draws,
    median_of_draws,
    paired_p,
    pooled_dice_of_draws,
)

NAN = math.nan


def test_describe_leaves_out_what_is_missing():
    found = describe(np.array([1.0, NAN, 2, 3, 4]))

    assert (found.n, found.mean, found.median, found.q1, found.q3) == (4, 2.5, 2.5, 1.75, 3.25)
    assert found.sd == pytest.approx(math.sqrt(5 / 3))


def test_describe_one_and_none():
    assert describe(np.array([3.0])).mean == 3.0
    assert math.isnan(describe(np.array([3.0])).sd)
    assert describe(np.array([NAN])).n == 0
    assert math.isnan(describe(np.array([])).mean)


def test_agreement_by_hand():
    # Differences -2 0 2 4: mean 1, sum of squares around it 20, SD sqrt(20 / 3).
    found = agree(np.array([8.0, 20, 32, 44, 50]), np.array([10.0, 20, 30, 40, NAN]))

    assert (found.n, found.bias, found.mae) == (4, 1.0, 2.0)
    assert found.correlation == pytest.approx(1.0)
    assert found.sd == pytest.approx(math.sqrt(20 / 3))
    assert found.upper == pytest.approx(1 + 1.96 * math.sqrt(20 / 3))
    assert found.lower == pytest.approx(1 - 1.96 * math.sqrt(20 / 3))


def test_agreement_of_few_patients():
    one = agree(np.array([8.0]), np.array([10.0]))
    assert (one.n, one.bias, one.mae) == (1, -2.0, 2.0)
    assert math.isnan(one.correlation)
    assert math.isnan(one.lower)
    assert agree(np.array([]), np.array([])).n == 0
    assert math.isnan(agree(np.array([1.0, 1, 1]), np.array([1.0, 2, 3])).correlation)


def test_statistics_of_draws_equal_those_of_the_sample():
    pairs = np.array([[8.0, 10], [20, 22], [35, 30], [44, 40]])
    found = agree(pairs[:, 0], pairs[:, 1])

    assert correlation_of_draws(pairs[None])[0] == pytest.approx(found.correlation)
    assert bias_of_draws(pairs[None])[0] == pytest.approx(found.bias)
    assert mae_of_draws(pairs[None])[0] == pytest.approx(found.mae)
    assert np.isnan(correlation_of_draws(np.ones((1, 3, 2))))[0]


def test_mean_of_draws_weighs_patients_by_their_frames():
    # Sums 6 and 4 over 3 and 1 frames.
    assert mean_of_draws(np.array([[[6.0, 3], [4, 1]]])).tolist() == [2.5]


def test_median_of_draws():
    draws = np.array([[[1.0], [5.0], [2.0]], [[4.0], [4.0], [9.0]]])
    assert median_of_draws(draws).tolist() == [2.0, 4.0]


def test_bootstrap_interval_is_that_of_the_mean():
    values = np.random.default_rng(1).normal(10.0, 2.0, 100)
    patients = np.stack([values, np.ones(100)], axis=1)
    low, high = bootstrap(patients, mean_of_draws, 4000, seed=5)

    error = values.std(ddof=1) / 10
    assert low == pytest.approx(values.mean() - 1.96 * error, abs=0.05)
    assert high == pytest.approx(values.mean() + 1.96 * error, abs=0.05)


def test_bootstrap_depends_on_the_seed_alone():
    patients = np.random.default_rng(0).uniform(1, 2, (9, 2))
    first = bootstrap(patients, mean_of_draws, 200, seed=3)

    assert bootstrap(patients, mean_of_draws, 200, seed=3) == first
    assert bootstrap(patients, mean_of_draws, 200, seed=4) != first


@pytest.mark.parametrize("n", [0, 1])
def test_no_interval_for_less_than_two_patients(n):
    assert np.isnan(bootstrap(np.ones((n, 2)), mean_of_draws, 50, seed=1)).all()


def test_paired_p_of_five_wins():
    # Five differences of one sign: 2 / 2^5.
    first = np.array([2.0, 4, 6, 8, 10, NAN])
    assert paired_p(first, np.array([1.0, 2, 3, 4, 5, 6])) == pytest.approx(2 / 32)


def test_paired_p_without_a_difference_or_without_pairs():
    assert paired_p(np.ones(4), np.ones(4)) == 1.0
    assert math.isnan(paired_p(np.ones(1), np.zeros(1)))


def test_holm_by_hand():
    # Sorted .01 .03 .04 with factors 3 2 1; the last may not fall under the one before it.
    adjusted = holm(np.array([0.04, 0.01, NAN, 0.03]))
    assert adjusted == pytest.approx([0.06, 0.03, NAN, 0.06], nan_ok=True)
    assert holm(np.array([0.9, 0.8])).tolist() == [1.0, 1.0]


def test_a_difference_of_unpaired_patients_is_as_wide_as_both_sides_together():
    first = np.array([[2.0, 1], [4, 1]])
    second = np.array([[1.0, 1], [1, 1]])
    low, high = bootstrap_difference(first, second, mean_of_draws, 200, 1)

    # The second side is the same in every draw; the first runs from 2 to 4.
    assert (low, high) == (1.0, 3.0)
    both = bootstrap_difference(first, first, mean_of_draws, 2000, 1)
    assert both == (-2.0, 2.0)
    alone = bootstrap_difference(first[:1], second, mean_of_draws, 200, 1)
    assert all(math.isnan(end) for end in alone)


def test_the_ends_of_an_interval_can_be_chosen():
    patients = np.arange(101.0)[:, None]

    def first_drawn(draws):
        return draws[:, 0, 0]

    wide = bootstrap(patients, first_drawn, 20000, 1)
    narrow = bootstrap(patients, first_drawn, 20000, 1, (5, 95))
    assert wide == pytest.approx((2.5, 97.5), abs=1)
    assert narrow == pytest.approx((5, 95), abs=1)


def test_pooled_dice_of_draws_by_hand():
    # 30 of 80 and 10 of 20 pixels on both sides; nothing on either.
    draws = np.array([[[30.0, 80], [10, 20]], [[0, 0], [0, 0]]])
    found = pooled_dice_of_draws(draws)

    assert found[0] == pytest.approx(2 * 40 / 100)
    assert math.isnan(found[1])


def test_determination_by_hand():
    # Squares of 1, 0 and 1 against 1, 0 and 1 about the mean; then one point off throughout.
    assert determination(np.array([2.0, 2, 2]), np.array([1.0, 2, 3])) == 0.0
    assert determination(np.array([2.0, 3, 4]), np.array([1.0, 2, 3])) == 1 - 3 / 2
    assert math.isnan(determination(np.array([1.0, 2]), np.array([1.0, 2])))
    constant = np.array([[[1.0, 5], [2, 5], [3, 5]]])
    assert math.isnan(determination_of_draws(constant)[0])
