"""Train a network on pairs of volumes: from nothing, or from a network that was trained before."""

import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray

from echoweave.cpu import use_cpu
from echoweave.device import computes_bfloat16, torch_device
from echoweave.errors import InputError, Problem
from echoweave.imports import code_digest
from echoweave.io.checksums import sha256
from echoweave.io.tables import write_tsv
from echoweave.learn2reg.checkpoint import (
    PairCheckpoint,
    check_same_model,
    check_unseen,
    fill_pair_network,
    load_pair_checkpoint,
    save_pair_checkpoint,
)
from echoweave.learn2reg.crops import WHOLE, PairBatch, draw_box, load_pairs
from echoweave.learn2reg.evaluation.organ_dice import mean_dice
from echoweave.learn2reg.fields.folding import measure_smoothness
from echoweave.learn2reg.network import PairNetwork
from echoweave.learn2reg.noisy.labels import NoisyLabels
from echoweave.learn2reg.objective import pair_losses
from echoweave.learn2reg.pairs import (
    StoredCase,
    draw_case_pairs,
    every_two,
    partnered,
    stored_cases,
)
from echoweave.learn2reg.settings import PairModelSettings, PairTrainingSettings
from echoweave.libc import keep_freed_memory
from echoweave.logs import LOGGER
from echoweave.training import Losses, TrainingLoop, check_finite, losses_row


def train_pairs(
    *,
    cases: Sequence[Path],
    choosing: Sequence[Path],
    model_out: Path,
    curves: Path,
    folder: Path,
    start: Path | None,
    noisy_labels: Path | None,
    model: PairModelSettings,
    training: PairTrainingSettings,
    section: str,
    name: str,
    seed: int,
    checkpointing: bool,
    threads: int,
) -> None:
    """Train one variant and write its best checkpoint: that of the lowest loss on chosen pairs.

    The loss and not Dice chooses, so that a training without labels has used none.

    Args:
        cases: ``{name}.h5`` of the cases to train on, of any cohorts.
        choosing: Those of the cases that choose the checkpoint; every two of them are a pair, seen
            whole, with their own labels.
        model_out: The checkpoint.
        curves: TSV with the loss, its parts, Dice and folded percent by iteration and split.
        folder: Gets TensorBoard's events/, and state.pt, from which a stopped training goes on;
            it is removed at the end.
        start: Checkpoint with the weights to start from; None: seeded ones.
        noisy_labels: Folder of labels of all organs of the cases to train on; None: their own.
        model: How the network is built.
        training: How it is trained.
        section: Where ``training`` stands, for errors: "learn2reg.pretraining".
        name: Of the network, for errors: "pretraining-noisy".
        seed: Seeds weights, pairs and crops: on one machine's CPU the same weights follow.
        checkpointing: Compute features again for the gradient instead of keeping them: less memory,
            a third more time, the same weights.
        threads: Threads on the CPU.

    Raises:
        InputError: No pair is left, a case is on both sides, ``start`` is another network or has
            seen a choosing case, or the training diverges.
    """
    use_cpu(threads)
    keep_freed_memory()
    trainer = PairTrainer(
        partnered(stored_cases(cases), name),
        stored_cases(choosing),
        start,
        noisy_labels,
        model,
        training,
        seed,
    )
    trainer.network.encoder.checkpointing = checkpointing
    state_file = folder / "state.pt"
    loop = TrainingLoop(
        trainer.network,
        torch.optim.Adam(trainer.network.parameters()),
        training,
        trainer.losses,
        trainer.validate,
    )
    state = loop.run(state_file, folder / "events", trainer.fingerprint(), section, name)
    checkpoint = PairCheckpoint(
        weights=state.best,
        model=model,
        training=training,
        seen=trainer.seen,
        choosing=trainer.chose,
        seed=seed,
        iteration=state.best_iteration,
    )
    save_pair_checkpoint(model_out, checkpoint)
    write_tsv(pd.DataFrame(state.rows), curves)
    state_file.unlink(missing_ok=True)


