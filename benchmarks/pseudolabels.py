"""Compare every estimator of pseudo-labels on phantom patients that no network has seen.

Usage: python benchmarks/pseudolabels.py OUT [--training N] [--held-out N] [--iterations N]
                                         [--seed N] [--only NAME ...]

Makes a phantom in a cache of 256x256 pixels, trains the networks on the first patients (at 128x128
pixels, so that two cores will do), carries the labels of the others with every estimator, one view
a patient, 2CH and 4CH in turn, and writes OUT/NAME.{tsv,md}: the labels (fused, directions,
qualities) and how they differ from those of the default (differences of the fused ones, carried),
and, for what real clips can be asked too, the closure and its differences (closed).
A second run goes on where the first was stopped. Settings are those of config/config.yaml but for
what `quick` says.
"""

import argparse
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pandas as pd
import yaml
from numpy.typing import NDArray
from pseudolabel_tables import differences, table, write_table
from refinement import Refinement

from echoweave.config import config_slice
from echoweave.evaluation.measure_pseudolabels import frame_rows
from echoweave.geometry.resize import resize_frames, resize_labels, resized_spacing
from echoweave.io.cache import EchoSequence, read_sequence, read_views, write_patient
from echoweave.io.tables import read_tsv, write_tsv
from echoweave.labels import PARTS
from echoweave.logs import LOGGER, Progress, log_to
from echoweave.phantom.artefacts import Artefacts
from echoweave.phantom.clip import record
from echoweave.phantom.patient import draw_patient
from echoweave.pseudolabels.estimators.base import Estimator
from echoweave.pseudolabels.estimators.optical_flow import flow_fields
from echoweave.pseudolabels.estimators.registry import UNTRAINED, make_estimator
from echoweave.pseudolabels.estimators.still import Still
from echoweave.pseudolabels.generate import DIRECTIONS, PseudoLabels, pseudo_labels
from echoweave.pseudolabels.settings import PseudolabelSettings
from echoweave.registration.apply import Registrar
from echoweave.registration.train import train_registration

Maker = Callable[[], Estimator]
SIZE, NATIVE, FRAMES = 256, (480, 384), (10, 20)
CONFIG = Path(__file__).parents[1] / "config"
DEFAULT = PseudolabelSettings("composed", "distance", drift_correction=True)
# Of the default config.
RIM_SHARE = yaml.safe_load((CONFIG / "config.yaml").read_text())["registration"]["rim_share"]
PAPER = PseudolabelSettings("nearest", "paper", drift_correction=False)
# What the table calls the default, and rows that differ from another in this alone.
OURS, UNCORRECTED = "joint", ", no drift correction"
# Beside the directions: each reference mask carried to the other end, over both ends.
CLOSURE = "closure"
IN_PAPER = "dirnet as in the paper"
# The flows with the settings that do best there; the library's own are rows of their own.
FLOWS = {
    "farneback, window 51": lambda: cv2.FarnebackOpticalFlow.create(
        numLevels=4, pyrScale=0.5, winSize=51, numIters=5, polyN=7, polySigma=1.5
    ),
    "dis, fast preset": lambda: cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_FAST),
}
# What is asked of DIRNet beyond likeness and smoothness; dirnet-supervised is in the config.
SUPERVISION = {
    "dirnet, symmetric": {"symmetric": True},
    "dirnet, inverse-consistent": {"inverse_weight": 100},
    "dirnet, all three": {"symmetric": True, "inverse_weight": 100},
}


class Flow:
    """Another optical flow of OpenCV, on the same frames as those of the library."""

    def __init__(self, flow: cv2.DenseOpticalFlow) -> None:
        self.flow = flow

    def fields(
        self, frames: NDArray[np.uint8], pairs: list[tuple[int, int]]
    ) -> NDArray[np.float32]:
        """See :class:`~echoweave.pseudolabels.estimators.base.Estimator`."""
        return flow_fields(self.flow, frames, pairs, RIM_SHARE)


class Remembering:
    """An estimator that finds the motion of each sequence once, however often it is asked."""

    def __init__(self, estimator: Estimator) -> None:
        self.estimator = estimator
        self.known: dict[tuple[int, ...], NDArray[np.float32]] = {}
        self.frames: NDArray[np.uint8] | None = None

    def fields(
        self, frames: NDArray[np.uint8], pairs: list[tuple[int, int]]
    ) -> NDArray[np.float32]:
        """See :class:`~echoweave.pseudolabels.estimators.base.Estimator`."""
        if frames is not self.frames:
            self.frames, self.known = frames, {}
        key = tuple(np.ravel(pairs))
        if key not in self.known:
            self.known[key] = self.estimator.fields(frames, pairs)
        return self.known[key]


