"""Run the benchmarks of scale and write docs/performance.md from what they found.

Usage: python benchmarks/performance.py [NAME ...]
Names are those of the files beside this one; without any, all of BENCHMARKS run. The sections of
the others, and of those that fail, stay as they are.
"""

import argparse
import ast
import datetime
import os
import platform
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path

from side_by_side import MEASURED, ROOT

from echoweave.io.atomic import whole_file
from echoweave.io.tables import read_tsv

PAGE = ROOT / "docs/performance.md"
# File -> its tables and their titles.
BENCHMARKS: Mapping[str, Mapping[str, str]] = {
    "workflow": {"workflow": ""},
    "cache": {"cache": ""},
    "echonet": {
        "echonet_ingest": "Ingest",
        "echonet_reading": "Reading",
        "echonet_dry_runs": "Dry runs",
    },
    "registration": {"registration": ""},
    "propagation": {"propagation": ""},
    "joint": {"joint": ""},
    "training": {"training": ""},
    "workarounds": {"workarounds": ""},
    "stages": {
        "stages_memory": "Time and memory of every rule",
        "stages_overhead": "Overhead of this run",
        "stages_cost": "Cost by the number of patients",
    },
}
PACKAGES = (
    "snakemake",
    "torch",
    "numpy",
    "av",
    "h5py",
    "opencv-python-headless",
    "SimpleITK",
    "scipy",
    "nnunetv2",
)
OPENING = """# Performance

    make performance

measures everything on this page again and rewrites it, in an hour and a half on two cores. One
benchmark alone: `python benchmarks/performance.py NAME`. Figures that are compared come from one
run, both ways in turns; the ratio is the median over these pairs, with the smallest and the
largest beside it. A ratio says how many times faster ours is.

Never run: CUDA. Every figure is of CPUs, so none says how long a training takes on a GPU. Nor was
any of this measured on the real CAMUS: images are the phantom's.
"""


def machine() -> str:
    """Say on what this is measured."""
    told = Path("/proc/cpuinfo")
    lines = told.read_text().splitlines() if told.exists() else []
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    model = models[0] if models else platform.machine()
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    versions = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    return (
        f"Measured on {model}, {os.cpu_count()} cores, {memory:.0f} GB, no GPU; "
        f"{platform.system()} {platform.release()}, Python {platform.python_version()}, "
        f"{versions}."
    )


def measure(name: str) -> bool:
    """Run one benchmark, whose output appears at once, and note what else the machine did.

    Returns:
        Whether it ran to its end.
    """
    print(f"== {name}", flush=True)
    began = time.perf_counter()
    path = Path(__file__).with_name(f"{name}.py")
    done = subprocess.run([sys.executable, str(path)], cwd=ROOT, check=False)
    took = time.perf_counter() - began
    print(f"== {name}: {took:.0f} s, exit code {done.returncode}", flush=True)
    loads = ", ".join(f"{load:.1f}" for load in os.getloadavg())
    MEASURED.mkdir(parents=True, exist_ok=True)
    (MEASURED / f"{name}.txt").write_text(
        f"{machine()} Run on {datetime.date.today().isoformat()} in {took:.0f} s; "
        f"load averages over 1, 5 and 15 minutes at the end: {loads}."
    )
    return done.returncode == 0


def section(name: str) -> str:
    """Return the section of one benchmark: its docstring and its tables."""
    source = Path(__file__).with_name(f"{name}.py").read_text()
    title, _, text = (ast.get_docstring(ast.parse(source)) or "").partition("\n\n")
    text = text.partition("\nUsage:")[0].strip()
    parts = [f"## {title.rstrip('.')}", text]
    for table, heading in BENCHMARKS[name].items():
        parts += [f"### {heading}"] if heading else []
        path = MEASURED / f"{table}.tsv"
        parts.append(markdown(path) if path.exists() else "Not measured yet.")
    conditions = MEASURED / f"{name}.txt"
    parts += [conditions.read_text()] if conditions.exists() else []
    return "\n\n".join(parts) + "\n"


def markdown(path: Path) -> str:
    """Return a table in Markdown."""
    table = read_tsv(path).fillna("").astype(str)
    lines = [list(table.columns), ["---"] * len(table.columns), *table.to_numpy().tolist()]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, then write the page."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", choices=[*BENCHMARKS, []], metavar="NAME")
    names = parser.parse_args(arguments).names or list(BENCHMARKS)
    measured = [name for name in names if measure(name)]
    with whole_file(PAGE) as temporary:
        temporary.write_text(page(PAGE.read_text(), measured))
    print(f"{PAGE.relative_to(ROOT)} is written")
    if len(measured) < len(names):
        sys.exit(1)


def page(before: str, names: Sequence[str]) -> str:
    """Return the page with the sections of ``names`` made anew and the others as they were."""
    kept = {_title(f"## {part}"): f"## {part}" for part in before.split("\n## ")[1:]}
    sections = {name: section(name) for name in BENCHMARKS}
    parts = [new if name in names else kept.get(_title(new), new) for name, new in sections.items()]
    return "\n".join([OPENING, *(f"{part.rstrip()}\n" for part in parts)])


def _title(section: str) -> str:
    return section.partition("\n")[0]


if __name__ == "__main__":
    main()
