"""Carry the manual masks of real clips to the other end, with every estimator (closure).

Usage: python benchmarks/real_clips.py FILE.npz ... [--estimators NAME ...]
                                       [--checkpoint MODEL=PATH ...] [--summary FILE.md]

What a file holds is in benchmarks/clip_files.py: one clip, or pairs of ED and ES. The labels are
made as in the workflow, with the settings of config/config.yaml; what is measured are the forward
labels at ES (forward) and the backward ones at ED (backward), before they are corrected and fused,
against the manual mask there.

Prints a TSV, one row an estimator, clip and direction: dice_* and hd_px_* of each structure (empty
where neither mask has it), area_ratio of the carried cavity to the manual one, the share of the
sector where the composed field is folded, and seconds: half of what the estimator took to find the
fields of both directions. `--summary` also writes, as Markdown and for clips and pairs apart, the
means and the paired differences to `default` with their 95 % intervals over clips.

Closure judges one frame a direction, says nothing of those between, and is no target to optimise.

Estimators: `default` (pseudolabels.use), `refinement` (the default before: refinement.py), those
that need no training, and each of registration.models that has a `--checkpoint`.
"""

import argparse
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import yaml
from clip_files import read_clips
from numpy.typing import NDArray
from pseudolabel_tables import markdown, paired_differences
from pseudolabels import CONFIG, configured
from refinement import Refinement

from echoweave.cpu import use_cpu
from echoweave.errors import InputError, Problem
from echoweave.geometry.overlap import dice
from echoweave.geometry.surfaces import surface_distances
from echoweave.io.cache import EchoSequence
from echoweave.labels import structure_mask
from echoweave.logs import Progress, log_to_terminal
from echoweave.pseudolabels.estimators.base import Estimator
from echoweave.pseudolabels.estimators.registry import unknown_estimators
from echoweave.pseudolabels.generate import pseudo_labels
from echoweave.pseudolabels.settings import PseudolabelSettings

ESTIMATORS = ("still", "farneback", "dis", "refinement", "default")
STRUCTURES = ("cavity", "myocardium", "atrium")
DICES = [f"dice_{structure}" for structure in STRUCTURES]
HDS = [f"hd_px_{structure}" for structure in STRUCTURES]


class Timed:
    """An estimator that counts the seconds it takes."""

    def __init__(self, estimator: Estimator) -> None:
        self.estimator, self.seconds = estimator, 0.0

    def fields(
        self, frames: NDArray[np.uint8], pairs: list[tuple[int, int]]
    ) -> NDArray[np.float32]:
        """See :class:`~echoweave.pseudolabels.estimators.base.Estimator`."""
        began = time.perf_counter()
        found = self.estimator.fields(frames, pairs)
        self.seconds += time.perf_counter() - began
        return found


def build(name: str, config: Mapping[str, Any], checkpoints: Mapping[str, Path]) -> Estimator:
    """Return the estimator that a row is named after.

    Raises:
        InputError: There is none of this name, or its checkpoint is missing or cannot be used.
    """
    if name == "refinement":
        return Refinement()
    models = config["registration"]["models"]
    wanted = config["pseudolabels"]["use"] if name == "default" else name
    problems = unknown_estimators([wanted], models)
    if not problems and wanted in models.keys() - checkpoints:
        remedy = f"give --checkpoint {wanted}=PATH"
        problems = [Problem("--estimators", wanted, "this network has no checkpoint", remedy)]
    if problems:
        raise InputError(problems)
    return configured(wanted, config, checkpoints.get(wanted))


def clip_rows(
    name: str, clip: EchoSequence, estimator: Estimator, settings: PseudolabelSettings
) -> Iterator[dict[str, Any]]:
    """Yield what is measured of one clip, a row a direction.

    Raises:
        FloatingPointError: A displacement is not finite.
    """
    timed = Timed(estimator)
    found = pseudo_labels(clip, timed, settings)
    for direction, end, manual in zip(
        ("forward", "backward"), (clip.es, clip.ed), clip.labels[::-1], strict=True
    ):
        yield {
            "clip": name,
            "direction": direction,
            **closure(getattr(found, direction)[end], manual),
            "folded": found.quality[f"folded_{direction}"][end],
            "seconds": timed.seconds / 2,
        }


