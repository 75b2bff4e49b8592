"""Train a registration network on pairs of frames, if asked to on masks and noisy labels, too."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch
from torch import Tensor

from echoweave.cpu import use_cpu
from echoweave.device import computes_bfloat16, torch_device
from echoweave.geometry.warp import warp
from echoweave.io.tables import write_tsv
from echoweave.io.training_state import TrainingState
from echoweave.libc import keep_freed_memory
from echoweave.logs import LOGGER
from echoweave.registration.apply import Registrar
from echoweave.registration.checkpoint import Checkpoint, save_checkpoint
from echoweave.registration.fingerprint import fingerprint
from echoweave.registration.frames import pair_batch
from echoweave.registration.losses import registration_loss
from echoweave.registration.networks.registry import build_network
from echoweave.registration.pairs import FramePairs, PreparedSequence, draw_pairs, load_sequences
from echoweave.registration.settings import ModelSettings
from echoweave.registration.split import split_caches
from echoweave.registration.supervision import (
    carried_overlap,
    check_noisy_labels,
    labelled_clips,
    noisy_overlap,
)
from echoweave.registration.validate import closure_dice
from echoweave.training import (
    Losses,
    TrainingLoop,
    check_finite,
    losses_row,
)

# Pairs on which the validation loss is measured.
_VALIDATION_PAIRS = 64


def train_registration(
    caches: Sequence[Path],
    ted_pairs: Path,
    noisy_labels: Path | None,
    model_out: Path,
    curves: Path,
    folder: Path,
    model: str,
    settings: Mapping[str, Any],
    threads: int,
) -> None:
    """Train one model of the config and write its best checkpoint.

    Args:
        caches: ``{patient}.h5`` of every training patient of the cohort.
        ted_pairs: TSV with the column ``patient``: those who are also in TED.
        noisy_labels: Folder with a teacher's labels of the sequences of the patients who train and
            validate; None: there is no teacher.
        model_out: The checkpoint with the lowest validation loss.
        curves: TSV with the loss, its parts and Dice by iteration and split.
        folder: Gets TensorBoard's events/, and state.pt, from which a stopped training goes on and
            a finished one is not made again, as long as settings, code and data are the same.
        model: Name of the model in the config.
        settings: ``{model: its slice of registration.models, "rim_share", "holdout",
            "validation_patients", "seed"}``.
        threads: Threads on the CPU.

    Raises:
        InputError: The settings are wrong, or they leave no patient to train on, or the training
            diverges.
    """
    use_cpu(threads)
    keep_freed_memory()
    state = folder / "state.pt"
    described = settings[model] | {"rim_share": settings["rim_share"]}
    own = ModelSettings.from_config(described, f"registration.models.{model}")
    seed: int = settings["seed"]
    split = split_caches(caches, ted_pairs, settings)
    training, validation = (
        load_sequences([path for path in caches if path.stem in patients], own, noisy_labels)
        for patients in (split.training, split.validation)
    )
    LOGGER.info("%d sequences train, %d validate", len(training), len(validation))
    trainer = Trainer(own, seed, training, validation)
    trained = trainer.run(state, folder / "events", model)
    save_checkpoint(model_out, Checkpoint(trained.best, own, split, seed, trained.best_iteration))
    write_tsv(pd.DataFrame(trained.rows), curves)


class Trainer:
    """One training of one network; the weights with the lowest validation loss are kept."""

    def __init__(
        self,
        settings: ModelSettings,
        seed: int,
        training: list[PreparedSequence],
        validation: list[PreparedSequence],
    ) -> None:
        """Build the network, on the GPU if there is one.

        Raises:
            InputError: There is no such architecture, or no mask where masks are to supervise, or
                no noisy labels where these are.
        """
        self.settings, self.seed = settings, seed
        self.training, self.validation = training, validation
        if settings.noisy_labels_weight > 0:
            check_noisy_labels(training + validation)
        self.labelled = labelled_clips(training) if settings.supervision_weight > 0 else []
        self.device = torch_device()
        self.mixed_precision = computes_bfloat16(self.device)
        torch.manual_seed(seed)
        self.network = build_network(settings, "registration.models").to(self.device)
        optimiser = torch.optim.Adam(self.network.parameters(), amsgrad=True)
        self.loop = TrainingLoop(self.network, optimiser, settings, self._losses, self._validate)

    def run(self, state_file: Path, events: Path, name: str) -> TrainingState:
        """Train to the end, from ``state_file`` if this very training was stopped before.

        Args:
            state_file: Where the state is kept at every validation.
            events: Folder for TensorBoard; what it holds is replaced.
            name: Of the model in the config, for errors.

        Raises:
            InputError: The training diverges.
        """
        made_by = fingerprint(self.settings, self.seed, self.training, self.validation)
        return self.loop.run(state_file, events, made_by, f"registration.models.{name}", name)

    def _losses(self, iteration: int) -> Losses:
        """Return those of pairs that depend on the seed and the iteration alone."""
        pairs = draw_pairs(
            self.training,
            self.settings.batch_size,
            self.settings.max_frame_gap,
            (self.seed, iteration),
        )
        losses = self._pair_losses(pairs)
        if self.settings.supervision_weight > 0:
            overlap = self._overlap(iteration)
            losses["loss"] = losses["loss"] - self.settings.supervision_weight * overlap
            losses["overlap"] = overlap
        return losses

    def _pair_losses(self, pairs: FramePairs) -> Losses:
        if self.settings.symmetric or self.settings.inverse_weight > 0:
            pairs = pairs.both_ways()
        images = pair_batch(pairs.fixed, pairs.moving, self.device)
        sector = torch.from_numpy(pairs.sector).to(self.device)[:, None].float()
        dvf = self._register(images)
        warped = warp(images[:, 1:], dvf)
        # What comes into view from outside the sector has no counterpart to compare with.
        mask = sector * (warp(sector, dvf.detach(), "zeros") > 0.5)
        if sector.any() and not mask.any():
            raise FloatingPointError("every displacement leads out of the sector")
        losses = registration_loss(images[:, :1], warped, mask, dvf, self.settings)
        if self.settings.noisy_labels_weight > 0:
            overlap = noisy_overlap(dvf, pairs.noisy_labels)
            losses["loss"] = losses["loss"] - self.settings.noisy_labels_weight * overlap
            losses["noisy_overlap"] = overlap
        return losses

    def _overlap(self, iteration: int) -> Tensor:
        drawn = np.random.default_rng((self.seed, iteration)).integers(len(self.labelled))
        gap = self.settings.max_frame_gap
        return carried_overlap(self._register, self.labelled[drawn], gap, self.device)

    def _register(self, images: Tensor) -> Tensor:
        with torch.autocast(self.device.type, torch.bfloat16, self.mixed_precision):
            dvf: Tensor = self.network(images)
        return dvf

    def _validate(self, iteration: int) -> dict[str, Any]:
        gap = self.settings.max_frame_gap
        pairs = draw_pairs(self.validation, _VALIDATION_PAIRS, gap, (self.seed,))
        batches = pairs.batches(self.settings.batch_size)
        losses = [self._pair_losses(batch) for batch in batches]
        check_finite("the validation loss", *(each["loss"] for each in losses))
        row = losses_row(iteration, "validation", losses)
        return row | closure_dice(Registrar(self.network, self.settings), self.validation)
