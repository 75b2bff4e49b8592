"""Bytes on disk a training sequence, stage by stage, and what they come to for all of CAMUS.

Phantom patients of about the size of CAMUS's images go through the cache, the pseudo-labels, and
nnU-Net's raw and preprocessed data of all three arms, with the settings of config/config.yaml. The
lengths are scaled to --frames. Not measured: whether real speckle compresses alike, and what
trained networks take. The pseudo-labels are those of `farneback`, as large as any other's.

Usage: python benchmarks/storage.py [--patients N] [--frames MEAN]
"""

import argparse
import os
import tempfile
from pathlib import Path

import pandas as pd
import yaml
from side_by_side import ROOT

from echoweave.cache.build import build_cache
from echoweave.cache.cohort import load_cohort
from echoweave.io.cache import read_sequence, read_views
from echoweave.phantom.dataset import write_phantom
from echoweave.phantom.settings import Settings
from echoweave.pseudolabels.generate import generate
from echoweave.segmentation.arms import ARMS, candidates, preprocessed_folder, raw_folder
from echoweave.segmentation.plan import plan
from echoweave.segmentation.raw import write_raw

# Of the public release (Leclerc et al., IEEE TMI 2019): patients who train and who are tested,
# two views each.
TRAINING, TESTING, VIEWS = 450, 50, 2
ESTIMATOR = "farneback"


def size(folder: Path) -> int:
    """Return the bytes of all files below ``folder``."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def measure(folder: Path, patients: int) -> tuple[dict[str, int], int]:
    """Return the bytes of each stage, and the number of frames from ED to ES that they hold."""
    config = yaml.safe_load((ROOT / "config/config.yaml").read_text())
    write_phantom(
        folder / "phantom",
        Settings(layout="nifti", patients=patients, test_patients=0, ted=0, size=(1000, 600)),
    )
    config["data"]["camus"]["root"] = str(folder / "phantom/camus")
    threads = os.cpu_count() or 1
    config["folds"] = 2
    cohort = load_cohort(config, folder, threads)
    caches = [folder / f"cache/{patient}.h5" for patient in cohort.training_patients]
    build_cache(cohort.sequences, None, config["data"]["size"], caches, folder / "checksums.tsv")
    labels = folder / "labels"
    settings = config["pseudolabels"]
    generate(ESTIMATOR, caches, labels, labels / "quality.tsv", None, settings, 1)
    stages = {
        "cache": size(folder / "cache"),
        "pseudo-labels of one estimator": size(labels),
    }
    root = folder / "nnunet"
    trained = candidates(config["segmentation"]["candidates"])
    for arm in ARMS:
        write_raw(arm, caches, cohort.folds, labels, root, settings["quality"])
        plan(arm, trained[arm], root, config["segmentation"]["plans"], threads)
        stages[f"nnU-Net's raw data, {arm}"] = size(raw_folder(root, arm))
        stages[f"nnU-Net's preprocessed data, {arm}"] = size(preprocessed_folder(root, arm))
    frames = [
        len(read_sequence(cache, view).frames) for cache in caches for view in read_views(cache)
    ]
    return stages, sum(frames)


def main() -> None:
    """Print the table in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--patients", type=int, default=2)
    parser.add_argument("--frames", type=float, default=20, help="mean frames from ED to ES")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        stages, frames = measure(Path(folder), options.patients)
    sequences = options.patients * VIEWS
    rows = []
    for stage, measured in stages.items():
        sparse = "sparse2d" in stage
        # Two frames a sequence whatever its length.
        each = measured / sequences if sparse else measured / frames * options.frames
        count = (TRAINING + TESTING if stage == "cache" else TRAINING) * VIEWS
        rows.append((stage, each / 2**20, each * count / 2**30))
    table = pd.DataFrame(rows, columns=["stage", "MB a sequence", "GB for CAMUS"])
    print(
        f"{frames} frames of {sequences} phantom sequences, scaled to {options.frames:g} a sequence"
    )
    print("| stage | MB a sequence | GB for CAMUS |\n| --- | --- | --- |")
    for stage, mb, gb in rows:
        print(f"| {stage} | {mb:.1f} | {gb:.1f} |")
    print(f"| together |  | {table['GB for CAMUS'].sum():.0f} |")


if __name__ == "__main__":
    main()