def closure(carried: NDArray[np.uint8], manual: NDArray[np.uint8]) -> dict[str, float]:
    """Compare a carried mask with the manual one, uint8 [Y, X] each.

    NaN for a structure that neither has, and for distance and ratio where one lacks it.
    """
    masks = [
        (structure_mask(carried, structure), structure_mask(manual, structure))
        for structure in STRUCTURES
    ]
    overlaps = [dice(*pair) for pair in masks]
    # With a spacing of 1 the distance is in pixels.
    distances = [surface_distances(*pair, (1.0, 1.0)).hd for pair in masks]
    cavity, drawn = (np.count_nonzero(mask) for mask in masks[0])
    ratio = cavity / drawn if drawn else np.nan
    return dict(zip([*DICES, *HDS, "area_ratio"], [*overlaps, *distances, ratio], strict=True))


def summary(rows: pd.DataFrame) -> str:
    """Return the means, and the differences to the default, of clips and of pairs as Markdown."""
    rows = rows.assign(dice_mean=rows[DICES].mean(axis=1))
    measures = ["dice_mean", *DICES, *HDS]
    groups = rows.groupby(["of", "estimator", "direction"], sort=False)
    means = groups[[*measures, "area_ratio", "folded", "seconds"]].mean()
    means.insert(0, "n", groups["clip"].nunique())
    tables = []
    for kind, some in rows.groupby("of", sort=False):
        values = some.groupby(["estimator", "clip"], sort=False)[measures].mean()
        less = paired_differences(values, lambda _: "default", lambda clips: clips)
        less.insert(0, "of", kind)
        tables.append(less)
    return f"{markdown(means.reset_index())}\n{markdown(pd.concat(tables))}"


def named_path(text: str) -> tuple[str, Path]:
    """Split MODEL=PATH."""
    name, equals, path = text.partition("=")
    if not equals:
        raise argparse.ArgumentTypeError(f"{text!r} is not MODEL=PATH")
    return name, Path(path)


def measure(given: argparse.Namespace) -> pd.DataFrame:
    """Print the rows of all clips as they come, and return them.

    Raises:
        InputError: A file or an estimator cannot be used.
    """
    config = yaml.safe_load((CONFIG / "config.yaml").read_text())
    labels = config["pseudolabels"]
    settings = PseudolabelSettings(
        labels["propagation"], labels["fusion"], labels["drift_correction"]
    )
    checkpoints = dict(given.checkpoint)
    estimators = {name: build(name, config, checkpoints) for name in given.estimators}
    clips = read_clips(given.files)
    tables: list[pd.DataFrame] = []
    progress = Progress("clips", len(clips))
    for done, (name, clip) in enumerate(clips.items(), 1):
        for estimator, motion in estimators.items():
            try:
                rows = pd.DataFrame(clip_rows(name, clip, motion, settings))
            except FloatingPointError as error:
                remedy = "leave it out of --estimators"
                raise InputError(Problem(name, estimator, str(error), remedy)) from error
            rows.insert(0, "estimator", estimator)
            text = rows.to_csv(None, sep="\t", index=False, header=not tables, float_format="%.6g")
            print(text, end="", flush=True)
            tables.append(rows.assign(of="pairs" if len(clip.frames) == 2 else "clips"))
        progress.update(done)
    return pd.concat(tables)


def main(arguments: list[str] | None = None) -> None:
    """Measure every clip with every estimator."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("files", type=Path, nargs="+", metavar="FILE.npz")
    parser.add_argument("--estimators", nargs="+", default=ESTIMATORS, metavar="NAME")
    parser.add_argument(
        "--checkpoint", type=named_path, action="append", default=[], metavar="MODEL=PATH"
    )
    parser.add_argument("--summary", type=Path, metavar="FILE.md", help="Markdown tables")
    parser.add_argument("--threads", type=int, default=1, help="on the CPU")
    given = parser.parse_args(arguments)
    if given.summary and not {"default"} < set(given.estimators):
        parser.error("--summary compares with `default`: list it and another in --estimators")
    use_cpu(given.threads)
    with log_to_terminal():
        try:
            rows = measure(given)
        except InputError as error:
            sys.exit(str(error))
    if given.summary:
        given.summary.write_text(summary(rows))


if __name__ == "__main__":
    main()
