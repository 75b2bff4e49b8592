"""A real run of the whole workflow: what every stage takes, how much is overhead, what more costs.

Eight phantom patients (two for testing), both views, 20 frames, a cache of 512 x 512 pixels, one
job at a time. The registration and everything that works on each patient are as in config.yaml;
trainings are cut to a few iterations and the nnU-Nets are the small ones of config/phantom.yaml,
whose memory and time say nothing about full ones.

*Memory* is what Snakemake's benchmark files say of the largest job of each rule. RSS counts pages
that short-lived forks share once for each of them, PSS counts them once. A dash: the job was too
short.

*Overhead* is the wall time of the run less the work of its jobs. A job's work is the seconds of
its benchmark file less what the same script takes to start Python and import (`runpy` without the
main part, nnU-Net's own imports included, the quicker of two). What the wall time holds beyond
the jobs is Snakemake: parsing, building the graph, starting jobs.

*Cost* for 10, 100 and 500 patients is in seconds of one core. Work of the stages that handle
patients one by one is scaled from this run, by training or by test patients. Imports and starts
are those of this run times the number of jobs in a dry run for that many patients with
config.yaml; parsing is measured in that dry run. Trainings are left out: they take as many
iterations for any number of patients.

Usage: python benchmarks/stages.py
"""

import json
import subprocess
import sys
import tempfile
import time
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import yaml
from side_by_side import ROOT, keep, seconds
from workflow import COHORTS, dry_run, settings_of, simulate, snakemake, write_seed

from echoweave.phantom.dataset import write_phantom
from echoweave.phantom.settings import PhantomSettings

TRAINING, TESTING = 6, 2
# Rules whose work grows with the patients, by the patients that they handle; the rest stays.
PER_TRAINING = (
    "build_cache_training",
    "generate_pseudolabels",
    "measure_pseudolabels",
    "write_raw",
    "plan",
    "select",
    "predict_held_out",
    "measure_held_out",
    "predict_cycles",
    "measure_cycles",
    "pair_ted",
)
PER_TESTING = (
    "build_cache_testing",
    "predict",
    "measure_segmentation",
    "write_submission",
    "write_clips",
    "draw_montage",
    "draw_figure4",
)
TRAININGS = ("train_fold",)
# What scripts import only once they run; the names are those of scripts, or how they begin.
LATE_IMPORTS = {
    "train_fold": "echoweave.segmentation.trainer",
    "predict": "echoweave.segmentation.ensemble",
    "select": "nnunetv2.evaluation.find_best_configuration",
    "plan": "nnunetv2.experiment_planning.plan_and_preprocess_api",
}
START = """
import runpy, sys
runpy.run_path(sys.argv[1])
if len(sys.argv) > 2:
    __import__(sys.argv[2])
"""


class StageRun(NamedTuple):
    """A finished run.

    Attributes:
        wall_s: Seconds of the whole run.
        stages: What provenance.json says of every rule.
        imports_s: Seconds that a job of each rule needs to start.
    """

    wall_s: float
    stages: dict[str, dict[str, Any]]
    imports_s: dict[str, float]

    def work_s(self, rule: str) -> float:
        """Return the seconds of all jobs of a rule without their imports."""
        stage = self.stages[rule]
        return max(stage["seconds"] - stage["jobs"] * self.imports_s[rule], 0.0)

    @property
    def start_s(self) -> float:
        """Seconds of Snakemake for each job."""
        jobs = sum(stage["jobs"] for stage in self.stages.values())
        return (self.wall_s - sum(stage["seconds"] for stage in self.stages.values())) / jobs


def settings(data: Path, results: Path) -> dict[str, Any]:
    """Return config/phantom.yaml with 512 pixels, the default registration and short trainings."""
    default, small = (
        yaml.safe_load((ROOT / "config" / name).read_text())
        for name in ("config.yaml", "phantom.yaml")
    )
    training = small["segmentation"]["training"] | {"epochs": 1, "iterations_per_epoch": 5}
    return {
        **small,
        "results_dir": str(results),
        "data": {
            "camus": {"root": str(data / "camus")},
            "ted": {"root": str(data / "ted")},
            "dense_truth": None,
            "size": 512,
        },
        "viewer": default["viewer"],
        "segmentation": small["segmentation"] | {"training": training},
    }


