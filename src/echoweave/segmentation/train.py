"""Train one fold of an arm and validate it."""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from echoweave.device import torch_device
from echoweave.errors import InputError, Problem
from echoweave.imports import code_digest
from echoweave.io.atomic import whole_file
from echoweave.io.checksums import sha256
from echoweave.logs import LOGGER
from echoweave.segmentation.arm import MASKED, Arm
from echoweave.segmentation.files import (
    FINAL,
    LEAST_LOSS,
    PLANS,
    curves_file,
    fold_folder,
    prepared_file,
    preprocessed_folder,
    validation_summary,
)
from echoweave.segmentation.nnunet import pools, quiet, set_environment
from echoweave.segmentation.settings import TrainingSettings

if TYPE_CHECKING:
    from echoweave.segmentation.trainer import EchoTrainer

Trainer = TypeVar("Trainer", bound="EchoTrainer")
# A finished training first, then the newest state, then the one that nnU-Net keeps early on.
_CHECKPOINTS = (FINAL, "checkpoint_latest.pth", "checkpoint_best.pth")


def train_fold(
    arm: Arm,
    configuration: str,
    fold: int,
    start: Path | None,
    nnunet_root: Path,
    settings: Mapping[str, Any],
    seed: int,
    threads: int,
    probabilities: bool,
) -> None:
    """Train a configuration in fold ``fold`` and leave its summary.json, last.

    Goes on from a checkpoint that an earlier run left, if data, plans, settings, seed and the code
    of the training are still the same, and starts over otherwise.

    Args:
        arm: The arm.
        configuration: "2d" or "3d_fullres".
        fold: 0-based.
        start: Folder of the same fold of what this arm starts from, trained; None: from scratch.
        nnunet_root: results/nnunet.
        settings: ``segmentation.training`` of the config.
        seed: The config's seed.
        threads: Threads of this process, and the most that augmentation may use.
        probabilities: Keep those of the validation cases, from which ensembles are made.

    Raises:
        InputError: There is no such fold, or the network to start from is another one.
    """
    check_fold(arm, fold, nnunet_root)
    parsed = TrainingSettings(**settings)
    folder = fold_folder(nnunet_root, arm, configuration, fold)
    # A rule must never find the summary of another training while this one runs.
    validation_summary(nnunet_root, arm, configuration, fold).unlink(missing_ok=True)
    weights = start / (LEAST_LOSS if arm.start == MASKED else FINAL) if start else None
    identity = prepared_for(arm, configuration, nnunet_root) | {
        "settings": parsed.identity,
        "seed": seed,
        "start": sha256(weights) if weights else "",
        "code": code_digest(Path(__file__)),
    }
    keep_or_wipe(folder, identity)
    set_environment(nnunet_root, threads, min(threads, parsed.augmentation_workers))
    with quiet(), pools(threads):
        trainer = make_trainer(_kind_of(arm), arm, configuration, fold, nnunet_root)
        curves = curves_file(nnunet_root, arm, configuration, fold)
        trainer.configure(parsed, seed, weights, curves, probabilities)
        run_training(trainer, folder)
        trainer.perform_actual_validation()


def _kind_of(arm: Arm) -> type["EchoTrainer"]:
    if arm.sees == "volumes":
        from echoweave.segmentation.volume_trainer import VolumeTrainer

        return VolumeTrainer
    from echoweave.segmentation.trainer import EchoTrainer

    return EchoTrainer


def check_fold(arm: Arm, fold: int, root: Path) -> None:
    """Check the fold: nnU-Net would split at random for one that its file does not have.

    Raises:
        InputError: There is no such fold.
    """
    path = preprocessed_folder(root, arm) / "splits_final.json"
    n_folds = len(json.loads(path.read_text()))
    if not 0 <= fold < n_folds:
        raise InputError(
            Problem(str(path), f"fold {fold}", f"there are {n_folds} folds", "rerun write_raw")
        )


def prepared_for(arm: Arm, configuration: str, root: Path) -> dict[str, Any]:
    """Return the data and the plan of a training; those of other configurations do not count."""
    prepared = json.loads(prepared_file(root, arm).read_text())
    plans = prepared["plans"]
    own = {configuration: plans["configurations"][configuration]}
    return {"prepared": prepared | {"plans": plans | {"configurations": own}}}


def keep_or_wipe(folder: Path, identity: dict[str, Any]) -> None:
    """Remove a training that belongs to another ``identity`` and note the present one.

    ``identity`` is what a checkpoint must agree with to be of use.
    """
    note = folder / "identity.json"
    if note.exists() and json.loads(note.read_text()) == identity:
        return
    if any((folder / name).exists() for name in _CHECKPOINTS):
        LOGGER.info("%s is of other data, plans, settings or code: starting over", folder)
    shutil.rmtree(folder, ignore_errors=True)
    with whole_file(note) as temporary:
        temporary.write_text(json.dumps(identity, indent=1))


def make_trainer(
    kind: type[Trainer], arm: Arm, configuration: str, fold: int, root: Path
) -> Trainer:
    """Return a trainer for the plan and data of ``arm``; nnU-Net names its folder after the arm."""
    folder = preprocessed_folder(root, arm)
    plans = json.loads((folder / f"{PLANS}.json").read_text())
    dataset = json.loads((folder / "dataset.json").read_text())
    # nnU-Net puts the description into every checkpoint, and needs no list of the cases there.
    dataset.pop("dataset", None)
    plans["plans_name"] = arm.name
    if arm.tiled:
        from echoweave.segmentation.superimage import tile_plan

        plans["configurations"][configuration] = tile_plan(plans["configurations"][configuration])
    # The trainer takes this flag out of the plans again; only a remote logger reads it.
    plans["continue_training"] = False
    return kind(plans, configuration, fold, dataset, torch_device())


def run_training(trainer: "EchoTrainer", folder: Path) -> None:
    """Train to the end, from the newest checkpoint in ``folder`` if there is one.

    Raises:
        InputError: The checkpoint is damaged.
    """
    import torch

    from echoweave.segmentation.checkpoint import read_checkpoint
    from echoweave.segmentation.trainer import write_curves

    torch.backends.cudnn.benchmark = True
    for half_written in folder.glob(".*.pth"):
        half_written.unlink()
    checkpoint = next((folder / name for name in _CHECKPOINTS if (folder / name).exists()), None)
    if checkpoint:
        # Says what is wrong with a bad one, which the next line does not.
        read_checkpoint(checkpoint)
        trainer.load_checkpoint(str(checkpoint))
        LOGGER.info("going on after epoch %d", trainer.current_epoch)
    if checkpoint and checkpoint.name == FINAL:
        write_curves(trainer, trainer.curves)
        return
    trainer.run_training()
