"""Pretrain the network of one fold: it learns to rebuild hidden frames of clips without labels."""

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from echoweave.imports import code_digest
from echoweave.segmentation.arm import Arm
from echoweave.segmentation.files import pretraining_folder, rebuilt_file
from echoweave.segmentation.nnunet import pools, quiet, set_environment
from echoweave.segmentation.settings import PretrainingSettings, TrainingSettings
from echoweave.segmentation.train import (
    check_fold,
    keep_or_wipe,
    make_trainer,
    prepared_for,
    run_training,
)

_CONFIGURATION = "3d_fullres"


def pretrain(
    arm: Arm,
    fold: int,
    nnunet_root: Path,
    settings: Mapping[str, Any],
    training: Mapping[str, Any],
    seed: int,
    threads: int,
) -> None:
    """Pretrain the network that the pretrained arms of a fold start from; leave rebuilt.npz, last.

    One a fold, because every training patient is validated by some fold: a network that had seen
    all of them would know the patients that it is judged by. Labels are not read, so patients that
    ``share_of_training`` leaves out serve as well. Goes on from a checkpoint as a training does.

    Args:
        arm: arms.PRETRAINING, of the data set of the run.
        fold: 0-based.
        nnunet_root: results/nnunet.
        settings: ``segmentation.pretraining`` of the config.
        training: Of ``segmentation.training`` the keys of settings.AUGMENTING, and those that
            change nothing of the result.
        seed: The config's seed.
        threads: Threads of this process, and the most that augmentation may use.

    Raises:
        InputError: There is no such fold, or the training diverges.
    """
    check_fold(arm, fold, nnunet_root)
    hiding = PretrainingSettings(**settings)
    parsed = TrainingSettings(
        **dict(training)
        | {
            "epochs": hiding.epochs,
            "iterations_per_epoch": hiding.iterations_per_epoch,
            "validation_iterations": hiding.validation_iterations,
            "initial_lr": hiding.initial_lr,
            "share_of_training": 1.0,
            # AdamW has none.
            "momentum": 0.0,
        }
    )
    folder = pretraining_folder(nnunet_root, arm, fold)
    rebuilt = rebuilt_file(nnunet_root, arm, fold)
    rebuilt.unlink(missing_ok=True)
    identity = prepared_for(arm, _CONFIGURATION, nnunet_root) | {
        "settings": parsed.identity,
        "pretraining": asdict(hiding),
        "seed": seed,
        "code": code_digest(Path(__file__)),
    }
    keep_or_wipe(folder, identity)
    set_environment(nnunet_root, threads, min(threads, parsed.augmentation_workers))
    with quiet(), pools(threads):
        from echoweave.segmentation.pretrainer import MaskedTrainer

        trainer = make_trainer(MaskedTrainer, arm, _CONFIGURATION, fold, nnunet_root)
        trainer.configure(parsed, seed, None, folder / "curves.tsv", False)
        trainer.hide(hiding)
        run_training(trainer, folder)
        trainer.write_rebuilt(rebuilt)