def run(folder: Path) -> StageRun:
    """Run the workflow."""
    write_phantom(
        folder / "data",
        PhantomSettings(
            patients=TRAINING, test_patients=TESTING, ted=1, size=(480, 384), frames=(20, 20)
        ),
    )
    project = folder / "project"
    project.mkdir()
    content = settings(folder / "data", project / "results")
    (project / "settings.yaml").write_text(yaml.safe_dump(content))
    print("running the workflow; this takes minutes", flush=True)
    began = time.perf_counter()
    snakemake(project, "all", "--cores", "1")
    wall = time.perf_counter() - began
    provenance = json.loads((project / "results/provenance.json").read_text())
    stages = {
        rule: stage for rule, stage in provenance["stages"].items() if stage["seconds"] is not None
    }
    return StageRun(wall, stages, {rule: imports(script_of(rule)) for rule in stages})


@cache
def imports(script: Path | None) -> float:
    """Return the seconds that a job with this script needs before it works; 0 if it has none."""
    if script is None:
        return 0.0
    late = [module for name, module in LATE_IMPORTS.items() if script.stem.startswith(name)]
    times = []
    for _ in range(2):
        began = time.perf_counter()
        command = [sys.executable, "-c", START, str(script), *late]
        subprocess.run(command, check=True, capture_output=True)
        times.append(time.perf_counter() - began)
    print(f"{script.stem}: {min(times):.2f} s of imports", flush=True)
    return min(times)


def script_of(rule: str) -> Path | None:
    """Return the script of a rule, to whose name an arm, estimator or bucket may be appended."""
    scripts = {path.stem: path for path in (ROOT / "workflow/scripts").glob("*.py")}
    names = [name for name in scripts if rule == name or rule.startswith(f"{name}_")]
    return scripts[max(names, key=len)] if names else None


def family(rule: str, names: tuple[str, ...]) -> bool:
    """Return whether a rule is one of ``names``, or that with something appended."""
    script = script_of(rule)
    known = script.stem if script is not None else rule
    return known in names or any(rule.startswith(name) for name in names if "_" in name)


def memory_rows(done: StageRun) -> list[dict[str, str]]:
    """Return one row a rule."""

    def megabytes(value: float | None) -> str:
        return "-" if value is None else f"{value:.0f} MB"

    return [
        {
            "rule": rule,
            "jobs": str(stage["jobs"]),
            "seconds": f"{stage['seconds']:.1f}",
            "of these imports": f"{stage['jobs'] * done.imports_s[rule]:.1f}",
            "peak RSS": megabytes(stage["peak_rss_mb"]),
            "peak PSS": megabytes(stage["peak_pss_mb"]),
        }
        for rule, stage in sorted(done.stages.items())
    ]


def cost_rows(done: StageRun, folder: Path) -> list[dict[str, str]]:
    """Return one row a cohort, and what of it is overhead."""
    write_seed(folder / "seed")
    work = {
        kind: sum(done.work_s(rule) for rule in done.stages if family(rule, names))
        for kind, names in (
            ("training", PER_TRAINING),
            ("testing", PER_TESTING),
            ("trainings", TRAININGS),
        )
    }
    fixed = sum(done.work_s(rule) for rule in done.stages) - sum(work.values())
    rows = []
    for patients in COHORTS:
        data = folder / f"data{patients}"
        simulate(folder / "seed", data, patients)
        dry_run(folder / f"project{patients}", settings_of(data))
        parse, jobs = dry_run(folder / f"project{patients}", settings_of(data))
        tests = patients // 10
        useful = fixed + work["training"] / TRAINING * (patients - tests)
        useful += work["testing"] / TESTING * tests
        starts = sum(
            count * (done.start_s + imports(script_of(rule))) for rule, count in jobs.items()
        )
        share = (parse + starts) / (parse + starts + useful)
        last = patients == max(COHORTS)
        rows.append(
            {
                "patients": str(patients),
                "jobs": str(sum(jobs.values())),
                "work (scaled)": seconds(useful),
                "imports and starts (scaled)": seconds(starts),
                "parsing (measured)": seconds(parse),
                "overhead": f"{share:.1%}",
                "target": "under 10 %" if last else "",
                "met": ("yes" if share < 0.1 else "no") if last else "",
            }
        )
    return rows


def overhead_row(done: StageRun) -> dict[str, str]:
    """Return what the run itself spent beside its work."""
    jobs = sum(stage["seconds"] for stage in done.stages.values())
    work = sum(done.work_s(rule) for rule in done.stages)
    return {
        "patients": str(TRAINING + TESTING),
        "wall time": seconds(done.wall_s),
        "work in jobs": seconds(work),
        "imports": seconds(jobs - work),
        "Snakemake": seconds(done.wall_s - jobs),
        "overhead": f"{1 - work / done.wall_s:.1%}",
    }


def main() -> None:
    """Measure and keep the tables."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        done = run(folder)
        keep("stages_memory", memory_rows(done))
        keep("stages_overhead", [overhead_row(done)])
        keep("stages_cost", cost_rows(done, folder))


if __name__ == "__main__":
    main()
