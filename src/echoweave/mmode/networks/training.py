"""Train a network on windows of strips; the best epoch of the validation is kept."""

import hashlib
import math
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch
from torch import Tensor

from echoweave.cpu import use_cpu
from echoweave.device import torch_device
from echoweave.errors import InputError, Problem
from echoweave.imports import code_digest
from echoweave.io.checksums import sha256
from echoweave.io.tables import write_tsv
from echoweave.io.training_state import TrainingState, save_state
from echoweave.libc import keep_freed_memory
from echoweave.logs import LOGGER, Progress
from echoweave.mmode.networks.checkpoint import (
    WindowCheckpoint,
    load_window_network,
    save_window_checkpoint,
)
from echoweave.mmode.networks.data import WindowSet, batches, varied
from echoweave.mmode.networks.settings import WindowTrainingSettings, check_size
from echoweave.mmode.networks.tasks import TASKS, Counts, WindowTask
from echoweave.mmode.window_files import animals_of, check_animals
from echoweave.training import keep, resume


def train_window_network(
    network: str,
    training: Path,
    validation: Path,
    settings: WindowTrainingSettings,
    output: Path,
    curves: Path,
    folder: Path,
    threads: int,
) -> None:
    """Train a network on windows.

    Args:
        network: One of ``TASKS``: "quicknat" on windows with masks, or "window_classifier" on good
            and bad ones.
        training: Folder of windows to train on, see :mod:`echoweave.mmode.window_files`.
        validation: Folder of windows of other animals.
        settings: How to train.
        output: The checkpoint of the epoch that the task calls the best.
        curves: TSV, one row an epoch: epoch; the measures of the task of the training windows, as
            they were varied and before they were learnt from, and of the validation windows;
            seconds.
        folder: Gets state.pt, from which a stopped training goes on; it is removed at the end.
        threads: Threads on the CPU.

    Raises:
        InputError: Bad folders, an animal on both sides, a size that does not fit the network, a
            bad checkpoint to start from, or a training that diverges.
    """
    task = TASKS[network]
    use_cpu(threads)
    keep_freed_memory()
    check_size(settings.size, task.stride, task.size_key)
    sides = [task.read(one, settings.size) for one in (training, validation)]
    check_animals(sides[0].names, sides[1].names, validation)
    LOGGER.info("%d windows train, %d validate", *(len(side.names) for side in sides))
    trainer = WindowTrainer(task, settings, *sides)
    state = trainer.run(folder / "state.pt")
    best = state.rows[state.best_iteration - 1]
    names = "validation_"
    measures = {key.removeprefix(names): best[key] for key in best if key.startswith(names)}
    checkpoint = WindowCheckpoint(
        network=task.network,
        weights=state.best,
        settings=settings,
        epoch=state.best_iteration,
        measures=measures,
        training_animals=sorted(animals_of(sides[0].names)),
        validation_animals=sorted(animals_of(sides[1].names)),
    )
    save_window_checkpoint(output, checkpoint)
    write_tsv(pd.DataFrame(state.rows), curves)
    (folder / "state.pt").unlink(missing_ok=True)


