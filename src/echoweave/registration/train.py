"""Train a registration network on pairs of frames, if asked to also on the masks at ED and ES."""

import copy
import math
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch
from torch import Tensor
from torch.utils.tensorboard import SummaryWriter

from echoweave.cpu import use_cpu
from echoweave.device import torch_device
from echoweave.errors import InputError, Problem
from echoweave.geometry.warp import warp
from echoweave.io.tables import read_tsv, write_tsv
from echoweave.io.training_state import TrainingState, load_state, save_state
from echoweave.libc import keep_freed_memory
from echoweave.logs import LOGGER, Progress
from echoweave.registration.apply import Registrar
from echoweave.registration.checkpoint import Checkpoint, save_checkpoint
from echoweave.registration.fingerprint import fingerprint
from echoweave.registration.frames import pair_batch
from echoweave.registration.losses import registration_loss
from echoweave.registration.networks.registry import build_network
from echoweave.registration.pairs import FramePairs, PreparedSequence, draw_pairs, load_sequences
from echoweave.registration.settings import ModelSettings
from echoweave.registration.split import split_patients
from echoweave.registration.supervision import carried_overlap, labelled_clips
from echoweave.registration.validate import closure_dice

# The loss and its parts by name, scalars.
Losses = dict[str, Tensor]
# Pairs on which the validation loss is measured.
_VALIDATION_PAIRS = 64


