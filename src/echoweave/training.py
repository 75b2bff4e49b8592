"""What trainings share: the loop that can stop and go on, and the weights that are kept."""

import copy
import math
import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol

import torch
from torch import Tensor, nn

from echoweave.errors import InputError, Problem
from echoweave.io.training_state import TrainingState, load_state, save_state
from echoweave.logs import LOGGER, Progress
from echoweave.registration.settings import Schedule

if TYPE_CHECKING:
    from torch.utils.tensorboard import SummaryWriter

# The loss and its parts by name, scalars.
Losses = dict[str, Tensor]


class CourseSettings(Protocol):
    """How long a training goes on, and how fast."""

    @property
    def iterations(self) -> int:
        """Number of optimiser steps."""

    @property
    def validate_every(self) -> int:
        """Iterations between two validations."""

    @property
    def learning_rate(self) -> float:
        """Of the optimiser at the start."""

    @property
    def schedule(self) -> Schedule:
        """The learning rate stays, or falls to 0 along a half cosine."""


class TrainingLoop:
    """The iterations of one training; the weights with the lowest validation loss are kept.

    Those that it begins with are among them, as iteration 0 of the curves.

    Args:
        network: What learns, on its device.
        optimiser: Of its weights.
        settings: How long and how fast.
        losses: From the iteration to the loss and its parts; what it draws depends on the
            iteration alone.
        validate: From the iteration to a row of the curves, with ``loss``.
    """

    def __init__(
        self,
        network: nn.Module,
        optimiser: torch.optim.Optimizer,
        settings: CourseSettings,
        losses: Callable[[int], Losses],
        validate: Callable[[int], dict[str, Any]],
    ) -> None:
        self.network, self.optimiser, self.settings = network, optimiser, settings
        self.losses, self.validate = losses, validate
        self.iteration = 0

    def run(
        self, state_file: Path, events: Path, made_by: str, section: str, name: str
    ) -> TrainingState:
        """Train to the end, from ``state_file`` if this very training was stopped before.

        Args:
            state_file: Where the state is kept at every validation.
            events: Folder for TensorBoard; what it holds is replaced.
            made_by: Fingerprint of this training.
            section: Where the settings stand, for errors: "registration.models.dirnet".
            name: Of the network, for errors: "dirnet".

        Raises:
            InputError: The training diverges: a loss or a field is not finite.
        """
        # It takes 0.1 s, and most who import this module write no events.
        from torch.utils.tensorboard import SummaryWriter

        try:
            state = resume(state_file, made_by, self.network, self.optimiser, "iteration")
            if not state.iteration:
                state.rows.append(self._validate(0))
                keep(state, self.network, self.optimiser, 0, state.rows[0]["loss"])
            shutil.rmtree(events, ignore_errors=True)
            with SummaryWriter(events) as writer:
                for row in state.rows:
                    _write_events(writer, row)
                self._iterate(state, state_file, made_by, writer)
        except FloatingPointError as error:
            raise InputError(self._diverged(section, name, error)) from error
        if state.best_iteration == 0:
            LOGGER.warning(
                "nothing was learnt: the validation loss is %.4g before the training and never "
                "lower; change learning_rate or iterations",
                state.best_loss,
            )
        return state

    def _iterate(
        self, state: TrainingState, state_file: Path, made_by: str, writer: "SummaryWriter"
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
            rows = [losses_row(iteration, "training", recent), self._validate(iteration)]
            recent = []
            for row in rows:
                _write_events(writer, row)
            state.rows += rows
            keep(state, self.network, self.optimiser, iteration, rows[-1]["loss"])
            save_state(state_file, state, made_by)

    def _step(self, iteration: int) -> Losses:
        for group in self.optimiser.param_groups:
            group["lr"] = _learning_rate(self.settings, iteration)
        losses = self.losses(iteration)
        check_finite("the loss", losses["loss"])
        self.optimiser.zero_grad()
        losses["loss"].backward()  # type: ignore[no-untyped-call]
        self.optimiser.step()
        return {name: value.detach() for name, value in losses.items()}

    def _validate(self, iteration: int) -> dict[str, Any]:
        self.network.eval()
        with torch.no_grad():
            row = self.validate(iteration)
        self.network.train()
        return row

    def _diverged(self, section: str, name: str, error: FloatingPointError) -> Problem:
        return Problem(
            "config",
            f"{section}.learning_rate",
            f"the training of {name} diverges: {error} in iteration {self.iteration}",
            f"lower it from {self.settings.learning_rate:g}, or the weights of the loss",
        )


def resume(
    state_file: Path,
    made_by: str,
    network: nn.Module,
    optimiser: torch.optim.Optimizer,
    unit: Literal["iteration", "epoch"],
) -> TrainingState:
    """Return the state of this very training, put into network and optimiser, or that at the start.

    Args:
        state_file: Where an earlier run kept it, if there was one.
        made_by: Fingerprint of this training.
        network: Gets its weights.
        optimiser: Gets its state.
        unit: What ``state.iteration`` counts.
    """
    state = load_state(state_file, made_by) or TrainingState()
    if state.iteration:
        LOGGER.info("going on after %s %d", unit, state.iteration)
        network.load_state_dict(state.network)
        optimiser.load_state_dict(state.optimiser)
    return state


def keep(
    state: TrainingState,
    network: nn.Module,
    optimiser: torch.optim.Optimizer,
    iteration: int,
    loss: float,
) -> None:
    """Put the training as it is after ``iteration`` into ``state``, and the best weights so far."""
    state.iteration = iteration
    state.network = copy.deepcopy(network.state_dict())
    state.optimiser = optimiser.state_dict()
    if loss < state.best_loss or not state.best:
        state.best, state.best_iteration, state.best_loss = state.network, iteration, loss


def check_finite(name: str, *losses: Tensor) -> None:
    """Raise before a loss reaches the weights, or is taken for the best.

    Raises:
        FloatingPointError: One is not finite.
    """
    for loss in losses:
        if not loss.isfinite():
            raise FloatingPointError(f"{name} is {loss.item()}")


def losses_row(
    iteration: int, split: str, losses: Sequence[Mapping[str, Tensor]]
) -> dict[str, Any]:
    """Return a row of the curves: the means of the losses and their parts by name."""
    means = {name: torch.stack([each[name] for each in losses]).mean() for name in losses[0]}
    return {"iteration": iteration, "split": split} | {
        name: value.item() for name, value in means.items()
    }


def _learning_rate(settings: CourseSettings, iteration: int) -> float:
    if settings.schedule == "constant":
        return settings.learning_rate
    done = (iteration - 1) / settings.iterations
    return settings.learning_rate * (1 + math.cos(math.pi * done)) / 2


def _write_events(writer: "SummaryWriter", row: dict[str, Any]) -> None:
    for name, value in row.items():
        if name not in ("iteration", "split"):
            writer.add_scalar(f"{name}/{row['split']}", value, row["iteration"])
