"""Our nnU-Net trainer. Imports nnU-Net: call nnunet.set_environment first."""

import math
import random
import shutil
from collections.abc import Collection
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pandas as pd
import torch
from nnunetv2.training.nnUNetTrainer.nnUNetTrainer import nnUNetTrainer

from echoweave.errors import InputError, Problem
from echoweave.io.atomic import whole_file
from echoweave.io.tables import write_tsv
from echoweave.logs import Progress
from echoweave.segmentation.checkpoint import NUMBERS, read_checkpoint
from echoweave.segmentation.loader import ClipLoader
from echoweave.segmentation.nnunet import ours, without_plot, without_race
from echoweave.segmentation.predictor import ClipPredictor
from echoweave.segmentation.settings import Axis, TrainingSettings
from echoweave.segmentation.splits import share_of

# What nnU-Net cuts out around a patch also lasts for this zoom.
SMALLEST_ZOOM = 0.85
# Dice and cross-entropy are about 1 before training; of logits this wrong little is learnt again.
_DIVERGED = 100.0


class EchoTrainer(nnUNetTrainer):  # type: ignore[misc]
    """nnU-Net's training, with rotations and mirroring of our choice, and seeded.

    Every epoch has a seed of its own, so a training that goes on from a checkpoint sees what it
    would have seen without the break. Whole sequences are drawn and predicted by our own loader and
    predictor.
    """

    loader: type[ClipLoader] = ClipLoader
    # Where its settings stand in the config.
    section = "segmentation.training"

    def configure(
        self,
        settings: TrainingSettings,
        seed: int,
        start: Path | None,
        curves: Path,
        probabilities: bool,
    ) -> None:
        """Take the settings; call once, before training.

        Args:
            settings: How to train.
            seed: Seeds weights, sampling and augmentation.
            start: Checkpoint whose weights are taken instead of seeded ones; those of the last
                layers only where they are for the same labels.
            curves: Gets the table of losses and Dice, rewritten after each epoch.
            probabilities: Keep those of the validation cases, from which ensembles are made.
        """
        self.num_epochs = settings.epochs
        self.num_iterations_per_epoch = settings.iterations_per_epoch
        self.num_val_iterations_per_epoch = settings.validation_iterations
        self.save_every = settings.save_every
        self.initial_lr = settings.initial_lr
        self.momentum = settings.momentum
        degrees = settings.rotation_degrees
        self.rotation = None if degrees is None else float(np.deg2rad(degrees))
        self.mirroring = settings.mirroring
        self.probabilities = probabilities
        self.in_process = settings.augmentation_workers == 0
        self.share = settings.share_of_training
        self.seed = seed
        self.start = start
        self.curves = curves
        without_plot(self.logger)

    def initialize(self) -> None:
        """Build the network, with seeded weights or with those to start from.

        Raises:
            InputError: Those are of another network.
        """
        self._seed(-1)
        super().initialize()
        if self.start:
            self._take_weights(read_checkpoint(self.start)["network_weights"])

    def configure_optimizers(self) -> tuple[Any, Any]:
        """Return nnU-Net's optimiser and schedule with our momentum."""
        optimizer, schedule = super().configure_optimizers()
        for group in optimizer.param_groups:
            group["momentum"] = self.momentum
        return optimizer, schedule

    def configure_rotation_dummyDA_mirroring_and_inital_patch_size(  # noqa: N802
        self,
    ) -> tuple[tuple[float, float], bool, list[int], tuple[int, ...] | None]:
        """Rotate within a frame only, unless nnU-Net is to choose; mirror as the settings say.

        What is mirrored in training is also mirrored in validation and prediction.
        """
        patch = [int(size) for size in self.configuration_manager.patch_size]
        mirrored = _mirror_axes(self.mirroring, len(patch))
        turning = super().configure_rotation_dummyDA_mirroring_and_inital_patch_size()
        self.inference_allowed_mirroring_axes = mirrored
        if self.rotation is None:
            return (*turning[:3], mirrored)
        *time, height, width = patch
        in_plane = [
            _side_before_turning(height, width, self.rotation),
            _side_before_turning(width, height, self.rotation),
        ]
        return (-self.rotation, self.rotation), bool(time), [*time, *in_plane], mirrored

    def do_split(self) -> tuple[list[str], list[str]]:
        """Return the cases to train on, of the share of the patients that is asked for, and to
        validate on."""
        train, validation = super().do_split()
        return share_of(train, self.share, self.seed), validation

    def get_dataloaders(self) -> Any:
        """Return the loaders; in process, without a choice that hangs on the machine's load."""
        with ours("nnUNetDataLoader", self.loader if self.sequences else None):
            train, validation = super().get_dataloaders()
        if self.in_process:
            without_race(train)
        return train, validation

    def on_train_start(self) -> None:
        """Start the progress line beside nnU-Net's preparations."""
        super().on_train_start()
        name = f"{self.plans_manager.dataset_name} {self.configuration_name}"
        what = f"{name} fold {self.fold}, epochs"
        self.progress = Progress(what, self.num_epochs, self.current_epoch)

    def on_epoch_start(self) -> None:
        """Seed the epoch."""
        self._seed(self.current_epoch)
        super().on_epoch_start()

    def on_epoch_end(self) -> None:
        """Log and tabulate the losses; stop before a training that diverges is kept."""
        for name in ("train_losses", "val_losses"):
            loss = self.logger.get_value(name, step=-1)
            # Neither is a NaN below it.
            if not loss < _DIVERGED:
                raise InputError(self._diverged(loss))
        super().on_epoch_end()
        write_curves(self, self.curves)
        self.progress.update(self.current_epoch, self._reached())

    def save_checkpoint(self, filename: str) -> None:
        """Save whole or not at all."""
        with whole_file(Path(filename)) as temporary:
            super().save_checkpoint(str(temporary))

    def load_checkpoint(self, filename_or_checkpoint: str) -> None:
        """Load; nnU-Net would run what a checkpoint holds, which our environment forbids."""
        with torch.serialization.safe_globals(list(NUMBERS)):
            super().load_checkpoint(filename_or_checkpoint)

    def perform_actual_validation(self, save_probabilities: bool = False) -> None:
        """Validate; nnU-Net writes its summary in place, so it gets its final path when whole."""
        folder = Path(self.output_folder)
        shutil.rmtree(folder / "validation", ignore_errors=True)
        with ours("nnUNetPredictor", ClipPredictor if self.sequences else None):
            super().perform_actual_validation(save_probabilities or self.probabilities)
        (folder / "validation/summary.json").replace(folder / "summary.json")

    @property
    def sequences(self) -> bool:
        """Whether its network sees whole sequences."""
        return len(self.configuration_manager.patch_size) == 3

    def _reached(self) -> str:
        """Return what an epoch has come to, for the progress line."""
        loss, dice = (
            self.logger.get_value(name, step=-1) for name in ("train_losses", "mean_fg_dice")
        )
        return f"loss {loss:.3f}, Dice {dice:.3f}"

    def _diverged(self, loss: float) -> Problem:
        what, epoch = self.plans_manager.dataset_name, self.current_epoch + 1
        return Problem(
            "config",
            f"{self.section}.initial_lr",
            f"the training of {what} fold {self.fold} diverges: a loss of {loss} in epoch {epoch}",
            f"lower it from {self.initial_lr:g}",
        )

    def _take_weights(self, weights: dict[str, torch.Tensor]) -> None:
        # torch.compile wraps a network in one whose weights have other names.
        network: Any = getattr(self.network, "_orig_mod", self.network)
        own = network.state_dict()
        # A pretrained network has one output, whatever the labels are.
        heads = [name for name in weights.keys() & own.keys() if "seg_layers" in name]
        if any(weights[name].shape != own[name].shape for name in heads):
            weights = weights | {name: own[name] for name in heads}
        try:
            network.load_state_dict(weights)
        except RuntimeError as error:
            key = f"segmentation.plans.{self.configuration_name}"
            dataset = self.plans_manager.dataset_name
            what = f"{dataset} cannot start from {self.start}, the weights of another network"
            remedy = "give their strides, kernels, features and convolutions here"
            raise InputError(Problem("config", key, what, remedy)) from error

    def _seed(self, epoch: int) -> None:
        fold_and_epoch = (self.seed, self.fold, epoch + 1)
        seed = int(np.random.SeedSequence(fold_and_epoch).generate_state(1)[0])
        random.seed(seed)
        # nnU-Net draws from the global generators.
        np.random.seed(seed)  # noqa: NPY002
        torch.manual_seed(seed)