class PairTrainer:
    """What one training draws and measures.

    Args:
        rows: To train on, each with its partners, as :func:`partnered` returns them.
        choosing: To choose on.
        start: Checkpoint to start from, if any.
        noisy_labels: Their folder, if any.
        model: How the network is built.
        training: How it is trained.
        seed: Of weights, pairs and crops.

    Raises:
        InputError: See :func:`train_pairs`.
    """

    def __init__(
        self,
        rows: Sequence[Sequence[StoredCase]],
        choosing: Sequence[StoredCase],
        start: Path | None,
        noisy_labels: Path | None,
        model: PairModelSettings,
        training: PairTrainingSettings,
        seed: int,
    ) -> None:
        self.rows, self.choosing = rows, choosing
        self.pairs = every_two(choosing)
        self.start = start
        self.noisy_labels = NoisyLabels(noisy_labels) if noisy_labels else None
        self.model, self.training, self.seed = model, training, seed
        self.seen = _by_cohort(row[0] for row in self.rows)
        self.chose = [case.header.name for case in choosing]
        _check_sides(self.seen, choosing)
        LOGGER.info("%d cases train, %d pairs choose", len(self.rows), len(self.pairs))
        self.device = torch_device()
        self.mixed_precision = computes_bfloat16(self.device)
        torch.manual_seed(seed)
        self.network = PairNetwork(model)
        if start:
            self._start_from(start)
        self.network.to(self.device).train()

    def losses(self, iteration: int) -> Losses:
        """Return those of pairs and crops that depend on the seed and the iteration alone."""
        generator = np.random.default_rng((self.seed, iteration))
        pairs = draw_case_pairs(self.rows, self.training.batch_size, generator)
        shape = pairs[0].fixed.header.shape
        boxes = [draw_box(shape, self.training.crop, generator) for _ in pairs]
        batch = load_pairs(pairs, boxes, self.model.windows, self.noisy_labels, self.device)
        return pair_losses(self.network, batch, self.training, self.mixed_precision)[0]

    def validate(self, iteration: int) -> dict[str, Any]:
        """Return the row of the pairs that choose, one after the other.

        Dice and foldings are measured on the way there, as the evaluation does.
        """
        measured = []
        for pair in self.pairs:
            batch = load_pairs([pair], [WHOLE], self.model.windows, None, self.device)
            losses, dvf = pair_losses(self.network, batch, self.training, self.mixed_precision)
            check_finite("the loss of the choosing pairs", losses["loss"])
            measured.append(losses | _measured(batch, dvf[0].cpu().numpy()))
        return losses_row(iteration, "validation", measured)

    def fingerprint(self) -> str:
        """Return what tells two trainings apart: settings, seed, code, start, cases and labels."""
        known = [self.model, self.training, self.seed, code_digest(Path(__file__))]
        digest = hashlib.sha256(repr(known).encode())
        digest.update(sha256(self.start).encode() if self.start else b"")
        for case in [*(row[0] for row in self.rows), *self.choosing]:
            digest.update(f"{case.header} {sha256(case.path)}".encode())
        for name in (row[0].header.name for row in self.rows):
            labels = self.noisy_labels.checksum(name) if self.noisy_labels else None
            digest.update(f"{name} {labels}".encode())
        return digest.hexdigest()

    def _start_from(self, path: Path) -> None:
        """Take the weights of a checkpoint, and remember what it has seen and what chose it."""
        checkpoint = load_pair_checkpoint(path)
        check_same_model(checkpoint, path, self.model)
        check_unseen(path, checkpoint.trained_on, self.chose)
        fill_pair_network(self.network, checkpoint, path)
        self.seen = {
            cohort: sorted({*self.seen.get(cohort, []), *checkpoint.seen.get(cohort, [])})
            for cohort in sorted({*self.seen, *checkpoint.seen})
        }
        self.chose = sorted({*self.chose, *checkpoint.choosing})


def _measured(batch: PairBatch, dvf: NDArray[np.float32]) -> Losses:
    """Return what tells how good the field of one pair is, as the evaluation has it."""
    fixed, moving = (each[0].cpu().numpy() for each in (batch.fixed_labels, batch.moving_labels))
    measures = {
        "dice": mean_dice(fixed, moving, dvf),
        "folded_percent": measure_smoothness(dvf).folded_percent,
    }
    return {name: torch.tensor(value) for name, value in measures.items()}


def _by_cohort(cases: Iterable[StoredCase]) -> dict[str, list[str]]:
    names: dict[str, list[str]] = {}
    for case in cases:
        names.setdefault(case.header.cohort, []).append(case.header.name)
    return names


def _check_sides(seen: dict[str, list[str]], choosing: Sequence[StoredCase]) -> None:
    """Check that no case trains and chooses.

    Raises:
        InputError: One does.
    """
    names = {name for own in seen.values() for name in own}
    if both := sorted(names & {case.header.name for case in choosing}):
        what = f"{', '.join(both)} would train and choose the checkpoint"
        raise InputError(Problem("config", "learn2reg.choosing_cases", what, "list them once"))