def train_registration(
    caches: Sequence[Path],
    ted_pairs: Path,
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
        model_out: The checkpoint with the lowest validation loss.
        curves: TSV with the loss, its parts and Dice by iteration and split.
        folder: Gets TensorBoard's events/, and state.pt, from which a stopped training goes on;
            it is removed at the end.
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
    split = split_patients(
        [path.stem for path in caches],
        list(read_tsv(ted_pairs)["patient"]),
        settings["holdout"],
        settings["validation_patients"],
        seed,
    )
    training, validation = (
        load_sequences([path for path in caches if path.stem in patients], own)
        for patients in (split.training, split.validation)
    )
    LOGGER.info("%d sequences train, %d validate", len(training), len(validation))
    trainer = Trainer(own, seed, training, validation)
    try:
        trained = trainer.run(state, folder / "events")
    except FloatingPointError as error:
        raise InputError(_diverged(model, trainer.iteration, own.learning_rate, error)) from error
    save_checkpoint(model_out, Checkpoint(trained.best, own, split, seed, trained.best_iteration))
    write_tsv(pd.DataFrame(trained.rows), curves)
    state.unlink(missing_ok=True)


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
            InputError: There is no such architecture, or no mask where masks are to supervise.
        """
        self.settings, self.seed = settings, seed
        self.training, self.validation = training, validation
        self.labelled = labelled_clips(training) if settings.supervision_weight > 0 else []
        self.device = torch_device()
        self.mixed_precision = _computes_bfloat16(self.device)
        torch.manual_seed(seed)
        self.network = build_network(settings, "registration.models").to(self.device)
        self.optimiser = torch.optim.Adam(self.network.parameters(), amsgrad=True)
        self.iteration = 0

    def run(self, state_file: Path, events: Path) -> TrainingState:
        """Train to the end, from ``state_file`` if this very training was stopped before.

        Args:
            state_file: Where the state is kept at every validation.
            events: Folder for TensorBoard; what it holds is replaced.

        Raises:
            FloatingPointError: A loss or a field is not finite, in ``self.iteration``.
        """
        made_by = fingerprint(self.settings, self.seed, self.training, self.validation)
        untrained = self._validation_row(0)["loss"]
        state = load_state(state_file, made_by) or TrainingState()
        if state.iteration:
            LOGGER.info("going on after iteration %d", state.iteration)
            self.network.load_state_dict(state.network)
            self.optimiser.load_state_dict(state.optimiser)
        shutil.rmtree(events, ignore_errors=True)
        with SummaryWriter(events) as writer:
            for row in state.rows:
                _write_events(writer, row)
            self._iterate(state, state_file, made_by, writer)
        if state.best_loss >= untrained:
            LOGGER.warning(
                "nothing was learnt: the validation loss is %.4g at best and was %.4g before; "
                "change learning_rate or iterations",
                state.best_loss,
                untrained,
            )
        return state

    def _iterate(
        self, state: TrainingState, state_file: Path, made_by: str, writer: SummaryWriter
    ) -> None:
        total = self.settings.iterations
        progress = Progress("training", total, start=state.iteration)
        recent: list[Losses] = []
        for iteration in range(state.iteration + 1, total + 1):
            self.iteration = iteration
            recent.append(self._step(iteration))
            progress.update(iteration, f"loss {recent[-1]['loss'].item():.4f}")
            if iteration % self.settings.validate_every and iteration < total:
                continue
            rows = [_row(iteration, "training", recent), self._validate(iteration)]
            recent = []
            for row in rows:
                _write_events(writer, row)
            state.rows += rows
            self._keep(state, iteration, rows[-1]["loss"])
            save_state(state_file, state, made_by)

    def _step(self, iteration: int) -> Losses:
        """Take one optimiser step; its pairs depend on the seed and the iteration alone."""
        for group in self.optimiser.param_groups:
            group["lr"] = _learning_rate(self.settings, iteration)
        pairs = draw_pairs(
            self.training,
            self.settings.batch_size,
            self.settings.max_frame_gap,
            (self.seed, iteration),
        )
        losses = self._losses(pairs)
        if self.settings.supervision_weight > 0:
            overlap = self._overlap(iteration)
            losses["loss"] = losses["loss"] - self.settings.supervision_weight * overlap
            losses["overlap"] = overlap
        _check_finite("the loss", losses["loss"])
        self.optimiser.zero_grad()
        losses["loss"].backward()  # type: ignore[no-untyped-call]
        self.optimiser.step()
        return {name: value.detach() for name, value in losses.items()}

    def _losses(self, pairs: FramePairs) -> Losses:
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
        return registration_loss(images[:, :1], warped, mask, dvf, self.settings)

    def _overlap(self, iteration: int) -> Tensor:
        drawn = np.random.default_rng((self.seed, iteration)).integers(len(self.labelled))
        gap = self.settings.max_frame_gap
        return carried_overlap(self._register, self.labelled[drawn], gap, self.device)

    def _register(self, images: Tensor) -> Tensor:
        with torch.autocast(self.device.type, torch.bfloat16, self.mixed_precision):
            dvf: Tensor = self.network(images)
        return dvf

    def _validate(self, iteration: int) -> dict[str, Any]:
        row = self._validation_row(iteration)
        row |= closure_dice(Registrar(self.network, self.settings), self.validation)
        self.network.train()
        return row

    @torch.no_grad()
    def _validation_row(self, iteration: int) -> dict[str, Any]:
        self.network.eval()
        count, batch = _VALIDATION_PAIRS, self.settings.batch_size
        pairs = draw_pairs(self.validation, count, self.settings.max_frame_gap, (self.seed,))
        batches = [
            FramePairs(*(part[i : i + batch] for part in pairs)) for i in range(0, count, batch)
        ]
        losses = [self._losses(batch) for batch in batches]
        _check_finite("the validation loss", *(each["loss"] for each in losses))
        self.network.train()
        return _row(iteration, "validation", losses)

    def _keep(self, state: TrainingState, iteration: int, loss: float) -> None:
        state.iteration = iteration
        state.network = copy.deepcopy(self.network.state_dict())
        state.optimiser = self.optimiser.state_dict()
        if loss < state.best_loss:
            state.best, state.best_iteration, state.best_loss = state.network, iteration, loss


def _check_finite(name: str, *losses: Tensor) -> None:
    """Raise before a loss reaches the weights, or is taken for the best."""
    for loss in losses:
        if not loss.isfinite():
            raise FloatingPointError(f"{name} is {loss.item()}")


def _diverged(model: str, iteration: int, rate: float, error: FloatingPointError) -> Problem:
    section = f"registration.models.{model}"
    return Problem(
        "config",
        f"{section}.learning_rate",
        f"the training of {model} diverges: {error} in iteration {iteration}",
        f"lower it from {rate:g}, or the weights of the loss",
    )


def _computes_bfloat16(device: torch.device) -> bool:
    """Return whether mixed precision pays: on GPUs that do not merely emulate bfloat16."""
    return device.type == "cuda" and torch.cuda.is_bf16_supported(including_emulation=False)


def _learning_rate(settings: ModelSettings, iteration: int) -> float:
    if settings.schedule == "constant":
        return settings.learning_rate
    done = (iteration - 1) / settings.iterations
    return settings.learning_rate * (1 + math.cos(math.pi * done)) / 2


def _row(iteration: int, split: str, losses: list[Losses]) -> dict[str, Any]:
    means = {name: torch.stack([each[name] for each in losses]).mean() for name in losses[0]}
    return {"iteration": iteration, "split": split} | {
        name: value.item() for name, value in means.items()
    }


def _write_events(writer: SummaryWriter, row: dict[str, Any]) -> None:
    for name, value in row.items():
        if name not in ("iteration", "split"):
            writer.add_scalar(f"{name}/{row['split']}", value, row["iteration"])
