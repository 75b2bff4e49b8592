"""Ways to learn from clips of which two frames are labelled, side by side on the phantom.

Usage: python benchmarks/sparse_labels.py FOLDER [--layouts camus echonet] [--cores 2]
Writes a phantom of 16 training, 4 validation and 16 test patients in each layout below FOLDER, and
trains every arm on it with the same number of iterations, and four of them also on the labels of
half, a quarter and an eighth of the training patients. Of each arm the TSV has Dice and HD95 of the
cavity at the labelled frames, between them and over all frames, from the dense truth, the error of
EF and the smoothness: means over the test patients, and the differences to `dense3d` patient by
patient, each with a 95 % interval. Goes on where it stopped.

FOLDER/sparse_labels.{tsv,md,png} hold all of it; docs/sparse-labels.md shows it.
"""

import argparse
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import yaml
from side_by_side import ROOT

from echoweave.evaluation.statistics import bootstrap, mean_of_draws
from echoweave.figures.style import colour, display_title, drawing
from echoweave.io.tables import read_tsv, write_tsv
from echoweave.phantom.dataset import write_phantom
from echoweave.phantom.settings import PhantomSettings
from echoweave.segmentation.arms import ARMS

PATIENTS, VALIDATED, TESTED = 20, 4, 16
LABELLED = (16, 8, 4, 2)
# Those of the curve over the number of labelled patients.
CURVE = ("sparse2d", "dense3d", "weak3d", "weak3d-ssl")
BASE = "dense3d"
SAMPLES, SEED = 2000, 1
PHANTOMS = {
    "camus": PhantomSettings(
        layout="nifti", patients=PATIENTS, test_patients=TESTED, ted=0, frames=(8, 12)
    ),
    "echonet": PhantomSettings(
        layout="echonet", patients=PATIENTS, test_patients=TESTED, frames=(60, 80)
    ),
}
CONFIGS = {
    "camus": ("config/phantom.yaml",),
    "echonet": ("config/echonet.yaml", "config/phantom-echonet.yaml"),
}
# Measure -> how it is called and with how many decimals it is shown.
SHOWN = {
    "dice_labelled": ("Dice, labelled", 3),
    "dice_between": ("Dice, between", 3),
    "dice_all": ("Dice, all frames", 3),
    "hd95_all": ("HD95, all frames", 2),
    "ef_error": ("EF error (points)", 1),
    "smoothness": ("Roughness in time (1/s³)", 0),
}


