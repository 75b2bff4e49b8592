"""What instance refinement brings for its time: a network's fields with it and without it.

Dice of the warped labels (nearest voxel) over all organs that both cases of a pair have, and the
seconds that a pair takes, in turns in one run. Refinement alone, without a network, is the third
row.

Usage: python benchmarks/instance_refinement.py MODEL CASES CONFIG --pairs FIXED:MOVING ...
CASES is the folder of stored cases; learn2reg.refinement is that of a run with --configfile CONFIG:
CONFIG on top of config/config.yaml.
"""

import argparse
import statistics
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import torch
import yaml
from numpy.typing import NDArray
from snakemake.utils import update_config

from echoweave.cpu import use_cpu
from echoweave.learn2reg.apply import PairRegistrar
from echoweave.learn2reg.checkpoint import load_pair_checkpoint
from echoweave.learn2reg.evaluation.organ_dice import mean_dice
from echoweave.learn2reg.greys import windowed
from echoweave.learn2reg.store import load_case
from echoweave.learn2reg.volume import CaseVolume
from echoweave.registration.refine import refine
from echoweave.registration.settings import RefinementSettings

CONFIG = Path(__file__).parents[1] / "config/config.yaml"

Way = Callable[[CaseVolume, CaseVolume], NDArray[np.float32]]


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", type=Path)
    parser.add_argument("cases", type=Path)
    parser.add_argument("config", type=Path)
    parser.add_argument("--pairs", nargs="+", required=True)
    parser.add_argument("--threads", type=int, default=1)
    given = parser.parse_args()
    use_cpu(given.threads)
    settings = refinement_of(given.config)
    checkpoint = load_pair_checkpoint(given.model)
    windows = checkpoint.model.windows
    ways: dict[str, Way] = {
        "network": PairRegistrar(checkpoint, given.model).field,
        "network, refined": PairRegistrar(checkpoint, given.model, settings).field,
        "refinement alone": lambda fixed, moving: alone(fixed, moving, windows, settings),
    }
    scores: dict[str, list[float]] = {name: [] for name in ways}
    times: dict[str, list[float]] = {name: [] for name in ways}
    for pair in given.pairs:
        fixed, moving = (load_case(given.cases / f"{name}.h5") for name in pair.split(":"))
        for name, way in ways.items():
            began = time.perf_counter()
            dvf = way(fixed, moving)
            times[name].append(time.perf_counter() - began)
            scores[name].append(mean_dice(fixed.labels, moving.labels, dvf))
    print("way\tdice\tseconds\tseconds_ratio\tdice_gain")
    for name in ways:
        ratios = np.divide(times[name], times["network"])
        gains = np.subtract(scores[name], scores["network"])
        print(
            f"{name}\t{np.mean(scores[name]):.3f}\t{statistics.median(times[name]):.2f}"
            f"\t{statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})"
            f"\t{np.mean(gains):+.3f} ({min(gains):+.3f} to {max(gains):+.3f})"
        )


def refinement_of(path: Path) -> RefinementSettings:
    """Return the settings of a run with this config."""
    config = yaml.safe_load(CONFIG.read_text())
    update_config(config, yaml.safe_load(path.read_text()))
    return RefinementSettings.from_config(config["learn2reg"]["refinement"], "learn2reg.refinement")


def alone(
    fixed: CaseVolume,
    moving: CaseVolume,
    windows: Sequence[tuple[float, float]],
    settings: RefinementSettings,
) -> NDArray[np.float32]:
    """Return a field that starts from no motion."""
    images = (torch.from_numpy(windowed(case.image, windows))[None] for case in (fixed, moving))
    found: NDArray[np.float32] = refine(*images, None, settings)[0].numpy()
    return found


if __name__ == "__main__":
    main()
