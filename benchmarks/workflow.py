"""Dry runs of the whole workflow for simulated cohorts.

The tree has the MHD layout, two views of every patient, a tenth of them for testing, every fifth
in TED (98 at most). Its images are tiny: the files of ten phantom patients again under other ids.
The settings are those of config.yaml. The first dry run reads and checks every image; what it
found is remembered in `results/.inspected.json`, so later ones only look at sizes and times of
the files. With images of CAMUS's own size the first one takes the time to read them on top.

Usage: python benchmarks/workflow.py
"""

import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import yaml
from side_by_side import ROOT, keep, seconds

from echoweave.phantom.dataset import write_phantom
from echoweave.phantom.settings import MAX_TED, PhantomSettings

COHORTS = (10, 100, 500)
_JOB = re.compile(r"^(\w+) +(\d+)$", re.MULTILINE)
_ID = re.compile(r"patient\d+")


def write_seed(folder: Path) -> None:
    """Write the phantom that the simulated cohorts are copied from."""
    write_phantom(
        folder,
        PhantomSettings(patients=9, test_patients=1, ted=2, size=(32, 32), frames=(3, 4)),
    )


def simulate(seed: Path, out: Path, patients: int) -> None:
    """Write a tree of ``patients`` patients from the phantom ``seed``, by links to its pixels."""
    testing = patients // 10
    training = patients - testing
    for split, count, first in (("training", training, 1), ("testing", testing, training + 1)):
        _copies(seed / "camus" / split, out / "camus" / split, count, first, 4)
    _copies(seed / "ted/database", out / "ted/database", min(MAX_TED, patients // 5), 1, 3)


def _copies(source: Path, target: Path, count: int, first: int, digits: int) -> None:
    originals = sorted(source.iterdir())
    for number in range(first, first + count):
        original = originals[number % len(originals)]
        name = f"patient{number:0{digits}d}"
        (target / name).mkdir(parents=True)
        for path in original.iterdir():
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


def dry_run(data: Path, folder: Path) -> tuple[float, dict[str, int]]:
    """Return the seconds of `snakemake --dry-run`, and the number of jobs of every rule."""
    settings = {
        "results_dir": "results",
        "data": {"camus": {"root": str(data / "camus")}, "ted": {"root": str(data / "ted")}},
    }
    folder.mkdir(exist_ok=True)
    (folder / "settings.yaml").write_text(yaml.safe_dump(settings))
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


def main() -> None:
    """Measure and keep the table."""
    rows = []
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        write_seed(folder / "seed")
        for patients in COHORTS:
            data, project = folder / f"data{patients}", folder / f"project{patients}"
            simulate(folder / "seed", data, patients)
            first, jobs = dry_run(data, project)
            again = [dry_run(data, project)[0] for _ in range(3)]
            limit = patients == max(COHORTS)
            slowest = max(first, *again)
            rows.append(
                {
                    "patients": str(patients),
                    "jobs": str(sum(jobs.values())),
                    "first dry run": seconds(first),
                    "later dry runs (median of 3)": seconds(statistics.median(again)),
                    "target": "under 10 s" if limit else "",
                    "met": ("yes" if slowest < 10 else "no") if limit else "",
                }
            )
            print(rows[-1], flush=True)
    keep("workflow", rows)


if __name__ == "__main__":
    main()
