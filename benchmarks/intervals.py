"""How often the intervals of `echoweave segment` hold the truth, on patients whom nobody has seen.

Usage: python benchmarks/intervals.py FOLDER [--arm sparse2d] [--cores 2]
Draws 200 phantom patients, trains and packs five folds on them, draws 200 others as people record
them (DICOM and AVI, whole beats), and runs the command on these. Of every quantity that has a 90 %
interval the TSV has how many clips got one, what share of these intervals holds what is true of the
phantom, with a 95 % interval over patients, and their median width: of all clips and by the
quality of the picture; of all patients, and of those after the first 120, with whom in view the
way was chosen. Last it says how far folds differ on the test patients, and how wrong they are.
Goes on where it stopped.

FOLDER/intervals.{tsv,md} hold it; docs/clips.md shows it.
"""

import argparse
import subprocess
import sys
from collections.abc import Hashable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import yaml
from numpy.typing import NDArray
from side_by_side import ROOT

from echoweave.evaluation.statistics import bootstrap, mean_of_draws
from echoweave.geometry.overlap import structure_dice
from echoweave.io.images import read_array
from echoweave.io.tables import read_tsv, write_tsv
from echoweave.outputs.summary import load_summary
from echoweave.phantom.dataset import write_phantom
from echoweave.phantom.settings import PhantomSettings
from echoweave.segmentation.arms import ARMS
from echoweave.units import UNITS

FOLDS = 5
# Patients of those below whose intervals were looked at while the way was chosen.
CHOSEN_WITH = 120
TRAINING = PhantomSettings(
    layout="nifti", patients=200, test_patients=8, ted=0, frames=(8, 12), seed=11
)
FRESH = PhantomSettings(layout="clips", patients=200, frames=(8, 12), seed=12)
QUALITIES = ("Good", "Medium", "Poor")
SAMPLES, SEED = 2000, 1
# Key of summary.json -> how it is called, and decimals of widths.
SHOWN = {
    "ef_percent": ("EF, points", 0),
    "edv": ("EDV, % of the true one", 0),
    "esv": ("ESV, % of the true one", 0),
    "dice_cavity": ("Dice of the cavity", 3),
    "dice_myocardium": ("Dice of the myocardium", 3),
    "dice_atrium": ("Dice of the atrium", 3),
}


