"""Descriptive statistics, agreement, bootstrap intervals and paired tests.

Missing values (NaN) are left out everywhere; a statistic without enough values is NaN.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]
CONFIDENCE = (2.5, 97.5)


@dataclass(frozen=True)
class Description:
    """What a sample looks like; SD with n - 1."""

    n: int
    mean: float
    sd: float
    median: float
    q1: float
    q3: float


def describe(values: Values) -> Description:
    """Describe the finite values of ``values`` [N]."""
    found = values[np.isfinite(values)]
    if not len(found):
        return Description(0, *[math.nan] * 5)
    sd = float(found.std(ddof=1)) if len(found) > 1 else math.nan
    q1, median, q3 = np.percentile(found, [25, 50, 75])
    return Description(len(found), float(found.mean()), sd, float(median), float(q1), float(q3))


@dataclass(frozen=True)
class Agreement:
    """How automatic values agree with references; differences are automatic - reference.

    Attributes:
        n: Pairs where both are known.
        correlation: Pearson's; NaN for fewer than three pairs or constant values.
        bias: Mean difference.
        sd: Standard deviation of the differences.
        mae: Mean absolute difference.
        lower: Lower limit of agreement, bias - 1.96 SD of the differences (Bland and Altman).
        upper: Upper limit of agreement.
    """

    n: int
    correlation: float
    bias: float
    sd: float
    mae: float
    lower: float
    upper: float


def agree(automatic: Values, reference: Values) -> Agreement:
    """Compare ``automatic`` [N] with ``reference`` [N], one value a patient."""
    known = np.isfinite(automatic) & np.isfinite(reference)
    ours, theirs = automatic[known], reference[known]
    if not len(ours):
        return Agreement(0, *[math.nan] * 6)
    difference = ours - theirs
    bias = float(difference.mean())
    sd = float(difference.std(ddof=1)) if len(ours) > 1 else math.nan
    return Agreement(
        n=len(ours),
        correlation=correlation(ours, theirs),
        bias=bias,
        sd=sd,
        mae=float(np.abs(difference).mean()),
        lower=bias - 1.96 * sd,
        upper=bias + 1.96 * sd,
    )


def correlation(ours: Values, theirs: Values) -> float:
    """Return Pearson's correlation; NaN for fewer than three pairs or constant values."""
    if len(ours) < 3 or np.ptp(ours) == 0 or np.ptp(theirs) == 0:
        return math.nan
    return float(np.corrcoef(ours, theirs)[0, 1])


def determination(ours: Values, theirs: Values) -> float:
    """Return R², how much better ``ours`` [N] are than the mean of ``theirs`` [N].

    1 - sum((ours - theirs)²) / sum((theirs - mean)²); NaN for fewer than three pairs or references
    that are all one.
    """
    if len(ours) < 3:
        return math.nan
    return float(determination_of_draws(np.column_stack([ours, theirs])[None])[0])


def bootstrap(
    patients: Values,
    statistic: Callable[[Values], Values],
    samples: int,
    seed: int,
    percentiles: tuple[float, float] = CONFIDENCE,
) -> tuple[float, float]:
    """Return the percentile interval of a statistic over patients, the 95 % one if none is named.

    Whole patients are drawn with replacement, since the frames of one patient resemble each other.

    Args:
        patients: [P, K], what the statistic needs of each patient.
        statistic: Takes the draws [B, P, K] and returns one value each, [B].
        samples: Number of draws B.
        seed: Seed of the draws.
        percentiles: Where the interval ends.

    Returns:
        (low, high); NaN for fewer than two patients.
    """
    generator = np.random.default_rng(seed)
    return _interval(_results(patients, statistic, samples, generator), percentiles)


def bootstrap_difference(
    first: Values,
    second: Values,
    statistic: Callable[[Values], Values],
    samples: int,
    seed: int,
) -> tuple[float, float]:
    """Return the 95 % interval of a statistic of some patients minus that of others.

    Both sides are drawn independently of each other, for nothing pairs them.

    Args:
        first: [P, K], what the statistic needs of each patient.
        second: [Q, K], the same of the others.
        statistic: Takes the draws [B, P, K] and returns one value each, [B].
        samples: Number of draws B.
        seed: Seed of the draws.

    Returns:
        (low, high); NaN where either side has fewer than two patients.
    """
    generator = np.random.default_rng(seed)
    ours, theirs = (_results(side, statistic, samples, generator) for side in (first, second))
    return _interval(ours - theirs, CONFIDENCE)


