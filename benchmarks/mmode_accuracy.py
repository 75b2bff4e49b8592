"""What the networks of strips find in test recordings of the phantom, against what is true of them.

Usage: python benchmarks/mmode_accuracy.py RESULTS PHANTOM
RESULTS is what the target `mmode` has made of PHANTOM/mmode; PHANTOM is what `echoweave phantom
--layout mmode` wrote. The truth is the phantom's own: the exact diameter of each column, and
medians over the beats of good stretches. Prints a TSV, a row a network and measure: the mean error
over the recordings with its 95 % interval over animals, the worst recording, and the share of
recordings within the limit. The error of LVID is the mean over the columns of good stretches.
"""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from echoweave.evaluation.statistics import bootstrap, mean_of_draws, pooled_dice_of_draws
from echoweave.io.tables import read_tsv
from echoweave.mmode.strips.quality_regions import QualityRegions, read_quality_regions
from echoweave.outputs.summary import load_summary

SAMPLES, SEED = 2000, 1
# Measure -> the most that a recording may be wrong by.
LIMITS = {
    "lvid_px": 0.5,
    "lvidd_px": 0.5,
    "lvids_px": 0.5,
    "heart_rate_percent": 1.0,
    "ef_points": 2.0,
    "fs_points": 2.0,
}


def main() -> None:
    """Print the TSV."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("results", type=Path)
    parser.add_argument("phantom", type=Path)
    options = parser.parse_args()
    wing, phantom = options.results / "mmode", options.phantom
    found = read_tsv(wing / "tables/recordings.tsv")
    found = found[found["kind"] == "recorded"]
    truth = read_tsv(phantom / "truth/mmode.tsv").set_index("recording")
    names = dict.fromkeys(truth.index.astype(str))
    regions = read_quality_regions(phantom / "mmode/regions.tsv", names)
    rows: list[dict[str, object]] = []
    for network, strips in found.groupby("network", sort=False):
        measured = wing / "measured" / str(network)
        errors = pd.DataFrame(
            [
                errors_of(strip, truth.loc[strip["recording"]], measured, phantom, regions)
                for _, strip in strips.iterrows()
            ]
        )
        rows += [{"network": network, **row} for row in describe(strips, errors)]
    pd.DataFrame(rows).to_csv(sys.stdout, sep="\t", index=False, float_format="%.4g")


def errors_of(
    found: "pd.Series[float]",
    true: "pd.Series[float]",
    measured: Path,
    phantom: Path,
    regions: dict[str, QualityRegions],
) -> dict[str, object]:
    """Return how wrong each measure of a recording is; NaN where there is none."""
    name = str(found["recording"])
    scale = float(load_summary(measured / name / "summary.json")["mm_per_row"])
    lvid_mm = lvid_error(name, measured, phantom, regions.get(name, QualityRegions()))
    return {
        "animal": found["animal"],
        "lvid_px": lvid_mm / scale,
        "lvidd_px": abs(found["lvidd_mm"] - true["lvidd_mm"]) / scale,
        "lvids_px": abs(found["lvids_mm"] - true["lvids_mm"]) / scale,
        "heart_rate_percent": 100 * abs(found["heart_rate_bpm"] / true["hr_bpm"] - 1),
        "ef_points": abs(found["ef_percent"] - true["ef_percent"]),
        "fs_points": abs(found["fs_percent"] - true["fs_percent"]),
    }


def lvid_error(name: str, measured: Path, phantom: Path, regions: QualityRegions) -> float:
    """Return the mean error of the diameter over the columns of good stretches, in mm."""
    found = pd.read_csv(measured / name / "lvid.csv")
    true = read_tsv(phantom / f"truth/lvid/{name}.tsv")["lvid_mm"].to_numpy(float)
    seconds = found["time_ms"].to_numpy(float) / 1000
    good = np.zeros(len(found), bool)
    for start_s, end_s in regions.good:
        good |= (seconds >= start_s) & (seconds <= end_s)
    lvid, depth = found["lvid_mm"].to_numpy(float), found["lower_mm"].to_numpy(float)
    known = good & np.isfinite(lvid) & np.isfinite(depth)
    if not known.any():
        return float("nan")
    return float(np.abs(lvid - true)[known].mean())


def describe(strips: pd.DataFrame, errors: pd.DataFrame) -> Iterator[dict[str, object]]:
    """Yield a row for Dice, over all columns and those that count, and one for each measure."""
    for name, prefix in (("dice", ""), ("dice_good", "good_")):
        sums = strips.groupby("animal")[[f"{prefix}shared_px", f"{prefix}sizes_px"]].sum()
        pairs = sums.to_numpy(float)
        low, high = bootstrap(pairs, pooled_dice_of_draws, SAMPLES, SEED)
        each = 2 * strips[f"{prefix}shared_px"] / strips[f"{prefix}sizes_px"]
        yield {
            "measure": name,
            "n": len(strips),
            "animals": len(pairs),
            "value": float(pooled_dice_of_draws(pairs[None])[0]),
            "low": low,
            "high": high,
            "worst": each.min(),
            "limit": 0.98,
            "within": float((each >= 0.98).mean()),
        }
    for name, limit in LIMITS.items():
        known = errors[errors[name].notna()]
        sums = known.groupby("animal")[name].agg(["sum", "count"]).to_numpy(float)
        low, high = bootstrap(sums, mean_of_draws, SAMPLES, SEED)
        yield {
            "measure": name,
            "n": len(known),
            "animals": known["animal"].nunique(),
            "value": known[name].mean(),
            "low": low,
            "high": high,
            "worst": known[name].max(),
            "limit": limit,
            "within": float((known[name] <= limit).mean()),
        }


if __name__ == "__main__":
    main()
