"""Training of one fold against plain `nnUNetv2_train` on the same plan and the same data.

A phantom of six patients in a cache of 128 x 128 pixels; 2D on ED and ES frames and 3D on whole
sequences, the small networks of config/phantom.yaml, as many epochs and iterations for both. The
plain form is nnU-Net's own command with its own trainer, of which only the number of epochs and
iterations is changed and, as in its `nnUNetTrainerNoMirroring`, the mirroring left out: ours does
not mirror either, and with it every validation image would be predicted four times in 2D and eight
times in 3D. Ours is `echoweave.segmentation.train.train_fold`. Both start a process, import, train
on the CPU with a thread and an augmentation worker for each core, and validate.

Usage: python benchmarks/training.py [--pairs N] [--epochs N]
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import yaml
from side_by_side import ROOT, alternate, compared, keep

from echoweave.cache.build import build_cache
from echoweave.datasets.cohort import load_cohort
from echoweave.phantom.dataset import write_phantom
from echoweave.phantom.settings import PhantomSettings
from echoweave.pseudolabels.generate import generate
from echoweave.segmentation.arms import ARMS
from echoweave.segmentation.files import PLANS, fold_folder, model_folder
from echoweave.segmentation.plan import plan
from echoweave.segmentation.raw import write_raw

SIZE, FOLDS, CORES = 128, 2, os.cpu_count() or 1
NETWORK = {"sparse2d": "2d", "dense3d": "3d_fullres"}
ITERATIONS = {"sparse2d": 100, "dense3d": 40}
VALIDATION_ITERATIONS = 5
OURS = """
import json, sys
from pathlib import Path
from echoweave.segmentation.arms import ARMS
from echoweave.segmentation.train import train_fold
if __name__ == "__main__":
    root, arm, network, settings, threads = sys.argv[1:]
    arm, root, settings = ARMS[arm], Path(root), json.loads(settings)
    train_fold(arm, network, 0, None, root, settings, 2023, int(threads), False)
"""
PLAIN = """
import sys
from nnunetv2.run.run_training import run_training_entry
from nnunetv2.training.nnUNetTrainer.nnUNetTrainer import nnUNetTrainer
initialize = nnUNetTrainer.initialize
def shorter(self):
    self.num_epochs, self.num_iterations_per_epoch, self.num_val_iterations_per_epoch = LENGTH
    initialize(self)
nnUNetTrainer.initialize = shorter
configure = nnUNetTrainer.configure_rotation_dummyDA_mirroring_and_inital_patch_size
def unmirrored(self):
    rotation, dummy_2d, patch_size, _ = configure(self)
    self.inference_allowed_mirroring_axes = None
    return rotation, dummy_2d, patch_size, None
nnUNetTrainer.configure_rotation_dummyDA_mirroring_and_inital_patch_size = unmirrored
if __name__ == "__main__":
    run_training_entry()
"""


def prepare(folder: Path, config: dict[str, Any]) -> Path:
    """Make the data of both arms and plan them; return nnU-Net's root."""
    write_phantom(folder / "phantom", PhantomSettings(patients=6, test_patients=0, ted=0))
    config["data"]["camus"]["root"] = str(folder / "phantom/camus")
    config["folds"] = FOLDS
    cohort = load_cohort(config, folder)
    caches = [folder / f"cache/{patient}.h5" for patient in cohort.training_patients]
    values, sums = cohort.dataset.label_values, folder / "checksums.tsv"
    build_cache(cohort.sequences, None, Path(), values, SIZE, caches, sums)
    labels = folder / "labels"
    generate("still", caches, labels, labels / "quality.tsv", None, config["pseudolabels"], 1)
    root = folder / "nnunet"
    for arm in ITERATIONS:
        quality = config["pseudolabels"]["quality"]
        write_raw(ARMS[arm], caches, cohort.folds, values, False, labels, root, quality)
        plan(ARMS[arm], [NETWORK[arm]], root, config["segmentation"]["plans"], 1)
    return root


class Fold:
    """One fold of one arm, trained either way."""

    def __init__(self, folder: Path, arm: str, config: dict[str, Any], epochs: int) -> None:
        self.root, self.arm, self.network = folder / "nnunet", ARMS[arm], NETWORK[arm]
        lengths = epochs, ITERATIONS[arm], VALIDATION_ITERATIONS
        names = "epochs", "iterations_per_epoch", "validation_iterations"
        self.settings = config["segmentation"]["training"] | dict(zip(names, lengths, strict=True))
        self.settings |= {"augmentation_workers": CORES, "save_every": 50}
        self.ours_script, self.plain_script = folder / f"ours_{arm}.py", folder / f"plain_{arm}.py"
        self.ours_script.write_text(OURS)
        self.plain_script.write_text(PLAIN.replace("LENGTH", repr(lengths)))
        self.log = folder / "log.txt"

    def ours(self) -> None:
        """Train with the library."""
        own = fold_folder(self.root, self.arm, self.network, 0)
        shutil.rmtree(own, ignore_errors=True)
        settings = json.dumps(self.settings)
        root, threads = str(self.root), str(CORES)
        self.run(self.ours_script, root, self.arm.name, self.network, settings, threads)

    def plain(self) -> None:
        """Train with nnU-Net's command."""
        ours = model_folder(self.root, self.arm, self.network)
        shutil.rmtree(ours.with_name(f"nnUNetTrainer__{PLANS}__{self.network}"), True)
        number = str(self.arm.number)
        self.run(self.plain_script, number, self.network, "0", "-device", "cpu")

    def run(self, script: Path, *arguments: str) -> None:
        """Run a script in an environment without limits of its own."""
        environment = {
            **{key: value for key, value in os.environ.items() if not key.startswith("OMP_")},
            "nnUNet_raw": str(self.root / "raw"),
            "nnUNet_preprocessed": str(self.root / "preprocessed"),
            "nnUNet_results": str(self.root / "trained"),
            "nnUNet_n_proc_DA": str(CORES),
            "nnUNet_compile": "f",
            "CUDA_VISIBLE_DEVICES": "",
        }
        with self.log.open("w") as log:
            command = [sys.executable, str(script), *arguments]
            done = subprocess.run(command, env=environment, stdout=log, stderr=log, check=False)
        if done.returncode:
            raise SystemExit(f"{script.name} failed:\n{self.log.read_text()[-3000:]}")


def main() -> None:
    """Measure and keep the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pairs", type=int, default=3)
    parser.add_argument("--epochs", type=int, default=2)
    given = parser.parse_args()
    default, small = (
        yaml.safe_load((ROOT / "config" / name).read_text())
        for name in ("config.yaml", "phantom.yaml")
    )
    default["segmentation"]["plans"] = small["segmentation"]["plans"]
    rows = []
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        prepare(folder, default)
        for arm, iterations in ITERATIONS.items():
            fold = Fold(folder, arm, default, given.epochs)
            times = alternate(fold.plain, fold.ours, given.pairs)
            what = f"{NETWORK[arm]}, {given.epochs} x {iterations} iterations"
            # Not slower than 1.05 times.
            rows.append(compared(what, times, "a fold", 0.95))
            print(rows[-1], flush=True)
    keep("training", rows)


if __name__ == "__main__":
    main()