class WindowTrainer:
    """One training of one network.

    Args:
        task: What the network is asked.
        settings: How to train.
        training: Windows to learn from.
        validation: Windows that choose the epoch.

    Raises:
        InputError: The checkpoint to start from is none of this network.
    """

    def __init__(
        self,
        task: WindowTask,
        settings: WindowTrainingSettings,
        training: WindowSet,
        validation: WindowSet,
    ) -> None:
        self.task, self.settings = task, settings
        self.training, self.validation = training, validation
        self.device = torch_device()
        torch.manual_seed(settings.seed)
        network = task.build(settings.size)
        if settings.start:
            network, _ = load_window_network(Path(settings.start), task)
        self.network = network.to(self.device)
        self.optimiser = torch.optim.Adam(self.network.parameters(), settings.learning_rate)

    def run(self, state_file: Path) -> TrainingState:
        """Train to the end, from ``state_file`` if this very training was stopped before.

        Args:
            state_file: Where the state is kept after every epoch.

        Raises:
            InputError: The training diverges.
        """
        made_by = self._fingerprint()
        state = resume(state_file, made_by, self.network, self.optimiser, "epoch")
        total = self.settings.epochs
        progress = Progress(f"training {self.task.network}, epochs", total, state.iteration)
        for epoch in range(state.iteration + 1, total + 1):
            began = time.monotonic()
            measures = {"training": self._learn(epoch), "validation": self._validate()}
            self._check_finite(epoch, measures)
            self._keep(state, epoch, measures, time.monotonic() - began)
            save_state(state_file, state, made_by)
            progress.update(epoch, _said(measures["validation"]))
        return state

    def _learn(self, epoch: int) -> dict[str, float]:
        """Learn from every window once; order and variation depend on seed and epoch alone."""
        generator = np.random.default_rng((self.settings.seed, epoch))
        # Of what the network drops.
        torch.manual_seed(int(generator.integers(2**32)))
        order = generator.permutation(len(self.training.names))
        self.network.train()
        counts: Counts = {}
        for batch in batches(self.training, self.settings.batch_size, order):
            logits, targets = self._answers(varied(batch, self.task.jitter, generator))
            loss = self.task.loss(logits, targets, self.training)
            self.optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            self.optimiser.step()
            _add(counts, self.task.count(logits.detach(), targets))
        return self.task.measures(counts)

    @torch.no_grad()
    def _validate(self) -> dict[str, float]:
        self.network.eval()
        counts: Counts = {}
        for batch in batches(self.validation, self.settings.batch_size):
            _add(counts, self.task.count(*self._answers(batch)))
        return self.task.measures(counts)

    def _answers(self, batch: WindowSet) -> tuple[Tensor, Tensor]:
        """Return logits and targets, the latter 0 or 1 as float."""
        logits = self.network(self.task.scale(batch.pictures).to(self.device))
        return logits, torch.from_numpy(batch.targets).to(self.device).float()

    def _keep(
        self, state: TrainingState, epoch: int, measures: dict[str, dict[str, float]], took_s: float
    ) -> None:
        state.rows.append({"epoch": epoch} | dict(_columns(measures)) | {"seconds": took_s})
        error = self.task.error(measures["validation"])
        keep(state, self.network, self.optimiser, epoch, error)

    def _fingerprint(self) -> str:
        """Return what tells two trainings apart: settings, code, start, windows."""
        start = self.settings.start
        known: list[Any] = [
            self.task.network,
            {key: value for key, value in vars(self.settings).items() if key != "start"},
            sha256(Path(start)) if start else "",
            code_digest(Path(__file__)),
            self.training.names,
            self.validation.names,
        ]
        digest = hashlib.sha256(repr(known).encode())
        for side in (self.training, self.validation):
            digest.update(side.pictures.tobytes() + side.targets.tobytes())
        return digest.hexdigest()

    def _check_finite(self, epoch: int, measures: dict[str, dict[str, float]]) -> None:
        """Stop before a training that diverges is kept."""
        for side, found in measures.items():
            if not math.isfinite(found["loss"]):
                what = f"the training of {self.task.network} diverges: the {side} loss is"
                what += f" {found['loss']} in epoch {epoch}"
                key = f"{self.task.section}.learning_rate"
                remedy = f"lower it from {self.settings.learning_rate:g}"
                raise InputError(Problem("config", key, what, remedy))


def _add(counts: Counts, more: Counts) -> None:
    for name, count in more.items():
        counts[name] = counts.get(name, 0) + count


def _columns(measures: dict[str, dict[str, float]]) -> Iterator[tuple[str, float]]:
    for side, found in measures.items():
        for name, value in found.items():
            yield f"{side}_{name}", value


def _said(measures: dict[str, float]) -> str:
    return ", ".join(f"{name.replace('_', ' ')} {value:.4f}" for name, value in measures.items())
