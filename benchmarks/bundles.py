"""How much faster a bundle segments clips than nnU-Net's own predictor, on one CPU in one run.

Usage: python benchmarks/bundles.py RESULTS ARM [--clips N]
RESULTS is a finished run whose target `bundle` is made. Both label the same test clips with all
folds in turns, models loaded before. The TSV has for each clip the seconds of both, their ratio and
the share of pixels that get the same label; last the ratio over all clips with its 95 % interval.
"""

import argparse
import json
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from nnunetv2.inference.predict_from_raw_data import nnUNetPredictor
from windows import test_clips

from echoweave.bundles.bundle import read_bundle
from echoweave.bundles.segmenter import Segmenter
from echoweave.evaluation.statistics import bootstrap, mean_of_draws
from echoweave.segmentation.arms import ARMS
from echoweave.segmentation.ensemble import Ensemble
from echoweave.segmentation.files import best_file
from echoweave.segmentation.nnunet import quiet, set_environment

SAMPLES, SEED = 2000, 1


def main() -> None:
    """Print the TSV."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("results", type=Path)
    parser.add_argument("arm", choices=ARMS)
    parser.add_argument("--clips", type=int, default=8)
    options = parser.parse_args()
    root = options.results / "nnunet"
    set_environment(root, threads=1)
    (bundle_folder,) = options.results.glob(f"bundles/{options.arm}")
    bundle = read_bundle(bundle_folder)
    arm = ARMS[options.arm]._replace(data_set=bundle.data_set)
    folds = json.loads(best_file(root, arm).read_text())["folds"]
    with quiet():
        theirs = Ensemble(arm, folds, root)
        for member in theirs.members:
            # nnU-Net's windows as they are, without what we change of them.
            member.__class__ = nnUNetPredictor
    ours = Segmenter(bundle, range(bundle.folds), threads=1)
    rows: list[dict[str, Any]] = []
    for echo in test_clips(options.results)[: options.clips]:
        started = time.perf_counter()
        found = echo.in_time(ours(echo.in_time(echo.frames), echo.spacing).labels)
        between = time.perf_counter()
        with quiet():
            labels = theirs(echo)
        ended = time.perf_counter()
        rows.append(
            {
                "clip": echo.name,
                "patient": echo.patient,
                "nnunet_s": ended - between,
                "bundle_s": between - started,
                "ratio": (ended - between) / (between - started),
                "equal": float(np.mean(found == labels)),
            }
        )
    pd.DataFrame([*rows, summary(pd.DataFrame(rows))]).to_csv(
        sys.stdout, sep="\t", index=False, float_format="%.4f"
    )


def summary(table: pd.DataFrame) -> dict[str, Any]:
    """Return the ratio over all clips, with its interval over patients."""
    of_patients = table.groupby("patient")[["nnunet_s", "bundle_s"]].sum().to_numpy(float)
    low, high = bootstrap(of_patients, mean_of_draws, SAMPLES, SEED)
    sums = table[["nnunet_s", "bundle_s"]].sum()
    return {
        "clip": f"all {len(table)}",
        **sums,
        "ratio": sums["nnunet_s"] / sums["bundle_s"],
        "ratio_low": low,
        "ratio_high": high,
        "equal": table["equal"].min(),
    }


if __name__ == "__main__":
    main()
