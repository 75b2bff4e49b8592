"""Compare every estimator of pseudo-labels on phantom patients that no network has seen.

Usage: python benchmarks/pseudolabels.py OUT [--training N] [--held-out N] [--iterations N]

Makes a phantom with 256x256 frames, trains the networks on the first patients (at 128x128 pixels,
so that two cores will do), carries the labels of the others with every estimator and writes
OUT/{table,qualities,curve}.tsv. A second run goes on where the first was stopped. Settings are
those of config/config.yaml but for what `quick` says.
"""

import argparse
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from echoweave.evaluation.measure_pseudolabels import frame_rows
from echoweave.geometry.resize import resize_frames, resize_labels, resized_spacing
from echoweave.io.cache import Sequence, read_sequence, read_views, write_patient
from echoweave.io.tables import read_tsv, write_tsv
from echoweave.labels import STRUCTURES
from echoweave.logs import LOGGER, Progress, log_to
from echoweave.phantom.clip import record
from echoweave.phantom.patient import draw_patient
from echoweave.pseudolabels.estimators.base import Estimator
from echoweave.pseudolabels.estimators.registry import UNTRAINED
from echoweave.pseudolabels.generate import DIRECTIONS, pseudo_labels
from echoweave.pseudolabels.settings import Settings, refinement_of
from echoweave.registration.apply import Registrar
from echoweave.registration.networks.registry import build_network
from echoweave.registration.settings import Settings as NetworkSettings
from echoweave.registration.train import train_registration

Maker = Callable[[], Estimator]
SEED, SIZE, NATIVE, FRAMES = 2023, 256, (480, 384), (10, 20)
CONFIG = Path(__file__).parents[1] / "config"


def make_cache(path: Path, number: int) -> None:
    """Write one phantom patient with the true labels of every frame."""
    patient = draw_patient(SEED, number, NATIVE, FRAMES)
    sequences = []
    for view in patient.views:
        clip = record(view, patient.sector, whole_beat=False)
        labels = resize_labels(clip.labels, (SIZE, SIZE))
        native = clip.frames.shape[1], clip.frames.shape[2]
        sequences.append(
            Sequence(
                patient=patient.name,
                view=view.name,
                frames=resize_frames(clip.frames, (SIZE, SIZE)),
                ed=0,
                es=len(labels) - 1,
                spacing_mm=resized_spacing(native, clip.spacing_mm, (SIZE, SIZE)),
                native_shape=native,
                native_spacing_mm=clip.spacing_mm,
                labels=labels[[0, -1]],
                dense_labels=labels,
                dense_label_values=(0, 1, 2, 3),
                quality=view.quality,
            )
        )
    write_patient(path, sequences)


