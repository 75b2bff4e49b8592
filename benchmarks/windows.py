"""Seams and strides: how whole clips are put together from windows over time.

Usage: python benchmarks/windows.py RESULTS [ARM ...]
RESULTS is the folder of a finished run. For each arm of whole sequences the test clips are
predicted with windows that overlap by half, as always, and by more and less; without any overlap
they are as those of SimLVSeg, back to back. The TSV has for each overlap the share of pixels whose
label is another one than with half, and the seam: the mean change of the cavity's area from one
frame to the next where a window begins or ends, over that everywhere else, 1 for no seam. Means
over clips with 95 % intervals by patients.
"""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from nnunetv2.inference.sliding_window_prediction import compute_steps_for_sliding_window
from numpy.typing import NDArray

from echoweave.evaluation.statistics import bootstrap, mean_of_draws
from echoweave.io.cache import EchoSequence, read_cycle, read_sequence
from echoweave.io.tables import read_tsv
from echoweave.segmentation.arms import ARMS
from echoweave.segmentation.ensemble import Ensemble
from echoweave.segmentation.files import best_file
from echoweave.segmentation.nnunet import quiet, set_environment

USUAL = "half"
# Overlap of two windows -> the step between them, in windows.
STEPS = {USUAL: 0.5, "three quarters": 0.25, "a quarter": 0.75, "none": 1.0}
SAMPLES, SEED = 2000, 1


def main() -> None:
    """Print the TSV."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("results", type=Path)
    parser.add_argument("arms", nargs="*")
    options = parser.parse_args()
    root = options.results / "nnunet"
    set_environment(root, threads=1)
    rows: list[dict[str, Any]] = []
    for arm in ARMS.values():
        names = {path.name: path.parent.name for path in root.glob("trained/*/best_*.json")}
        dataset = names.get(f"best_{arm.name}.json")
        if arm.sees == "frames" or dataset is None or arm.name not in (options.arms or ARMS):
            continue
        trained = arm._replace(data_set=dataset.split("_")[1].removesuffix(arm.suffix))
        folds = json.loads(best_file(root, trained).read_text())["folds"]
        with quiet():
            ensemble = Ensemble(trained, folds, root)
            clips = test_clips(options.results)
            measured = [(echo.patient, measure(ensemble, echo)) for echo in clips]
        rows += [summary(arm.name, overlap, measured) for overlap in STEPS]
    pd.DataFrame(rows).to_csv(sys.stdout, sep="\t", index=False, float_format="%.4f")


def test_clips(results: Path) -> list[EchoSequence]:
    """Return the clips of the test patients, whole where there are whole ones."""
    cohort = read_tsv(results / "cohort.tsv")
    clips = []
    for _, row in cohort[cohort["split"] == "testing"].iterrows():
        cache = results / f"cache/{row['patient']}.h5"
        clips.append(read_cycle(cache, row["view"]) or read_sequence(cache, row["view"]))
    return clips


def measure(ensemble: Ensemble, echo: EchoSequence) -> dict[str, tuple[float, float]]:
    """Return for each overlap the share of pixels that differ from the usual one, and the seam."""
    predictor = ensemble.members[0]
    window = predictor.configuration_manager.patch_size[0]
    found = {}
    for overlap, step in STEPS.items():
        predictor.tile_step_size = step
        found[overlap] = ensemble(echo)
    usual = found[USUAL]
    return {
        overlap: (float((labels != usual).mean()), seam(labels, window, STEPS[overlap]))
        for overlap, labels in found.items()
    }


def seam(labels: NDArray[np.uint8], window: int, step: float) -> float:
    """Return the change of area at the ends of windows over that elsewhere; NaN for one window."""
    n_frames = len(labels)
    if n_frames <= window:
        return float("nan")
    (starts,) = compute_steps_for_sliding_window((n_frames,), (window,), step)
    ends = {at for start in starts for at in (start, start + window) if 0 < at < n_frames}
    changes = np.abs(np.diff((labels == 1).sum(axis=(1, 2)).astype(float)))
    at_ends = np.isin(np.arange(1, n_frames), list(ends))
    if at_ends.all() or not changes[~at_ends].mean():
        return float("nan")
    return float(changes[at_ends].mean() / changes[~at_ends].mean())


def summary(
    arm: str, overlap: str, measured: list[tuple[str, dict[str, tuple[float, float]]]]
) -> dict[str, Any]:
    """Return the row of one arm and overlap."""
    names = ("other_labels", "seam")
    table = pd.DataFrame(
        [(patient, *one[overlap]) for patient, one in measured], columns=["patient", *names]
    )
    row: dict[str, Any] = {"arm": arm, "overlap": overlap, "n": len(table)}
    for name in names:
        # Of each patient sum and number of clips.
        of_patients = table.groupby("patient")[name].agg(["sum", "count"]).to_numpy(float)
        low, high = bootstrap(of_patients, mean_of_draws, SAMPLES, SEED)
        row |= {name: table[name].mean(), f"{name}_low": low, f"{name}_high": high}
    return row


if __name__ == "__main__":
    main()
