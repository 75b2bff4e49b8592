"""A network of a few hundred weights, trained once on cohorts with parts of the labels."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from echoweave.learn2reg.noisy.arm import NOISY_ARM, NOISY_CONFIGURATION, NOISY_FOLD
from echoweave.learn2reg.noisy.raw import write_volume_raw
from echoweave.segmentation.plan import plan
from echoweave.segmentation.train import train_fold

from .abdomens import store_cases

PLAN = {
    "patch_size": [16, 16, 16],
    "batch_size": 2,
    "features_per_stage": [4, 8, 8],
    "strides": [[1, 1, 1], [2, 2, 2], [2, 2, 2]],
    "kernel_sizes": [[3, 3, 3]] * 3,
    "convs_per_stage": 1,
}
TRAINING: dict[str, Any] = {
    "epochs": 1,
    "iterations_per_epoch": 4,
    "validation_iterations": 1,
    "save_every": 1,
    "initial_lr": 0.01,
    "momentum": 0.9,
    "rotation_degrees": 10.0,
    "mirroring": ["horizontal"],
    "augmentation_workers": 0,
    "share_of_training": 1.0,
}


@dataclass(frozen=True)
class Abdomens:
    """Stored cases, and the folder of the networks."""

    training: list[Path]
    choosing: list[Path]
    root: Path


@pytest.fixture(scope="session")
def planned(tmp_path_factory: pytest.TempPathFactory) -> Abdomens:
    """Two cases of the target, one with a liver, one without labels; a third chooses."""
    folder = tmp_path_factory.mktemp("abdomens")
    stored = store_cases(folder, {"l2r": [1, 2, 3], "liver": [11], "colon": [31]})
    choosing = stored["l2r"][2:]
    training = [*stored["l2r"][:2], *stored["liver"], *stored["colon"]]
    write_volume_raw(NOISY_ARM, training, choosing, folder)
    plan(NOISY_ARM, [NOISY_CONFIGURATION], folder, {NOISY_CONFIGURATION: PLAN}, 1)
    return Abdomens(training, choosing, folder)


@pytest.fixture(scope="session")
def trained(planned: Abdomens) -> Abdomens:
    train_fold(
        NOISY_ARM,
        NOISY_CONFIGURATION,
        NOISY_FOLD,
        None,
        planned.root,
        TRAINING,
        seed=1,
        threads=1,
        probabilities=False,
    )
    return planned
