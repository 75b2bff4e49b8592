"""Disk space that a run on all of CAMUS takes, stage by stage.

Phantom patients of about the size of CAMUS's images go through the cache, the pseudo-labels, and
nnU-Net's raw and preprocessed data of all three arms, with the settings of config/config.yaml. The
lengths are scaled to --frames. A fold leaves two checkpoints, of weights and momentum; what they
take is counted on the networks that nnU-Net plans, which are not trained. Not measured: whether
real speckle compresses alike. The pseudo-labels are those of `farneback`, as large as any other's.

Usage: python benchmarks/storage.py [--patients N] [--frames MEAN]
"""

import argparse
import json
import os
import tempfile
from pathlib import Path

import yaml
from nnunetv2.utilities.get_network_from_plans import get_network_from_plans
from side_by_side import ROOT

from echoweave.cache.build import build_cache
from echoweave.datasets.cohort import load_cohort
from echoweave.phantom.dataset import write_phantom
from echoweave.phantom.settings import PhantomSettings
from echoweave.pseudolabels.generate import generate
from echoweave.segmentation.arm import Arm
from echoweave.segmentation.arms import candidates, trained_arms
from echoweave.segmentation.files import PLANS, preprocessed_folder, raw_folder
from echoweave.segmentation.plan import plan
from echoweave.segmentation.raw import write_raw

# Of the public release (Leclerc et al., IEEE TMI 2019): patients who train and who are tested,
# two views each.
TRAINING, TESTING, VIEWS = 450, 50, 2
PICTURE = 1000, 600
ESTIMATOR = "farneback"


def size(folder: Path) -> int:
    """Return the bytes of all files below ``folder``."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def checkpoints(root: Path, arm: Arm, configuration: str) -> int:
    """Return the bytes of the checkpoints of one trained fold."""
    plans = json.loads((preprocessed_folder(root, arm) / f"{PLANS}.json").read_text())
    network = plans["configurations"][configuration]["architecture"]
    built = get_network_from_plans(
        network["network_class_name"],
        network["arch_kwargs"],
        network["_kw_requires_import"],
        input_channels=1,
        output_channels=4,
    )
    weights = sum(parameter.numel() * 4 for parameter in built.parameters())
    return 2 * 2 * weights


def measure(folder: Path, patients: int, mean_frames: float) -> list[tuple[str, float]]:
    """Return what each stage takes for all of CAMUS, in bytes.

    Args:
        folder: An empty folder.
        patients: Phantom patients to measure on, at least one a fold.
        mean_frames: Frames from ED to ES of a sequence of CAMUS.
    """
    config = yaml.safe_load((ROOT / "config/config.yaml").read_text())
    settings = PhantomSettings(
        layout="nifti", patients=patients, test_patients=0, ted=0, size=PICTURE
    )
    write_phantom(folder / "phantom", settings)
    threads, folds = os.cpu_count() or 1, config["folds"]
    config |= {"folds": 2}
    config["data"]["camus"]["root"] = str(folder / "phantom/camus")
    cohort = load_cohort(config, folder, threads)
    caches = [folder / f"cache/{patient}.h5" for patient in cohort.training_patients]
    values, sums = cohort.dataset.label_values, folder / "checksums.tsv"
    build_cache(cohort.sequences, None, Path(), values, config["data"]["size"], caches, sums)
    labels, pseudolabels = folder / "labels", config["pseudolabels"]
    generate(ESTIMATOR, caches, labels, labels / "quality.tsv", None, pseudolabels, 1)
    # Of frames from ED to ES; of the two labelled ones of each sequence.
    frames = mean_frames / sum(source.n_frames for source in cohort.sequences)
    labelled = 1 / len(cohort.sequences)
    rows = [
        ("cache", size(folder / "cache") * frames * (TRAINING + TESTING) * VIEWS),
        (
            f"pseudo-labels of {len(pseudolabels['estimators'])} estimators",
            size(labels) * frames * TRAINING * VIEWS * len(pseudolabels["estimators"]),
        ),
    ]
    root, segmentation = folder / "nnunet", config["segmentation"]
    arms = trained_arms(segmentation["arms"], "CAMUS")
    trained = candidates(arms, segmentation["candidates"])
    for name, arm in arms.items():
        write_raw(arm, caches, cohort.folds, values, False, labels, root, pseudolabels["quality"])
        plan(arm, trained[name], root, segmentation["plans"], threads)
        scale = (frames if arm.labels == "pseudo" else labelled) * TRAINING * VIEWS
        weights = sum(checkpoints(root, arm, one) for one in trained[name])
        rows += [
            (f"{name}: raw data", size(raw_folder(root, arm)) * scale),
            (f"{name}: preprocessed data", size(preprocessed_folder(root, arm)) * scale),
            (f"{name}: {folds} trained folds", weights * folds),
        ]
    return rows


def main() -> None:
    """Print the table in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--patients", type=int, default=2)
    parser.add_argument("--frames", type=float, default=20, help="mean frames from ED to ES")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        rows = measure(Path(folder), options.patients, options.frames)
    print("| stage | GB |\n| --- | --- |")
    for stage, taken in [*rows, ("together", sum(taken for _, taken in rows))]:
        print(f"| {stage} | {taken / 2**30:.1f} |")


if __name__ == "__main__":
    main()
