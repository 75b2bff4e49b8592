"""What the measures of all pairs come to: means, the challenge's percentiles, intervals."""

import math
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from echoweave.evaluation.statistics import Values, bootstrap, describe, mean_of_draws

BOOTSTRAP_SAMPLES = 2000
SEED = 1
# Measure -> the percentile over pairs that the challenge reports beside the mean: the 30th is the
# worse end of Dice, and the 70th that of SDlogJ. Of HD95 today's code takes the 30th as well.
PERCENTILES = {
    "dice": 30,
    "hd95_voxels": 30,
    "hd95_mm": 30,
    "sdlogj": 70,
    "sdlogj_offset3": 70,
    "sdlogj_offset15": 70,
    "folded_percent": 70,
}
# Measure -> its heading and decimals.
MEASURES = {
    "dice": ("Dice", 3),
    "hd95_voxels": ("HD95 (voxels)", 2),
    "hd95_mm": ("HD95 (mm)", 2),
    "sdlogj": ("SDlogJ", 3),
    "sdlogj_offset3": ("SDlogJ, J + 3", 3),
    "sdlogj_offset15": ("SDlogJ, J + 15", 4),
    "folded_percent": ("Folded (%)", 3),
}
INTERVAL_NOTE = (
    "In brackets: 95 % interval by bootstrap over the n pairs. Pairs share cases, so that it is "
    "too narrow."
)
OVER_CASES_NOTE = "The TSV has intervals of the means over cases, too."
DEFINITIONS = {
    "dice": "mean over the labels 1 to 13 that both files of a pair have; the warped label is "
    "sampled at the nearest voxel. A label that the field has lost counts 0.",
    "hd95_voxels": "95th percentile of the surface distances (surface-distance, weighted by area), "
    "spacing 1, mean over the same labels; a label that the field has lost has none and is left "
    "out (the column lost counts them; the public evaluation's mean is infinite then).",
    "hd95_mm": "the same with the spacing of the fixed file.",
    "sdlogj": "SD of log(clip(det J, 1e-9, 1e9)), det J by central differences, without two voxels "
    "on every side.",
    "sdlogj_offset3": "SD of log(clip(det J + 3, 1e-9, 1e9)): the public evaluation of today. Not "
    "comparable to the others.",
    "sdlogj_offset15": "SD of log(clip(det J + 15, 0, 1e9)): the evaluation of 2020; it hides "
    "folding. Not comparable to the others.",
    "folded_percent": "share of the same voxels with det J <= 0.",
    "percentile": 'Over pairs, linear between two: the 30th of Dice ("Dice30") and of HD95 as '
    "the public evaluation takes it, the 70th of SDlogJ and of the folded share.",
    "interval": "95 % interval of the mean, and of the percentile, by bootstrap over pairs. Pairs "
    "share cases, so that it is too narrow; the interval over cases draws cases, and a pair as "
    "often as both of its cases together.",
}


def summarise_pairs(pair_rows: pd.DataFrame, organ_rows: pd.DataFrame) -> dict[str, Any]:
    """Return the content of summary.json.

    Args:
        pair_rows: pairs.tsv of one or more variants.
        organ_rows: Their labels.tsv.
    """
    variants = {
        str(variant): {
            "pairs": len(rows),
            "cases": len({*rows["fixed"], *rows["moving"]}),
            "lost_labels": int(rows["lost"].sum()),
            "measures": {
                measure: _without_nan(summarise_measure(rows, measure)) for measure in PERCENTILES
            },
            "organs": _summarise_organs(organ_rows[organ_rows["variant"] == variant]),
        }
        for variant, rows in pair_rows.groupby("variant", sort=False)
    }
    return {
        "definitions": DEFINITIONS,
        "percentiles": PERCENTILES,
        "bootstrap_samples": BOOTSTRAP_SAMPLES,
        "variants": variants,
    }


def summarise_measure(
    rows: pd.DataFrame, measure: str, samples: int = BOOTSTRAP_SAMPLES, seed: int = SEED
) -> dict[str, float]:
    """Summarise one measure of the pairs of one variant; NaN is left out.

    Args:
        rows: Rows of pairs.tsv.
        measure: A key of ``PERCENTILES``.
        samples: Draws of each interval.
        seed: Seed of the draws.

    Returns:
        n, mean, sd, low and high (of the mean, over pairs), cases_low and cases_high (of the mean,
        over cases), percentile, percentile_low, percentile_high.
    """
    known = rows[rows[measure].notna()]
    values = known[measure].to_numpy(float)
    found = describe(values)
    percent = PERCENTILES[measure]

    def percentile_of_pairs(draws: Values) -> Values:
        return np.asarray(np.percentile(draws[:, :, 0], percent, axis=1))

    low, high = mean_interval(values, samples, seed)
    ends = bootstrap(values[:, None], percentile_of_pairs, samples, seed)
    cases_low, cases_high = cases_interval(known, values, samples, seed)
    return {
        **{"n": found.n, "mean": found.mean, "sd": found.sd, "low": low, "high": high},
        **{"cases_low": cases_low, "cases_high": cases_high},
        "percentile": float(np.percentile(values, percent)) if len(values) else math.nan,
        **{"percentile_low": ends[0], "percentile_high": ends[1]},
    }


def mean_interval(values: Values, samples: int, seed: int) -> tuple[float, float]:
    """Return the 95 % interval of the mean of ``values`` [P], one a pair."""
    return bootstrap(np.column_stack([values, np.ones_like(values)]), mean_of_draws, samples, seed)


def cases_interval(
    rows: pd.DataFrame, values: Values, samples: int, seed: int
) -> tuple[float, float]:
    """Return the 95 % interval of the mean if cases are drawn, not pairs.

    A pair counts as often as its fixed case was drawn times its moving case.

    Args:
        rows: Columns fixed and moving, a row a pair.
        values: [P], one a pair.
        samples: Draws of the interval.
        seed: Seed of the draws.

    Returns:
        (low, high); NaN for fewer than two pairs.
    """
    if len(values) < 2:
        return math.nan, math.nan
    cases, places = np.unique(rows[["fixed", "moving"]].to_numpy(str), return_inverse=True)
    fixed, moving = places.reshape(-1, 2).T

    def mean_of_cases(draws: Values) -> Values:
        drawn: NDArray[np.int64] = draws[:, :, 0].astype(int)
        counts = np.stack([np.bincount(one, minlength=len(cases)) for one in drawn])
        weights = counts[:, fixed] * counts[:, moving]
        with np.errstate(invalid="ignore"):
            # NaN where no pair was drawn.
            return np.asarray((weights * values).sum(axis=1) / weights.sum(axis=1))

    return bootstrap(np.arange(len(cases), dtype=float)[:, None], mean_of_cases, samples, seed)


def _summarise_organs(rows: pd.DataFrame) -> dict[str, dict[str, float | int | None]]:
    measures = ("dice", "hd95_voxels", "hd95_mm")
    return {
        str(organ): {
            "n": int(found["dice"].notna().sum()),
            **_without_nan({measure: float(found[measure].mean()) for measure in measures}),
        }
        for organ, found in rows.groupby("organ", sort=False)
    }


def _without_nan(values: dict[str, float]) -> dict[str, float | None]:
    """Return the values with null for NaN, which is no JSON."""
    return {name: None if math.isnan(value) else value for name, value in values.items()}
