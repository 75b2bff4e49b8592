"""Dry runs of the whole workflow for simulated cohorts, against `snakemake --version`.

The tree has the MHD layout, two views of every patient or one, a tenth of the patients for testing,
every fifth in TED (98 at most). Its images are tiny: the files of ten phantom patients again under
other ids, each with its id in a corner, since the same images twice are refused. The settings are
those of config.yaml. The first dry run reads and checks every image; what it found is remembered in
`results/.inspected.json`, so later ones only look at sizes and times of the files. With images of
CAMUS's own size the first one takes the time to read them on top. Later ones take turns with
`snakemake --version`, which imports Snakemake and does nothing: before anything is made, and with
empty files, and Snakemake's records, for all that a run would make.

Usage: python benchmarks/workflow.py
"""

import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from side_by_side import ROOT, alternate, keep, seconds

from echoweave.io.buckets import whole_bucket
from echoweave.phantom.dataset import write_phantom
from echoweave.phantom.settings import MAX_TED, PhantomSettings

COHORTS = (10, 100, 500)


@dataclass(frozen=True)
class Tree:
    """A simulated cohort.

    Attributes:
        patients: Their number, training and test patients together.
        views: Of each patient.
        limit: How many times as long as `snakemake --version` a dry run may take.
    """

    patients: int
    views: tuple[str, ...] = ("2CH", "4CH")
    limit: int | None = None


TREES = (*(Tree(patients) for patients in COHORTS[:-1]), Tree(COHORTS[-1], limit=5))
TREES += (Tree(10_000, ("4CH",), limit=40),)
PAIRS = 3
_JOB = re.compile(r"^(\w+) +(\d+)$", re.MULTILINE)
_ID = re.compile(r"patient\d+")


def write_seed(folder: Path) -> None:
    """Write the phantom that the simulated cohorts are copied from."""
    write_phantom(
        folder,
        PhantomSettings(patients=9, test_patients=1, ted=2, size=(32, 32), frames=(3, 4)),
    )