def make_cache(
    path: Path, number: int, seed: int, size: int = SIZE, native: tuple[int, int] = NATIVE
) -> None:
    """Write one phantom patient with the true labels of every frame."""
    patient = draw_patient(seed, number, native, FRAMES)
    sequences = []
    for view in patient.views:
        clip = record(view, patient.sector, 0, Artefacts())
        labels = resize_labels(clip.labels, (size, size))
        recorded = clip.frames.shape[1], clip.frames.shape[2]
        sequences.append(
            EchoSequence(
                patient=patient.name,
                view=view.name,
                frames=resize_frames(clip.frames, (size, size)),
                ed=0,
                es=len(labels) - 1,
                spacing=resized_spacing(recorded, clip.spacing_mm, (size, size)),
                native_shape=recorded,
                native_spacing=clip.spacing_mm,
                labels=labels[[0, -1]],
                dense_labels=labels,
                dense_label_values=(0, 1, 2, 3),
                quality=view.quality,
            )
        )
    write_patient(path, sequences)


def phantom(
    out: Path, patients: int, seed: int, size: int = SIZE, native: tuple[int, int] = NATIVE
) -> list[Path]:
    """Return the cache files of the patients, made where they are missing."""
    paths = [out / f"cache/patient{number:04d}.h5" for number in range(1, patients + 1)]
    for number, path in enumerate(paths, 1):
        if not path.exists():
            LOGGER.info("phantom patient %d", number)
            make_cache(path, number, seed, size, native)
    return paths


def quick(model: Mapping[str, Any], iterations: int) -> dict[str, Any]:
    """Return the settings of a model for frames of 128x128 pixels and few iterations.

    The lengths shrink in proportion. So does, with the square of the side, the weight of a bending
    energy in pixels: in n times smaller frames the same deformation has n^2 times the energy.
    """
    shrink = model["size"] // 128
    return {
        **model,
        "size": 128,
        "grid_spacing_px": model["grid_spacing_px"] // shrink,
        "smoothing_px": model["smoothing_px"] / shrink,
        "bending_weight": model["bending_weight"]
        / (shrink**2 if model["bending"] == "pixel" else 1),
        "batch_size": 8,
        "learning_rate": 0.003,
        "iterations": iterations,
        "validate_every": iterations // 8,
    }


def models(iterations: int) -> dict[str, dict[str, Any]]:
    """Return the models of the default config, and the DIRNet as in the paper."""
    default, paper = (
        yaml.safe_load((CONFIG / name).read_text())["registration"]["models"]
        for name in ("config.yaml", "paper.yaml")
    )
    for name, changes in SUPERVISION.items():
        base = "dirnet-supervised" if "all" in name else "dirnet"
        default[name] = default[base] | changes
    default[IN_PAPER] = default["dirnet"] | paper["dirnet"]
    return {name: quick(model, iterations) for name, model in default.items()}


def train(
    out: Path,
    caches: list[Path],
    name: str,
    settings: dict[str, Any],
    seed: int,
    noisy_labels: Path | None = None,
) -> Path:
    """Train one model, unless it is there already, and return its checkpoint."""
    folder = out / name.replace(" ", "-")
    if not (folder / "model.pt").exists():
        nobody = out / "ted_pairs.tsv"
        write_tsv(pd.DataFrame(columns=["ted_id", "patient"]), nobody)
        files = folder / "model.pt", folder / "curves.tsv", folder
        rim = 0 if name == IN_PAPER else RIM_SHARE
        common = {"rim_share": rim, "holdout": 0, "validation_patients": 2, "seed": seed}
        train_registration(
            caches, nobody, noisy_labels, *files, name, {name: settings, **common}, threads=1
        )
    return folder / "model.pt"


def estimators(out: Path, caches: list[Path], iterations: int, seed: int) -> dict[str, Maker]:
    """Return what makes every estimator, by its name in the table; networks train when made."""
    config = yaml.safe_load((CONFIG / "config.yaml").read_text())
    result: dict[str, Maker] = {
        name: lambda name=name: configured(name, config) for name in UNTRAINED
    }
    result |= {name: lambda make=make: Flow(make()) for name, make in FLOWS.items()}
    result |= {"interpolation": Still, "refinement": Refinement}
    for name, settings in models(iterations).items():
        result[name] = lambda name=name, settings=settings: Registrar.load(
            train(out, caches, name, settings, seed)
        )
    return result


def configured(name: str, config: Mapping[str, Any], checkpoint: Path | None = None) -> Estimator:
    """Return an estimator as the workflow makes it; a network needs its checkpoint."""
    keys = UNTRAINED[name].keys if name in UNTRAINED else ()
    return make_estimator(name, checkpoint, config_slice(config, *keys))


def variants(name: str) -> dict[str, PseudolabelSettings]:
    """Return how the labels of an estimator are made, by the name in the table."""
    settings = UNTRAINED[name].adapt(DEFAULT) if name in UNTRAINED else DEFAULT
    result = {name: settings}
    if name in ("farneback", "dis", OURS):
        result[f"{name}{UNCORRECTED}"] = replace(settings, drift_correction=False)
    if name == IN_PAPER:
        result[f"{name}, its own rules"] = PAPER
    return result


