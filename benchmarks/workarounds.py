"""What the workarounds of `echoweave.libc` and `echoweave.segmentation.nnunet` bring.

Each is left out (plain) and used (ours) in turns, in a new process with one thread each time. What
counts is the time on the CPU, of the process and of those that it starts, since another job could
use it; starting and importing do not count. *Freed memory*: a step of the registration training
(512 x 512 pixels, batches of 4), the joint registration of one sequence of 256 x 256 pixels, and
iterations of an nnU-Net, with the memory that was freed given back or kept; the joint registration
gains nothing, so it is not kept there. *Pools*: planning, two folds of two iterations each with
their validation, and the choice, with nnU-Net's own pools of processes or with threads. *Picture*:
epochs of one iteration with nnU-Net's picture of the losses after each or without. The nnU-Net is
the 2D one of config/phantom.yaml.

Usage: python benchmarks/workarounds.py [--pairs N]
"""

import argparse
import contextlib
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import yaml
from side_by_side import ROOT, Pairs, compared, keep

from echoweave.segmentation.arms import ARMS

SEED, STEPS, BATCH, EPOCHS, ITERATIONS = 1, 5, 4, 20, 20
ARM, NETWORK = ARMS["sparse2d"], "2d"


def cpu_s() -> float:
    """Return the seconds on the CPU of this process and of those that it started and that ended."""
    own, started = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return own.ru_utime + own.ru_stime + started.ru_utime + started.ru_stime


def give_freed_memory_back() -> None:
    """Leave out what trainings do about memory; call before they are imported."""
    import echoweave.libc

    echoweave.libc.keep_freed_memory = lambda: None


def step(folder: Path, ours: bool) -> float:
    """Return the time of a step of the registration training."""
    if not ours:
        give_freed_memory_back()
    import registration

    os.cpu_count = lambda: 1
    training = registration.Ours(folder, BATCH)
    training.step()
    began = cpu_s()
    for _ in range(STEPS):
        training.step()
    return (cpu_s() - began) / STEPS


def joint(folder: Path, ours: bool) -> float:
    """Return the time of the fields of one sequence."""
    from pseudolabels import CONFIG, one_view_each, phantom
    from real_clips import build

    from echoweave.cpu import use_cpu
    from echoweave.libc import keep_freed_memory
    from echoweave.pseudolabels.propagate import frame_pairs

    use_cpu(1)
    if ours:
        keep_freed_memory()
    estimator = build("default", yaml.safe_load((CONFIG / "config.yaml").read_text()), {})
    with tempfile.TemporaryDirectory() as scratch:
        (clip,) = one_view_each(phantom(Path(scratch), 1, SEED))
    pairs = frame_pairs(len(clip.frames), clip.ed, "composed")
    pairs += frame_pairs(len(clip.frames), clip.es, "composed")
    began = cpu_s()
    estimator.fields(clip.frames, pairs)
    return cpu_s() - began


def iteration(folder: Path, ours: bool) -> float:
    """Return the time of an iteration of an nnU-Net, its share of the validation included."""
    if not ours:
        give_freed_memory_back()
    return train(folder, 0, 2, ITERATIONS) / (2 * ITERATIONS)


def epoch(folder: Path, ours: bool) -> float:
    """Return the time of an epoch of one iteration, its share of the validation included."""
    if not ours:
        import echoweave.segmentation.nnunet

        echoweave.segmentation.nnunet.without_plot = lambda logger: None
    return train(folder, 0, EPOCHS, 1) / EPOCHS


def pools(folder: Path, ours: bool) -> float:
    """Return the time of everything that an arm does, but for what its iterations take."""
    from echoweave.segmentation import nnunet

    if not ours:
        nnunet.pools = no_pools
    from echoweave.segmentation.plan import plan
    from echoweave.segmentation.select import select_configurations

    root, settings = folder / "nnunet", small_plans()
    began = cpu_s()
    plan(ARM, [NETWORK], root, settings, 1)
    for fold in (0, 1):
        train(folder, fold, 1, 2)
    select_configurations(ARM, [NETWORK], (0, 1), root, 1)
    return cpu_s() - began


@contextlib.contextmanager
def no_pools(threads: int) -> Iterator[None]:
    """Leave nnU-Net its own."""
    yield


def train(folder: Path, fold: int, epochs: int, iterations: int) -> float:
    """Train a fold anew; return its time."""
    from echoweave.segmentation.files import fold_folder
    from echoweave.segmentation.nnunet import set_environment
    from echoweave.segmentation.train import train_fold

    root = folder / "nnunet"
    shutil.rmtree(fold_folder(root, ARM, NETWORK, fold), ignore_errors=True)
    set_environment(root, 1)
    # Its imports do not count.
    import echoweave.segmentation.trainer  # noqa: F401

    default = yaml.safe_load((ROOT / "config/config.yaml").read_text())["segmentation"]["training"]
    lengths = {"epochs": epochs, "iterations_per_epoch": iterations, "validation_iterations": 1}
    settings = default | lengths | {"augmentation_workers": 0}
    began = cpu_s()
    train_fold(ARM, NETWORK, fold, None, root, settings, SEED, 1, False)
    return cpu_s() - began


def small_plans() -> dict[str, Any]:
    """Return the plans of config/phantom.yaml."""
    config = yaml.safe_load((ROOT / "config/phantom.yaml").read_text())
    plans: dict[str, Any] = config["segmentation"]["plans"]
    return plans


# What is measured: how it is called, and its unit.
MEASURED: dict[Callable[[Path, bool], float], tuple[str, str]] = {
    step: ("freed memory: registration training", "a step"),
    joint: ("freed memory: joint registration", "a sequence"),
    iteration: ("freed memory: nnU-Net", "an iteration"),
    pools: ("pools", "an arm"),
    epoch: ("picture", "an epoch"),
}


def prepare(folder: Path) -> None:
    """Write the frames and the planned data set that the processes work on."""
    import registration
    import training

    registration.write_frames(folder)
    config = yaml.safe_load((ROOT / "config/config.yaml").read_text())
    config["segmentation"]["plans"] = small_plans()
    training.prepare(folder, config)


def once(name: str, folder: Path, ours: bool) -> float:
    """Measure in a process of its own."""
    command = [sys.executable, __file__, "--once", json.dumps([name, str(folder), ours])]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{name} failed:\n{done.stderr[-3000:]}")
    return float(done.stdout.splitlines()[-1])


def in_turns(name: str, folder: Path, pairs: int) -> Pairs:
    """Measure both ways in turns, which change places from pair to pair."""
    times: dict[bool, list[float]] = {False: [], True: []}
    for pair in range(pairs):
        for ours in (False, True) if pair % 2 == 0 else (True, False):
            times[ours].append(once(name, folder, ours))
    return Pairs(times[False], times[True])


def main() -> None:
    """Measure and keep the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--once", type=json.loads, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.once:
        name, folder, ours = given.once
        (way,) = (way for way in MEASURED if way.__name__ == name)
        print(way(Path(folder), ours))
        return
    rows = []
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        prepare(folder)
        for way, (what, unit) in MEASURED.items():
            times = in_turns(way.__name__, folder, given.pairs)
            target = {"target": "", "met": ""} if way is joint else {}
            rows.append(compared(what, times, unit, 1.05) | target)
            print(rows[-1], flush=True)
    keep("workarounds", rows)


if __name__ == "__main__":
    main()