def main() -> None:
    """Run what is missing, and write the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--arm", choices=ARMS, default="sparse2d")
    parser.add_argument("--cores", default="2")
    options = parser.parse_args()
    folder: Path = options.folder
    for name, settings in (("phantom", TRAINING), ("fresh", FRESH)):
        if not (folder / name).exists():
            write_phantom(folder / name, settings)
    bundle = train(folder, options.arm, options.cores)
    out = folder / "found" / options.arm
    segment(folder / "fresh/clips", bundle, out, int(options.cores))
    rows = pd.DataFrame(compare(out, folder / "fresh/truth"))
    others = sorted(set(rows["patient"]))[CHOSEN_WITH:]
    groups = {"all": rows, f"the {len(others)} others": rows[rows["patient"].isin(others)]}
    found = {
        name: pd.concat([summary(some), summary(some, "quality")]) for name, some in groups.items()
    }
    write_tsv(pd.concat(found, names=["of"]).reset_index("of"), folder / "intervals.tsv")
    parts = [f"Patients: {name}\n\n{markdown(table)}" for name, table in found.items()]
    text = "\n".join([*parts, describe_folds(folder / "results/measures/calibration", options.arm)])
    (folder / "intervals.md").write_text(text)
    print(text)


def train(folder: Path, arm: str, cores: str) -> Path:
    """Return the bundle of ``arm``, made if it is not there or stale."""
    overlay = folder / "overlay.yaml"
    overlay.write_text(yaml.safe_dump(settings_over_phantom(folder, arm)))
    bundle = folder / f"results/bundles/{arm}"
    run("snakemake", bundle, "--cores", cores, "--configfile", "config/phantom.yaml", overlay)
    return bundle


def settings_over_phantom(folder: Path, arm: str) -> dict[str, Any]:
    """Return what goes over the config of the demo: larger networks that are trained longer."""
    features = [16, 32, 64, 64, 64, 64]
    return {
        "results_dir": str(folder / "results"),
        "folds": FOLDS,
        "data": {
            "camus": {"root": str(folder / "phantom/camus")},
            "ted": {"root": None},
            "dense_truth": str(folder / "phantom/truth"),
        },
        "segmentation": {
            "arms": [arm],
            "training": {"epochs": 25},
            "plans": {"2d": {"features_per_stage": features, "batch_size": 4}},
        },
    }


def run(program: str, *arguments: object) -> None:
    """Run a program of this environment in the repository."""
    command = [Path(sys.executable).with_name(program), *arguments]
    subprocess.run([str(part) for part in command], cwd=ROOT, check=True)


def segment(clips: Path, bundle: Path, out: Path, processes: int) -> None:
    """Run the command on shares of the patients at once; out/{share} has a folder a clip."""
    by_patient = groupby(sorted(clips.iterdir()), lambda clip: clip.stem.split("_")[0])
    patients = [list(views) for _, views in by_patient]

    def one(share: int) -> None:
        mine = [clip for views in patients[share::processes] for clip in views]
        options = ["--model", bundle, "--out", out / str(share), "--threads", 1]
        run("echoweave", "segment", *mine, *options)

    with ThreadPoolExecutor(processes) as pool:
        list(pool.map(one, range(processes)))


def compare(out: Path, truth: Path) -> Iterator[dict[str, Any]]:
    """Yield one row a clip and quantity: its interval, and what is true of the phantom."""
    for clip in read_tsv(truth / "truth.tsv").to_dict("records"):
        name = Path(clip["clip"]).stem
        (found,) = out.glob(f"*/{name}")
        numbers = load_summary(found / "summary.json")["numbers"]
        masks = [read_array(path) for path in (found / "masks.nii.gz", truth / f"{name}.nii.gz")]
        for quantity in SHOWN:
            number = numbers[quantity]
            yield {
                "patient": clip["patient"],
                "quality": clip["quality"],
                "quantity": quantity,
                "true": true_value(clip, quantity, number["unit"], masks),
                **{key: number[key] for key in ("value", "low", "high", "reason")},
            }


def true_value(
    clip: Mapping[Hashable, Any], quantity: str, unit: str, masks: Sequence[NDArray[np.uint8]]
) -> float:
    """Return what the interval is to hold; Dice is the mean of ED and ES, as in training data."""
    if quantity.startswith("dice_"):
        part = quantity.removeprefix("dice_")
        found, drawn = (one[[clip["ed"], clip["es"]]] for one in masks)
        pairs = zip(found, drawn, strict=True)
        return float(np.mean([structure_dice(*pair, [part])[part] for pair in pairs]))
    if quantity == "ef_percent":
        return float(clip[quantity])
    # Pixels are square, and an AVI does not say their size.
    size = 1.0 if unit == "ml" else UNITS["mm"].volume_size / clip["sy_mm"] ** 3
    return float(clip[f"{quantity}_ml"] * size)


def summary(rows: pd.DataFrame, by: str = "") -> pd.DataFrame:
    """Return one row a quantity (and group): share of intervals that hold the truth, and width."""
    rows = rows.assign(group=rows[by] if by else "all")
    found = []
    for (quantity, group), of_group in rows.groupby(["quantity", "group"], sort=False):
        known = of_group.dropna(subset=["low", "high", "true"])
        inside = (known["low"] <= known["true"]) & (known["true"] <= known["high"])
        size = known["true"] / 100 if quantity in ("edv", "esv") else 1.0
        by_patient = inside.groupby(known["patient"]).agg(["sum", "count"]).to_numpy(float)
        low, high = bootstrap(by_patient, mean_of_draws, SAMPLES, SEED)
        found.append(
            {
                "quantity": quantity,
                "group": group,
                "clips": len(of_group),
                "intervals": len(known),
                "patients": len(by_patient),
                "held": inside.mean(),
                "held_low": low,
                "held_high": high,
                "width": ((known["high"] - known["low"]) / size).median(),
            }
        )
    return pd.DataFrame(found)


def describe_folds(folder: Path, arm: str) -> str:
    """Return how far folds differ on the test clips, and how well they do on training patients."""
    alone = pd.concat(read_tsv(folder / f"{arm}_{fold}.tsv") for fold in range(FOLDS))
    alone = alone[alone["view"] != "biplane"]
    tested = alone["sequence"].isin(read_tsv(folder / f"{arm}_all.tsv")["sequence"])
    clips = alone[tested].groupby("sequence")["ef_percent"]
    error = alone[tested]["ef_percent"] - alone[tested]["ref_ef_percent"]
    return (
        f"Folds differ by {clips.var().mean() ** 0.5:.1f} points of EF where they are wrong by "
        f"{(error**2).mean() ** 0.5:.1f} (root mean square, {len(clips)} test clips). Dice of the "
        f"cavity of training patients: {alone[~tested]['dice_cavity'].mean():.3f}.\n"
    )


def markdown(found: pd.DataFrame) -> str:
    """Return the table of readers: a line a quantity, a column a group."""
    groups = ["all", *QUALITIES]
    lines = [["quantity", *groups], ["---"] * (1 + len(groups))]
    for quantity, (title, decimals) in SHOWN.items():
        rows = found[found["quantity"] == quantity].set_index("group").to_dict("index")
        lines.append([title, *(_cell(rows[group], decimals) for group in groups)])
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _cell(row: Mapping[Hashable, Any], decimals: int) -> str:
    share, low, high = (100 * row[name] for name in ("held", "held_low", "held_high"))
    held = f"{share:.0f} % ({low:.0f} to {high:.0f})"
    return f"{held}, {row['width']:.{decimals}f}, n = {row['intervals']:.0f}"


if __name__ == "__main__":
    main()
