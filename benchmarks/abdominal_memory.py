"""Memory and time of the dual encoder at the size of abdominal CT, on the CPU, without data.

Usage: python benchmarks/abdominal_memory.py [--volume 192 160 256] [--crop 128] [--threads 1]
Each case runs in a process of its own, whose most memory is read at its end: the field of a pair of
whole volumes; the losses of both ways on it, as the validation computes them; and one step of the
symmetric training on a pair of crops, with deep supervision, the labels of all organs and Adam. In
single and in mixed precision (bfloat16), and the training with and without computing features again
for the gradient (checkpointing), with it also on the two pairs of the published batches. Prints a
TSV: CPU seconds, gigabytes over those of the idle process (weights included), gigabytes that the
forward pass of the training leaves for its gradient, and seconds and gigabytes as multiples of the
first case of a kind. On a GPU the same tensors take the same room, and beside them the workspace of
its convolutions.
"""

import argparse
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import pandas as pd
import torch
from torch import Tensor

from echoweave.learn2reg.crops import PairBatch
from echoweave.learn2reg.objective import pair_losses
from echoweave.learn2reg.organs import N_ORGAN_LABELS
from echoweave.learn2reg.settings import PairTrainingSettings
from echoweave.registration.networks.dual_encoder import DualEncoder

CHANNELS = (32, 64, 128, 256, 512)
WINDOWS = 3
GIGA = 1e9


def main() -> None:
    """Print the TSV."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--volume", type=int, nargs=3, default=(192, 160, 256))
    parser.add_argument("--crop", type=int, default=128)
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    volume, crop = tuple(options.volume), (options.crop,) * 3
    cases = [
        (what, volume, mixed, False)
        for what in ("inference", "validation")
        for mixed in (False, True)
    ]
    cases += [
        ("training step", crop, mixed, checkpointing)
        for mixed in (False, True)
        for checkpointing in (False, True)
    ]
    cases += [("step on two pairs", crop, mixed, True) for mixed in (False, True)]
    rows = pd.DataFrame([alone(*case, options.threads) for case in cases])
    first = rows.groupby("what")[["cpu_seconds", "peak_gb"]].transform("first")
    rows["time_ratio"] = rows["cpu_seconds"] / first["cpu_seconds"]
    rows["memory_ratio"] = rows["peak_gb"] / first["peak_gb"]
    rows.to_csv(sys.stdout, sep="\t", index=False, float_format="%.3g")


def alone(
    what: str, shape: tuple[int, ...], mixed: bool, checkpointing: bool, threads: int
) -> dict[str, object]:
    """Return the row of a case, from a process of its own."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        found = pool.submit(_MEASURES[what], shape, mixed, checkpointing, threads).result()
    return {
        "what": what,
        "voxels": "x".join(map(str, shape)),
        "precision": "mixed" if mixed else "single",
        "checkpointing": checkpointing,
        **found,
    }


def _inference(
    shape: tuple[int, ...], mixed: bool, checkpointing: bool, threads: int
) -> dict[str, float]:
    torch.set_num_threads(threads)
    idle = _most_memory()
    network = _network(checkpointing).eval()
    fixed, moving = torch.rand(2, 1, WINDOWS, *shape)
    started = time.process_time()
    with torch.no_grad(), torch.autocast("cpu", torch.bfloat16, mixed):
        network(fixed, moving)
    seconds = time.process_time() - started
    return {"cpu_seconds": seconds, "peak_gb": _most_memory() - idle, "kept_gb": 0}


def _validation(
    shape: tuple[int, ...], mixed: bool, checkpointing: bool, threads: int
) -> dict[str, float]:
    torch.set_num_threads(threads)
    idle = _most_memory()
    network, batch = _network(checkpointing).eval(), _batch(shape)
    started = time.process_time()
    with torch.no_grad():
        pair_losses(network, batch, _settings(shape[0]), mixed)
    seconds = time.process_time() - started
    return {"cpu_seconds": seconds, "peak_gb": _most_memory() - idle, "kept_gb": 0}


def _training_step(
    n_pairs: int, shape: tuple[int, ...], mixed: bool, checkpointing: bool, threads: int
) -> dict[str, float]:
    torch.set_num_threads(threads)
    idle = _most_memory()
    network = _network(checkpointing)
    optimiser = torch.optim.Adam(network.parameters())
    batch = _batch(shape, n_pairs)
    started = time.process_time()
    with _kept(network) as kept:
        losses, _ = pair_losses(network, batch, _settings(shape[0]), mixed)
    losses["loss"].backward()
    optimiser.step()
    return {
        "cpu_seconds": time.process_time() - started,
        "peak_gb": _most_memory() - idle,
        "kept_gb": sum(kept.values()) / GIGA,
    }


_MEASURES = {
    "inference": _inference,
    "validation": _validation,
    "training step": partial(_training_step, 1),
    "step on two pairs": partial(_training_step, 2),
}


def _batch(shape: tuple[int, ...], n_pairs: int = 1) -> PairBatch:
    """Return pairs with labels of all organs."""
    return PairBatch(
        *torch.rand(2, n_pairs, WINDOWS, *shape),
        *torch.randint(N_ORGAN_LABELS, (2, n_pairs, *shape), dtype=torch.uint8),
        torch.ones(n_pairs, N_ORGAN_LABELS, dtype=torch.bool),
    )


def _network(checkpointing: bool) -> DualEncoder:
    torch.manual_seed(1)
    return DualEncoder(3, WINDOWS, CHANNELS, deep_supervision=True, checkpointing=checkpointing)


def _settings(crop: int) -> PairTrainingSettings:
    """Return the published weights; what only a whole training reads counts for nothing here."""
    return PairTrainingSettings(
        similarity="mse",
        similarity_weight=1,
        regulariser="gradient-l1",
        regulariser_weight=0.01,
        dice_weight=1,
        symmetric=True,
        inverse_weight=0,
        crop=crop,
        iterations=1,
        batch_size=1,
        learning_rate=1e-4,
        schedule="constant",
        validate_every=1,
    )


@contextmanager
def _kept(network: torch.nn.Module) -> Iterator[dict[int, int]]:
    """Note the bytes of every storage that is kept for the gradient, but those of the weights."""
    weights = {one.untyped_storage().data_ptr() for one in network.parameters()}
    kept: dict[int, int] = {}

    def note(tensor: Tensor) -> Tensor:
        storage = tensor.untyped_storage()
        if storage.data_ptr() not in weights:
            kept[storage.data_ptr()] = storage.nbytes()
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(note, lambda tensor: tensor):
        yield kept


def _most_memory() -> float:
    """Return the most memory that this process has had, in gigabytes."""
    status = dict(line.split(":") for line in Path("/proc/self/status").read_text().splitlines())
    return int(status["VmHWM"].split()[0]) * 1024 / GIGA


if __name__ == "__main__":
    main()