def compared_with(name: str) -> str:
    """Return what an estimator is compared with: the default, or the same with correction."""
    return name.removesuffix(UNCORRECTED) if name.endswith(UNCORRECTED) else OURS


def measure(
    variants: Mapping[str, PseudolabelSettings], estimator: Estimator, sequences: list[EchoSequence]
) -> Iterator[dict[str, Any]]:
    """Yield one row a variant, sequence, direction and structure: means over the inner frames."""
    progress, motion = Progress(next(iter(variants)), len(sequences)), Remembering(estimator)
    for done, sequence in enumerate(sequences, 1):
        for variant, settings in variants.items():
            labels = pseudo_labels(sequence, motion, settings)
            for row in sequence_rows(sequence, labels):
                yield {"estimator": variant, **row}
        progress.update(done)


def both_views(caches: list[Path]) -> list[EchoSequence]:
    """Return every sequence."""
    return [read_sequence(cache, view) for cache in caches for view in read_views(cache)]


def one_view_each(caches: list[Path]) -> list[EchoSequence]:
    """Return one sequence a patient, so that more patients fit: 2CH, then 4CH, and so on."""
    result = []
    for place, cache in enumerate(caches):
        views = read_views(cache)
        result.append(read_sequence(cache, views[place % len(views)]))
    return result


def sequence_rows(sequence: EchoSequence, found: PseudoLabels) -> Iterator[dict[str, Any]]:
    """Yield the means over the inner frames of one sequence, a row a direction and structure.

    The direction ``CLOSURE`` has those over ED and ES.
    """
    folded = found.quality[["folded_forward", "folded_backward"]].mean()
    shares = dict(zip(DIRECTIONS, [*folded, folded.mean()], strict=True))
    ends = found.quality[found.quality["reference"] != ""].mean(numeric_only=True)
    for structure in PARTS:
        yield {
            "direction": CLOSURE,
            "structure": structure,
            "quality": sequence.quality,
            "sequence": sequence.name,
            "folded": folded.mean(),
            "dice": ends[f"agreement_dice_{structure}"],
            "hd_mm": ends[f"agreement_hd_mm_{structure}"],
        }
    for direction in DIRECTIONS:
        rows = pd.DataFrame(frame_rows(sequence, sequence.dense_labels, getattr(found, direction)))
        means = rows.groupby("structure")[["dice", "hd_mm"]].mean()
        for structure, values in means.iterrows():
            yield {
                "direction": direction,
                "structure": structure,
                "quality": sequence.quality,
                "sequence": sequence.name,
                "folded": shares[direction],
                **values,
            }


def main() -> None:
    """Run the whole comparison."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", type=Path)
    parser.add_argument("--training", type=int, default=12, help="patients that train, 2 validate")
    parser.add_argument("--held-out", type=int, default=20, help="patients that are measured")
    parser.add_argument("--iterations", type=int, default=1000, help="of each training")
    parser.add_argument("--seed", type=int, default=2023, help="of the phantom and the trainings")
    parser.add_argument("--only", nargs="+", help="estimators, as the table names them")
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    with log_to(given.out / "log.txt"):
        caches = phantom(given.out, given.training + given.held_out, given.seed)
        training, held_out = caches[: given.training], caches[given.training :]
        makers = estimators(given.out, training, given.iterations, given.seed)
        sequences = one_view_each(held_out)
        tables = []
        for name in given.only or makers:
            measured = given.out / f"measured/{name.replace(' ', '-')}.tsv"
            if not measured.exists():
                rows = measure(variants(name), makers[name](), sequences)
                write_tsv(pd.DataFrame(rows), measured)
            tables.append(read_tsv(measured))
        write_tables(pd.concat(tables), given.out)


def write_tables(rows: pd.DataFrame, out: Path) -> None:
    """Write what main promises; the differences only if the default was measured."""
    corrected = rows[~rows["estimator"].str.endswith(UNCORRECTED)]
    fused, closed = rows[rows["direction"] == "fused"], corrected[corrected["direction"] == CLOSURE]
    carried = corrected[corrected["direction"].isin(["forward", "backward"])]
    directions = rows[rows["direction"] != CLOSURE]
    write_table(table(directions, "estimator", "direction"), out / "directions.tsv")
    write_table(table(fused, "estimator"), out / "fused.tsv")
    write_table(table(fused, "estimator", "quality"), out / "qualities.tsv")
    closure = table(closed, "estimator")
    closure.insert(2, "dice_mean", closure[[f"dice_{name}" for name in PARTS]].mean(axis=1))
    write_table(closure, out / "closure.tsv")
    if OURS in set(rows["estimator"]):
        write_table(differences(fused, compared_with), out / "differences.tsv")
        write_table(differences(carried, compared_with), out / "carried.tsv")
        write_table(differences(closed, compared_with), out / "closed.tsv")


if __name__ == "__main__":
    main()
