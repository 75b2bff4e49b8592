"""Four patients whose heart is a moving disc, and nnU-Nets of a few hundred weights for them."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from echoweave.geometry.mirror import mirrored_indices
from echoweave.io.cache import EchoSequence, write_patient
from echoweave.io.images import write_sequence
from echoweave.io.tables import write_tsv
from echoweave.segmentation.arms import ARMS
from echoweave.segmentation.arms import PRETRAINING as PRETRAINING_ARM
from echoweave.segmentation.files import fold_folder, pretraining_folder
from echoweave.segmentation.plan import plan
from echoweave.segmentation.pretrain import pretrain
from echoweave.segmentation.raw import write_raw
from echoweave.segmentation.select import select_configurations
from echoweave.segmentation.settings import AUGMENTING, running
from echoweave.segmentation.train import train_fold

VIEWS = ("2CH", "4CH")
# The only candidate of an arm, unless a test names others.
NETWORK = {arm.name: "2d" if arm.sees == "frames" else "3d_fullres" for arm in ARMS.values()}
# The one sequence whose cache holds no dense labels.
WITHOUT_TRUTH = "patient0003_4CH"
FOLDS = {"patient0001": 0, "patient0002": 0, "patient0003": 1, "patient0004": 1}
LABEL_VALUES = (0, 1, 2, 3)
QUALITY = {"min_score": 0.0, "ignore_over_mm": None}
TRAINING = {
    "epochs": 2,
    "iterations_per_epoch": 2,
    "validation_iterations": 1,
    "save_every": 1,
    "initial_lr": 0.01,
    "momentum": 0.99,
    "rotation_degrees": 30.0,
    "mirroring": [],
    "augmentation_workers": 0,
    "share_of_training": 1.0,
}
PRETRAINING = {
    "epochs": 2,
    "iterations_per_epoch": 2,
    "validation_iterations": 1,
    "initial_lr": 0.001,
    "hidden_share": 0.6,
    "hide": "frame",
    "loss_on": "all",
}
PLANS = {
    "2d": {
        "patch_size": [32, 32],
        "batch_size": 2,
        "features_per_stage": [4, 8, 8],
        "strides": [[1, 1], [2, 2], [2, 2]],
        "kernel_sizes": [[3, 3], [3, 3], [3, 3]],
        "convs_per_stage": 1,
    },
    "3d_fullres": {
        "patch_size": [4, 32, 32],
        "batch_size": 2,
        "features_per_stage": [4, 8, 8],
        "strides": [[1, 1, 1], [1, 2, 2], [2, 2, 2]],
        "kernel_sizes": [[1, 3, 3], [1, 3, 3], [3, 3, 3]],
        "convs_per_stage": 1,
    },
}


@dataclass(frozen=True)
class Study:
    """A results folder: caches, pseudo-labels and nnU-Net's files."""

    folder: Path

    @property
    def root(self) -> Path:
        return self.folder / "nnunet"

    @property
    def caches(self) -> list[Path]:
        return sorted((self.folder / "cache").glob("*.h5"))

    def write_raw(
        self,
        arm: str,
        quality: dict[str, Any] = QUALITY,
        folds: dict[str, int] = FOLDS,
        label_values: tuple[int, ...] = LABEL_VALUES,
        whole_clips: bool = False,
    ) -> None:
        pseudolabels = self.folder / "pseudolabels/dirnet"
        caches = self.caches
        write_raw(
            ARMS[arm], caches, folds, label_values, whole_clips, pseudolabels, self.root, quality
        )

    def plan(self, arm: str, *configurations: str) -> None:
        plan(ARMS[arm], configurations or (NETWORK[arm],), self.root, PLANS, threads=1)

    def train(
        self,
        arm: str,
        fold: int,
        seed: int = 1,
        network: str = "",
        start: Path | None = None,
        **changed: object,
    ) -> None:
        """Train with ``TRAINING`` and what is ``changed``; a network other than the only one
        keeps its probabilities."""
        settings = TRAINING | changed
        configuration = network or NETWORK[arm]
        train_fold(
            ARMS[arm], configuration, fold, start, self.root, settings, seed, 1, bool(network)
        )

    def pretrain(self, fold: int, **changed: object) -> None:
        """Pretrain with ``PRETRAINING`` and what is ``changed``."""
        kept = {*AUGMENTING, *running(TRAINING)}
        training = {key: value for key, value in TRAINING.items() if key in kept}
        pretrain(PRETRAINING_ARM, fold, self.root, PRETRAINING | changed, training, 1, 1)

    def pretrained(self, fold: int) -> Path:
        return pretraining_folder(self.root, PRETRAINING_ARM, fold)

    def select(self, arm: str, *configurations: str) -> None:
        select_configurations(
            ARMS[arm], configurations or (NETWORK[arm],), (0, 1), self.root, threads=1
        )

    def fold(self, arm: str, fold: int, network: str = "") -> Path:
        return fold_folder(self.root, ARMS[arm], network or NETWORK[arm], fold)


def disc(radius: float, x: float, size: int = 64) -> NDArray[np.bool_]:
    row, column = np.indices((size, size))
    return (row - 32) ** 2 + (column - x) ** 2 < radius**2


def echo_of(patient: str, view: str) -> EchoSequence:
    """Six frames in which cavity and wall wander to the right and an atrium stays."""
    number = int(patient[-1]) + 10 * VIEWS.index(view)
    labels = np.zeros((6, 64, 64), np.uint8)
    for frame in range(6):
        labels[frame, 46:58, 20:40] = 3
        labels[frame][disc(14, 24 + frame)] = 2
        labels[frame][disc(8, 24 + frame)] = 1
    noise = np.random.default_rng(number).normal(0, 5, labels.shape)
    frames = np.array([40, 90, 220, 140])[labels] + noise
    return EchoSequence(
        patient=patient,
        view=view,
        frames=frames.astype(np.uint8),
        ed=0,
        es=5,
        spacing=(0.5, 0.4),
        native_shape=(64, 64),
        native_spacing=(0.5, 0.4),
        labels=labels[[0, 5]],
        dense_labels=labels,
    )


def clip_of(echo: EchoSequence) -> EchoSequence:
    """Return a whole clip that holds the frames of ``echo`` from its third one on, ES last."""
    n_frames = len(echo.frames)
    shown = mirrored_indices(np.arange(-2, n_frames + 4), n_frames)
    dense = None if echo.dense_labels is None else echo.dense_labels[shown]
    frames = echo.frames[shown]
    return replace(echo, frames=frames, ed=2, es=n_frames + 1, dense_labels=dense, phase="cycle")


def write_study(folder: Path) -> Study:
    """Write caches and pseudo-labels; the pseudo-labels are the truth."""
    quality = []
    for patient in FOLDS:
        echoes = [echo_of(patient, view) for view in VIEWS]
        cached = [
            replace(echo, dense_labels=None) if echo.name == WITHOUT_TRUTH else echo
            for echo in echoes
        ]
        write_patient(folder / f"cache/{patient}.h5", cached)
        for echo in echoes:
            for frame in range(6):
                reference = {0: "ED", 5: "ES"}.get(frame, "")
                row = {"sequence": echo.name, "frame": frame, "reference": reference}
                quality.append(row | {"score": 1 - frame / 10})
            assert echo.dense_labels is not None
            for direction in ("forward", "backward", "fused"):
                path = folder / f"pseudolabels/dirnet/{direction}/{echo.name}.nii.gz"
                write_sequence(path, echo.dense_labels, echo.spacing)
    write_tsv(pd.DataFrame(quality), folder / "pseudolabels/dirnet/quality.tsv")
    return Study(folder)