def main() -> None:
    """Run what is missing, and write the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--layouts", nargs="+", choices=PHANTOMS, default=list(PHANTOMS))
    parser.add_argument("--cores", default="2")
    options = parser.parse_args()
    tables = []
    for layout in options.layouts:
        for labelled in LABELLED:
            values = options.folder / layout / f"patients_{labelled}.tsv"
            if not values.exists():
                run(options.folder / layout, layout, labelled, options.cores)
                measured = options.folder / layout / "results/measures"
                write_tsv(measures(measured, arms_of(labelled)), values)
            tables.append(summary(read_tsv(values)).assign(layout=layout, labelled=labelled))
    found = pd.concat(tables)
    write_tsv(found, options.folder / "sparse_labels.tsv")
    text = "\n\n".join(markdown(found, layout) for layout in options.layouts)
    (options.folder / "sparse_labels.md").write_text(text + "\n")
    draw_curve(found, options.folder / "sparse_labels.png")
    print(text)


def run(folder: Path, layout: str, labelled: int, cores: str) -> None:
    """Make the phantom if it is not there, and train and measure every arm."""
    phantom = folder / "phantom"
    if not phantom.exists():
        write_phantom(phantom, PHANTOMS[layout])
    overlay = folder / "overlay.yaml"
    overlay.write_text(yaml.safe_dump(settings(folder, layout, labelled)))
    kinds = ["dense", "smoothness", "clips", "volumes"]
    measured = folder / "results/measures"
    targets = [measured / arm / f"{kind}.tsv" for arm in arms_of(labelled) for kind in kinds]
    program = Path(sys.executable).with_name("snakemake")
    command = [program, *targets, "--cores", cores, "--configfile", *CONFIGS[layout], overlay]
    subprocess.run([str(part) for part in command], cwd=ROOT, check=True)


def settings(folder: Path, layout: str, labelled: int) -> dict[str, Any]:
    """Return what goes over the config of the demo: every arm, and the published split."""
    data: dict[str, Any] = {"dense_truth": str(folder / "phantom/truth")}
    data[layout] = {"root": str(folder / "phantom" / layout)}
    data["ted"] = {"root": None}
    training = {"epochs": 8, "share_of_training": labelled / (PATIENTS - VALIDATED)}
    return {
        "results_dir": str(folder / "results"),
        "folds": "published",
        "data": data,
        "pseudolabels": {"estimators": ["still", "joint"], "use": "joint"},
        "registration": {"holdout": 0},
        "segmentation": {"arms": arms_of(labelled), "training": training},
    }


def arms_of(labelled: int) -> list[str]:
    """Return the arms that learn from the labels of so many patients."""
    return list(ARMS if labelled == max(LABELLED) else CURVE)


def measures(folder: Path, arms: Sequence[str]) -> pd.DataFrame:
    """Return one row an arm and test patient with the columns of ``SHOWN``."""
    return pd.concat(of_arm(folder / arm).assign(arm=arm) for arm in arms)


def of_arm(folder: Path) -> pd.DataFrame:
    """Return one row a test patient."""
    dense = read_tsv(folder / "dense.tsv")
    dense = dense[dense["structure"] == "cavity"]
    hd95 = next(name for name in dense.columns if name.startswith("hd95"))
    found = {"hd95_all": dense.groupby("patient")[hd95].mean()}
    found["dice_all"] = dense.groupby("patient")["dice"].mean()
    for position in ("labelled", "between"):
        chosen = dense[dense["position"] == position]
        found[f"dice_{position}"] = chosen.groupby("patient")["dice"].mean()
    found["ef_error"] = ef_errors(folder)
    smoothness = read_tsv(folder / "smoothness.tsv")
    chosen = smoothness[smoothness["structure"] == "cavity"]
    found["smoothness"] = chosen.groupby("patient")["smoothness_normalised_per_s3"].mean()
    return pd.DataFrame(found).reset_index()


def ef_errors(folder: Path) -> pd.Series:
    """Return the absolute error of EF in points by patient: beat by beat of whole clips."""
    clips = read_tsv(folder / "clips.tsv")
    table = read_tsv(folder / "volumes.tsv") if clips.empty else clips
    table = table[table["mode"] == "ase"]
    error = (table["ef_percent"] - table["cfg_ef_percent"]).abs()
    return error.groupby(table["patient"]).mean()


def summary(values: pd.DataFrame) -> pd.DataFrame:
    """Return mean and interval of every measure of every arm, and of its difference to ``BASE``."""
    rows = []
    for measure in SHOWN:
        wide = values.pivot_table(index="patient", columns="arm", values=measure)
        for arm in wide.columns:
            rows.append({"arm": arm, "minus": "", "measure": measure} | interval(wide[arm]))
            if arm != BASE:
                paired = wide[arm] - wide[BASE]
                rows.append({"arm": arm, "minus": BASE, "measure": measure} | interval(paired))
    return pd.DataFrame(rows)


def markdown(found: pd.DataFrame, layout: str) -> str:
    """Return the tables of a layout: all arms, their differences to ``BASE``, and the curve."""
    here = found[found["layout"] == layout]
    all_labels = here[here["labelled"] == max(LABELLED)]
    blocks = [f"**{layout}**, {max(LABELLED)} labelled patients, {TESTED} test patients"]
    blocks.append(_table(all_labels[all_labels["minus"] == ""], "arm"))
    blocks.append(f"Differences to {BASE}, patient by patient:")
    blocks.append(_table(all_labels[all_labels["minus"] == BASE], "arm"))
    blocks.append("Dice over all frames by the number of labelled patients:")
    curve = here[(here["measure"] == "dice_all") & (here["minus"] == "") & here["arm"].isin(CURVE)]
    heads = ["arm", *map(str, sorted(LABELLED))]
    lines = [[arm, *map(_cell, _by_number(curve, arm))] for arm in CURVE]
    return "\n\n".join([*blocks, _lines(heads, lines)])


def _by_number(curve: pd.DataFrame, arm: str) -> list[dict[str, Any]]:
    return curve[curve["arm"] == arm].sort_values("labelled").to_dict("records")


def _table(rows: pd.DataFrame, first: str) -> str:
    heads = [first, *(title for title, _ in SHOWN.values())]
    lines = []
    for arm in [name for name in ARMS if name in set(rows[first])]:
        cells = rows[rows[first] == arm].set_index("measure").to_dict("index")
        lines.append([arm, *(_cell({"measure": name, **cells[name]}) for name in SHOWN)])
    return _lines(heads, lines)


def _cell(row: dict[str, Any]) -> str:
    decimals = SHOWN[row["measure"]][1]
    mean, low, high = (f"{row[name]:z.{decimals}f}" for name in ("mean", "low", "high"))
    return f"{mean} ({low} to {high})"


def _lines(heads: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    rows = [heads, ["---"] * len(heads), *lines]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def draw_curve(found: pd.DataFrame, path: Path) -> None:
    """Draw Dice over all frames by the number of labelled patients, a panel a layout."""
    layouts = list(found["layout"].unique())
    with drawing(2.8, [path]) as figure:
        panels = figure.subplots(1, len(layouts), sharey=True, squeeze=False)[0]
        for panel, layout in zip(panels, layouts, strict=True):
            here = found[(found["layout"] == layout) & (found["measure"] == "dice_all")]
            for place, arm in enumerate(CURVE):
                rows = here[(here["arm"] == arm) & (here["minus"] == "")].sort_values("labelled")
                # Apart, so that intervals do not hide each other.
                x = rows["labelled"] * (1 + 0.03 * (place - 1.5))
                ends = [rows["mean"] - rows["low"], rows["high"] - rows["mean"]]
                panel.errorbar(
                    x, rows["mean"], ends, color=colour(arm), label=display_title(arm), marker="o"
                )
            panel.set_xscale("log", base=2)
            panel.set_xticks(sorted(LABELLED), labels=map(str, sorted(LABELLED)))
            panel.set_xlabel("Labelled patients")
            panel.set_title(layout)
        panels[0].set_ylabel("Dice of the cavity, all frames")
        panels[-1].legend(loc="lower right")


def interval(values: pd.Series) -> dict[str, float]:
    """Return n, the mean over patients and its 95 % interval."""
    known = values.dropna().to_numpy(float)
    counted = np.column_stack([known, np.ones(len(known))])
    low, high = bootstrap(counted, mean_of_draws, SAMPLES, SEED)
    return {"n": len(known), "mean": known.mean(), "low": low, "high": high}


if __name__ == "__main__":
    main()