def _mirror_axes(mirroring: Collection[Axis], dimensions: int) -> tuple[int, ...] | None:
    """Return the numbers of the axes, as nnU-Net wants them; None for none."""
    axes = get_args(Axis)[-dimensions:]
    return tuple(number for number, axis in enumerate(axes) if axis in mirroring) or None


def _side_before_turning(side: int, other: int, angle: float) -> int:
    """Return the side of the box around a rectangle that is turned by up to ``angle`` radians."""
    widest = min(angle, math.atan2(other, side))
    return math.ceil((side * math.cos(widest) + other * math.sin(widest)) / SMALLEST_ZOOM)


def write_curves(trainer: EchoTrainer, path: Path) -> None:
    """Write one row an epoch: losses, mean Dice of the validation batches, rate, seconds."""
    history = trainer.logger.get_checkpoint()
    starts, ends = history["epoch_start_timestamps"], history["epoch_end_timestamps"]
    table = pd.DataFrame(
        {
            "epoch": range(1, len(ends) + 1),
            "train_loss": history["train_losses"],
            "validation_loss": history["val_losses"],
            "validation_dice": history["mean_fg_dice"],
            "learning_rate": history["lrs"],
            "epoch_s": np.subtract(ends, starts),
        }
    )
    write_tsv(table, path)