def simulate(seed: Path, out: Path, patients: int, views: Sequence[str] = ("2CH", "4CH")) -> None:
    """Write a tree of ``patients`` patients with these views from the phantom ``seed``."""
    testing = patients // 10
    training = patients - testing
    for split, count, first in (("training", training, 1), ("testing", testing, training + 1)):
        _copies(seed / "camus" / split, out / "camus" / split, count, first, 4, views)
    _copies(seed / "ted/database", out / "ted/database", min(MAX_TED, patients // 5), 1, 3, views)


def _copies(
    source: Path, target: Path, count: int, first: int, digits: int, views: Sequence[str]
) -> None:
    originals = sorted(source.iterdir())
    for number in range(first, first + count):
        original = originals[number % len(originals)]
        name = f"patient{number:0{digits}d}"
        (target / name).mkdir(parents=True)
        for path in original.iterdir():
            if not any(view in path.name for view in views):
                continue
            copy = target / name / _ID.sub(name, path.name)
            if path.suffix == ".mhd":
                copy.write_text(_ID.sub(name, path.read_text()))
            elif path.suffix == ".raw" and "_gt" not in path.name:
                copy.write_bytes(_marked(path, number))
            else:
                os.link(path, copy)


def _marked(pixels: Path, number: int) -> bytes:
    """Return 8-bit ``pixels`` whose frames begin with ``number``: no two patients look the same."""
    depth, height, width = (int(size) for size in _header(pixels)["DimSize"].split()[::-1])
    frames = np.frombuffer(pixels.read_bytes(), np.uint8).reshape(depth, height * width).copy()
    frames[:, :4] = np.frombuffer(number.to_bytes(4, "little"), np.uint8)
    return frames.tobytes()


def _header(pixels: Path) -> dict[str, str]:
    lines = pixels.with_suffix(".mhd").read_text().splitlines()
    return dict(line.split(" = ", 1) for line in lines)


def settings_of(data: Path) -> dict[str, Any]:
    """Return the settings of a study of a simulated tree."""
    return {
        "data": {
            "camus": {"root": str(data / "camus")},
            "ted": {"root": str(data / "ted")},
            # CAMUS has two views of each patient.
            "on_bad_input": "exclude",
        },
    }


def dry_run(folder: Path, settings: dict[str, Any]) -> tuple[float, dict[str, int]]:
    """Return the seconds of `snakemake --dry-run`, and the number of jobs of every rule."""
    folder.mkdir(exist_ok=True)
    (folder / "settings.yaml").write_text(yaml.safe_dump({"results_dir": "results"} | settings))
    began = time.perf_counter()
    done = snakemake(folder, "--dry-run", "--cores", "2")
    took = time.perf_counter() - began
    table = done.partition("Job stats:")[2].partition("total")[0]
    return took, {name: int(count) for name, count in _JOB.findall(table)}


def snakemake(folder: Path, *arguments: str) -> str:
    """Run snakemake in ``folder`` with its settings.yaml over config.yaml; return what it says."""
    command = [str(Path(sys.executable).with_name("snakemake")), *arguments]
    command += ["--directory", str(folder), "--configfile", str(folder / "settings.yaml")]
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        command, cwd=ROOT, env=os.environ | {"PATH": path}, capture_output=True, text=True
    )
    if done.returncode:
        raise SystemExit(f"snakemake failed:\n{done.stdout[-3000:]}{done.stderr[-3000:]}")
    return done.stdout + done.stderr


def pretend(folder: Path, tree: Tree) -> None:
    """Write empty files for all that a run in ``folder`` would make, and the records of a run."""
    lines = snakemake(folder, "all", "--summary").splitlines()
    outputs = [folder / line.split("\t")[0] for line in lines if line.startswith("results/")]
    indexes = [path for path in outputs if path.parent.name == "index"]
    of_home = Counter(path.parent for path in indexes)
    for output in outputs:
        output.parent.mkdir(parents=True, exist_ok=True)
        if output.suffix:
            output.touch()
        else:
            output.mkdir(exist_ok=True)
    for index in indexes:
        home = index.parent.parent
        testing = home.parent.name == "predictions"
        files = 1 if home.name == "cache" else len(tree.views)
        files *= 3 if home.parent.name == "pseudolabels" else 1
        count = tree.patients // (10 if testing else 1) * files // of_home[index.parent]
        names = [f"{index.stem}/patient{number}.nii.gz" for number in range(count)]
        with whole_bucket(index, names) as paths:
            (home / index.stem).mkdir()
            for path in paths:
                path.touch()
    snakemake(folder, "all", "--touch", "--forceall", "--cores", "2")


def measure(settings: dict[str, Any], folder: Path, tree: Tree, state: str) -> dict[str, str]:
    """Return the row of dry runs in ``folder``; the first of them is not among its pairs."""
    first, jobs = dry_run(folder, settings)
    pairs = alternate(
        lambda: snakemake(folder, "--version"), lambda: dry_run(folder, settings), pairs=PAIRS
    )
    ratios = [ours / version for version, ours in zip(pairs.plain_s, pairs.ours_s, strict=True)]
    ratio = statistics.median(ratios)
    return {
        "patients x views": f"{tree.patients} x {len(tree.views)}",
        "results": state,
        "jobs": str(sum(jobs.values())),
        "first dry run": seconds(first) if jobs else "",
        "later dry runs": seconds(statistics.median(pairs.ours_s)),
        "`snakemake --version`": seconds(statistics.median(pairs.plain_s)),
        "ratio": f"{ratio:.1f} ({min(ratios):.1f} to {max(ratios):.1f} in {PAIRS} pairs)",
        "target": f"at most {tree.limit}" if tree.limit else "",
        "met": ("yes" if ratio <= tree.limit else "no") if tree.limit else "",
    }


def main() -> None:
    """Measure and keep the table."""
    rows = []
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        write_seed(folder / "seed")
        for number, tree in enumerate(TREES):
            data, project = folder / f"data{number}", folder / f"project{number}"
            simulate(folder / "seed", data, tree.patients, tree.views)
            settings = settings_of(data)
            rows.append(measure(settings, project, tree, "none"))
            print(rows[-1], flush=True)
            if tree.limit:
                pretend(project, tree)
                rows.append(measure(settings, project, tree, "all made"))
                print(rows[-1], flush=True)
    keep("workflow", rows)


if __name__ == "__main__":
    main()