def _results(
    patients: Values,
    statistic: Callable[[Values], Values],
    samples: int,
    generator: np.random.Generator,
) -> Values:
    """Return the statistic of each draw of whole patients [B]; NaN for fewer than two of them."""
    if len(patients) < 2:
        return np.full(samples, np.nan)
    draws = generator.integers(len(patients), size=(samples, len(patients)))
    return statistic(patients[draws])


def _interval(results: Values, percentiles: tuple[float, float]) -> tuple[float, float]:
    results = results[np.isfinite(results)]
    if not len(results):
        return math.nan, math.nan
    low, high = np.percentile(results, percentiles)
    return float(low), float(high)


def mean_of_draws(draws: Values) -> Values:
    """Return the mean [B] over all frames, given (sum, count) of each patient [B, P, 2]."""
    sums, counts = draws.sum(axis=1).T
    return np.asarray(sums / counts)


def pooled_dice_of_draws(draws: Values) -> Values:
    """Return 2 sum(I) / sum(A + B) [B] over all frames, given (I, A + B) of each [B, P, 2].

    NaN where every frame that was drawn is empty on both sides.
    """
    shared, total = draws.sum(axis=1).T
    pooled = np.full(len(draws), np.nan)
    return np.asarray(np.divide(2 * shared, total, out=pooled, where=total > 0))


def median_of_draws(draws: Values) -> Values:
    """Return the median [B] over the patients, one value each [B, P, 1]."""
    return np.asarray(np.median(draws[:, :, 0], axis=1))


def correlation_of_draws(draws: Values) -> Values:
    """Return Pearson's correlation [B] of the pairs [B, P, 2]; NaN if a side is constant."""
    ours, theirs = np.moveaxis(draws - draws.mean(axis=1, keepdims=True), 2, 0)
    spread = np.sqrt((ours**2).sum(axis=1) * (theirs**2).sum(axis=1))
    known = spread > 0
    found = np.full(len(draws), np.nan)
    found[known] = (ours * theirs).sum(axis=1)[known] / spread[known]
    return found


def determination_of_draws(draws: Values) -> Values:
    """Return R² [B] of the pairs [B, P, 2], see :func:`determination`; NaN for one reference."""
    ours, theirs = np.moveaxis(draws, 2, 0)
    left = ((ours - theirs) ** 2).sum(axis=1)
    total = ((theirs - theirs.mean(axis=1, keepdims=True)) ** 2).sum(axis=1)
    found = np.full(len(draws), np.nan)
    found[total > 0] = 1 - left[total > 0] / total[total > 0]
    return found


def bias_of_draws(draws: Values) -> Values:
    """Return the mean difference [B], first minus second of the pairs [B, P, 2]."""
    return np.asarray((draws[:, :, 0] - draws[:, :, 1]).mean(axis=1))


def mae_of_draws(draws: Values) -> Values:
    """Return the mean absolute difference [B] of the pairs [B, P, 2]."""
    return np.asarray(np.abs(draws[:, :, 0] - draws[:, :, 1]).mean(axis=1))


def paired_p(first: Values, second: Values) -> float:
    """Return the two-sided p of Wilcoxon's signed-rank test over paired values [N].

    NaN for fewer than two pairs; 1 if all pairs are equal.
    """
    known = np.isfinite(first) & np.isfinite(second)
    difference = first[known] - second[known]
    if len(difference) < 2:
        return math.nan
    if not difference.any():
        return 1.0
    # Here: scipy.stats takes longer to import than most jobs to run, and few test.
    from scipy.stats import wilcoxon

    return float(wilcoxon(difference).pvalue)


def holm(p_values: Values) -> Values:
    """Return Holm's adjusted p-values [N]; NaN stays NaN and does not count as a test.

    Source: Holm, A simple sequentially rejective multiple test procedure, Scand. J. Stat. 6 (1979).
    """
    adjusted = np.full(len(p_values), np.nan)
    order = [index for index in np.argsort(p_values) if np.isfinite(p_values[index])]
    highest = 0.0
    for rank, index in enumerate(order):
        highest = max(highest, min(1.0, (len(order) - rank) * float(p_values[index])))
        adjusted[index] = highest
    return adjusted
