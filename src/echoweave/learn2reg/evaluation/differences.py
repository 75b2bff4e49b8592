"""What each variant adds to the one before, on the same pairs and organs."""

from collections.abc import Mapping
from itertools import pairwise

import pandas as pd

from echoweave.evaluation.names import display_name
from echoweave.evaluation.table import Column, Table
from echoweave.learn2reg.evaluation.summary import (
    INTERVAL_NOTE,
    MEASURES,
    OVER_CASES_NOTE,
    cases_interval,
    mean_interval,
)

# A lost organ has no distance: these exist for what the field has left alone.
_OF_ORGANS_LEFT = ("hd95_voxels", "hd95_mm")
_DIFFERENCES = ("dice", "hd95_voxels", "hd95_mm", "sdlogj", "folded_percent")
_SAME_PAIRS = (
    "Mean over the pairs of both, of the row minus what it is compared with; of HD95 over the "
    "organs that neither has lost."
)


def make_differences(
    pairs: Mapping[str, pd.DataFrame], organs: Mapping[str, pd.DataFrame], samples: int, seed: int
) -> Table:
    """Return what each variant differs in from the one before, on the same pairs and organs.

    Args:
        pairs: Variant -> its pairs.tsv.
        organs: Variant -> its labels.tsv.
        samples: Draws of the intervals.
        seed: Seed of the draws.
    """
    lines = []
    for before, name in pairwise(pairs):
        both = pairs[name].merge(pairs[before], on=["fixed", "moving"])
        line = {"method": display_name(name), "before": display_name(before), "n": len(both)}
        for measure in _DIFFERENCES:
            # A variant that loses an organ would gain by its distance, which is left out.
            rows = organs if measure in _OF_ORGANS_LEFT else pairs
            found = _differences(rows[name], rows[before], measure)
            line |= _difference_cells(measure, found, samples, seed)
        lines.append(line)
    columns = [Column("method", "Method"), Column("before", "compared with"), Column("n", "n")]
    for measure in _DIFFERENCES:
        heading, decimals = MEASURES[measure]
        ends = f"{measure}_low", f"{measure}_high"
        columns.append(Column(f"{measure}_difference", heading, decimals, interval=ends))
        hidden = ("n", "cases_low", "cases_high")
        columns += [Column(f"{measure}_{key}", tsv_only=True) for key in hidden]
    notes = (_SAME_PAIRS, f"{INTERVAL_NOTE} {OVER_CASES_NOTE}")
    return Table("What each variant adds.", columns, lines, notes)


def _differences(later: pd.DataFrame, earlier: pd.DataFrame, measure: str) -> pd.DataFrame:
    """Return columns fixed, moving and difference: of pairs, or their mean over organs."""
    keys = [key for key in ("fixed", "moving", "label") if key in later]
    both = later.merge(earlier, on=keys, suffixes=("", "_before"))
    both["difference"] = both[measure] - both[f"{measure}_before"]
    known = both.dropna(subset=["difference"])
    return known.groupby(["fixed", "moving"])[["difference"]].mean().reset_index()


def _difference_cells(
    measure: str, found: pd.DataFrame, samples: int, seed: int
) -> dict[str, float | None]:
    values = found["difference"].to_numpy(float)
    low, high = mean_interval(values, samples, seed)
    cases_low, cases_high = cases_interval(found, values, samples, seed)
    cells = {
        **{"n": len(values), "difference": float(values.mean()) if len(values) else None},
        **{"low": low, "high": high, "cases_low": cases_low, "cases_high": cases_high},
    }
    return {f"{measure}_{key}": value for key, value in cells.items()}