def quick(model: Mapping[str, Any], iterations: int) -> dict[str, Any]:
    """Return the settings of a model for frames of 128x128 pixels and few iterations."""
    return {
        **model,
        "size": 128,
        "grid_spacing_px": 8,
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
    original = quick(default["dirnet"] | paper["dirnet"], iterations) | {"learning_rate": 0.001}
    return {name: quick(model, iterations) for name, model in default.items()} | {
        "dirnet as in the paper": original
    }


def train(out: Path, caches: list[Path], name: str, settings: dict[str, Any]) -> Path:
    """Train one model, unless it is there already, and return its checkpoint."""
    folder = out / name.replace(" ", "-")
    if not (folder / "model.pt").exists():
        nobody = out / "ted_pairs.tsv"
        write_tsv(pd.DataFrame(columns=["ted_id", "patient"]), nobody)
        files = folder / "model.pt", folder / "curves.tsv", folder
        common = {"holdout": 0, "validation_patients": 2, "seed": SEED}
        train_registration(caches, nobody, *files, name, {name: settings, **common}, threads=1)
    return folder / "model.pt"


def estimators(out: Path, caches: list[Path], iterations: int) -> dict[str, Maker]:
    """Return what makes every estimator, by its name in the table."""
    values = yaml.safe_load((CONFIG / "config.yaml").read_text())["pseudolabels"]["refinement"]
    refinement = refinement_of("each", values | {"models": ["each"]})
    result: dict[str, Maker] = {name: entry.build for name, entry in UNTRAINED.items()}
    described = models(iterations)
    untrained = NetworkSettings.from_config(described["dirnet"], "dirnet")
    result["refinement alone"] = lambda: Registrar(
        build_network(untrained, "dirnet"), untrained, refinement
    )
    for name, settings in described.items():
        path = train(out, caches, name, settings)
        result[name] = lambda path=path: Registrar.load(path)
        if "paper" not in name:
            result[f"{name}, refined"] = lambda path=path: Registrar.load(path, refinement)
    return result


def measure(name: str, estimator: Estimator, caches: list[Path]) -> Iterator[dict[str, Any]]:
    """Yield one row a sequence, direction and structure: means over the inner frames."""
    fusion = UNTRAINED[name].fusion if name in UNTRAINED else None
    settings = Settings("composed", fusion or "distance")
    progress = Progress(name, len(caches))
    for done, cache in enumerate(caches, 1):
        for view in read_views(cache):
            sequence = read_sequence(cache, view)
            found = pseudo_labels(sequence, estimator, settings)
            folded = found.quality[["folded_forward", "folded_backward"]].mean()
            shares = dict(zip(DIRECTIONS, [*folded, folded.mean()], strict=True))
            for direction in DIRECTIONS:
                rows = pd.DataFrame(
                    frame_rows(sequence, sequence.dense_labels, getattr(found, direction))
                )
                means = rows.groupby("structure")[["dice", "hd_mm"]].mean()
                for structure, values in means.iterrows():
                    yield {
                        "estimator": name,
                        "direction": direction,
                        "structure": structure,
                        "quality": sequence.quality,
                        "sequence": sequence.name,
                        "folded": shares[direction],
                        **values,
                    }
        progress.update(done)


def table(rows: pd.DataFrame, *keys: str) -> pd.DataFrame:
    """Return Dice and HD of every structure beside each other, averaged over sequences."""
    order = rows["estimator"].unique()
    wide = rows.pivot_table(index=list(keys), columns="structure", values=["dice", "hd_mm"])
    wide = wide[[(m, s) for m in ("dice", "hd_mm") for s in STRUCTURES if s != "epi"]]
    wide.columns = [f"{measure}_{structure}" for measure, structure in wide.columns]
    wide["folded"] = rows.groupby(list(keys))["folded"].mean()
    return wide.reindex(order, level="estimator").reset_index()


def main() -> None:
    """Run the whole comparison."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", type=Path)
    parser.add_argument("--training", type=int, default=12, help="patients that train, 2 validate")
    parser.add_argument("--held-out", type=int, default=10, help="patients that are measured")
    parser.add_argument("--iterations", type=int, default=1000, help="of each training")
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    with log_to(given.out / "log.txt"):
        numbers = range(1, given.training + given.held_out + 1)
        caches = [given.out / f"cache/patient{number:04d}.h5" for number in numbers]
        for number, cache in zip(numbers, caches, strict=True):
            if not cache.exists():
                LOGGER.info("phantom patient %d", number)
                make_cache(cache, number)
        training, held_out = caches[: given.training], caches[given.training :]
        tables = []
        for name, build in estimators(given.out, training, given.iterations).items():
            measured = given.out / f"measured/{name.replace(' ', '-')}.tsv"
            if not measured.exists():
                write_tsv(pd.DataFrame(measure(name, build(), held_out)), measured)
            tables.append(read_tsv(measured))
        rows = pd.concat(tables)
        write_tsv(table(rows, "estimator", "direction"), given.out / "table.tsv")
        fused = rows[rows["direction"] == "fused"]
        write_tsv(table(fused, "estimator", "quality"), given.out / "qualities.tsv")
        curves = read_tsv(given.out / "dirnet/curves.tsv")
        write_tsv(curves[curves["split"] == "validation"], given.out / "curve.tsv")


if __name__ == "__main__":
    main()
