"""What runs again after which change: asked of Snakemake, written to docs/reruns.md.

`make reruns` remakes the document; test_reruns.py compares it with what the rules say.
"""

import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from multiprocessing.pool import ThreadPool
from pathlib import Path
from queue import Queue
from typing import Any

from echoweave.phantom.dataset import write_phantom
from echoweave.segmentation.arms import ARMS, TEACHER
from tests.conftest import tiny
from tests.workflow.changes import CHANGES, Change
from tests.workflow.project import ROOT, Project, tiny_project

DOCUMENT = ROOT / "docs/reruns.md"
MARK = "<!-- Below: made by `make reruns`. -->\n"
# Column -> how the names of its rules start.
STAGES: Mapping[str, tuple[str, ...]] = {
    "Cache": (
        "pair_ted",
        "write_cohort",
        "build_cache",
        "read_strips",
        "sample_strips",
        "prepare_cases",
    ),
    "Registration": ("train_registration", "adopt_registration", "train_pairs"),
    "Pseudo-labels": ("generate_pseudolabels", "merge_quality", "write_noisy_labels"),
    "nnU-Nets": (
        *("write_raw", "plan", "pretrain", "train_fold", "select"),
        *("write_mmode", "write_quality_windows", "train_quicknat", "train_window_classifier"),
        "write_volume_raw",
    ),
    "Predictions": ("predict",),
    "Measures, tables": (
        *(
            "write_roles",
            "measure",
            "make_tables",
            "make_external_table",
            "make_mmode_tables",
            "make_ablation",
        ),
    ),
    "Figures": ("draw", "align"),
    "Submission, viewer": (
        *("write_submission", "write_clips", "write_page", "write_challenge_zip"),
        "write_warped_volumes",
    ),
    "Report": (
        *("summarise", "write_config", "write_provenance", "render_report", "render_mmode_report"),
        "render_learn2reg_report",
    ),
}
# What the wings train, beside rules of M-mode that have it in their names.
WING = ("quicknat", "window_classifier", "quality_windows", "volume_raw", "noisy")
Jobs = dict[str, int]


def answers(study: Project, scratch: Path) -> dict[str, list[Jobs]]:
    """Return, for each change, the jobs that would run; one entry for each key that it speaks for.

    Args:
        study: A finished run of everything.
        scratch: An empty folder for copies of it.
    """
    copies: Queue[Project] = Queue()
    for name in ("one", "other"):
        copies.put(study.copied(scratch / name))
    questions = [
        (study, copies, change, overlay) for change in CHANGES for overlay in change.variants
    ]
    found: dict[str, list[Jobs]] = {}
    with ThreadPool(2) as pool:
        for (*_, change, _), jobs in zip(questions, pool.starmap(_ask, questions), strict=True):
            found.setdefault(change.what, []).append(jobs)
    return found


def _ask(study: Project, copies: "Queue[Project]", change: Change, overlay: dict[str, Any]) -> Jobs:
    if not change.edit:
        return merged(study.planned("all", config=overlay))
    copy = copies.get()
    change.edit(copy)
    jobs = merged(copy.planned("all", config=overlay))
    undo(copy.folder, study.folder)
    copies.put(copy)
    return jobs


def undo(copy: Path, original: Path) -> None:
    """Make ``copy`` what it was again, for a twentieth of what another copy takes."""
    ours, theirs = _contents(copy), _contents(original)
    # Folders come before what is in them.
    for name in sorted(ours.keys() - theirs.keys()):
        path = copy / name
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    for name in sorted(name for name in theirs if theirs[name] != ours.get(name)):
        if (original / name).is_dir():
            (copy / name).mkdir()
        else:
            shutil.copy2(original / name, copy / name)


def _contents(folder: Path) -> dict[str, tuple[int, int]]:
    """Return size and time of each file, and zeros of each folder, by its path."""
    found = {}
    for path in folder.rglob("*"):
        # Dry runs of other tests may be writing a config file in the original.
        if ".partial." in path.name:
            continue
        status = path.stat()
        state = (0, 0) if path.is_dir() else (status.st_size, status.st_mtime_ns)
        found[str(path.relative_to(folder))] = state
    return found


def merged(planned: Jobs) -> Jobs:
    """Count the buckets of a rule as one rule."""
    jobs: Jobs = {}
    for rule, count in planned.items():
        name = re.sub(r"_\d+$", "", rule)
        jobs[name] = jobs.get(name, 0) + count
    return jobs


def stage_of(rule: str) -> str:
    """Return the column of a rule."""
    (stage,) = (name for name, starts in STAGES.items() if rule.startswith(starts))
    return stage


def table(found: Mapping[str, list[Jobs]], everything: Jobs) -> str:
    """Return the table in Markdown.

    Args:
        found: What :func:`answers` returns.
        everything: The jobs of a first run.
    """
    head = ["Change", *STAGES]
    lines = [_row(head), _row("---" for _ in head)]
    for what, (jobs, *_) in found.items():
        cells = (_cell(stage, jobs, everything) for stage in STAGES)
        lines.append(_row([what, *cells]))
    return "\n".join(lines) + "\n"


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cell(stage: str, jobs: Jobs, everything: Jobs) -> str:
    """Return "all", or the rules of ``stage`` that run, with how many of their jobs."""
    mine = {rule: count for rule, count in jobs.items() if stage_of(rule) == stage}
    whole = {rule for rule in everything if stage_of(rule) == stage}
    if mine and all(mine.get(rule, 0) >= everything[rule] for rule in whole):
        return "all"
    if stage == "nnU-Nets":
        return "; ".join(_by_arm(mine, everything))
    names = (_name(rule, mine, everything).removeprefix("draw_") for rule in sorted(mine))
    return ", ".join(names)


def _by_arm(mine: Jobs, everything: Jobs) -> Iterator[str]:
    """Yield what runs for each arm, arms alike together."""
    alike: dict[str, list[str]] = {}
    studied = [arm for arm in ARMS if f"train_fold_{arm}" in everything]
    for arm in (*ARMS, TEACHER.name):
        rules = [f"{step}_{arm}" for step in STAGES["nnU-Nets"] if f"{step}_{arm}" in mine]
        complete = len(rules) == 4 and all(mine[rule] >= everything.get(rule, 0) for rule in rules)
        names = ", ".join(_name(rule, mine, everything).replace(f"_{arm}", "") for rule in rules)
        if rules:
            alike.setdefault("all" if complete else names, []).append(arm)
    for names, arms in alike.items():
        yield names if arms == studied else f"{names} of {', '.join(arms)}"
    if "pretrain" in mine:
        yield "pretrain"
    wing = sorted(rule for rule in mine if rule.endswith(WING) or "mmode" in rule)
    if wing:
        yield ", ".join(wing)


def _name(rule: str, mine: Jobs, everything: Jobs) -> str:
    total = everything.get(rule, 0)
    return rule if mine[rule] >= total else f"{rule} ({mine[rule]} of {total})"


def main() -> None:
    """Run the tiny workflow, ask for every change and rewrite the table in docs/reruns.md."""
    with tempfile.TemporaryDirectory() as folder:
        write_phantom(Path(folder) / "phantom", tiny("nifti"))
        study = tiny_project(Path(folder) / "study", Path(folder) / "phantom")
        done = study.run("all")
        assert done.returncode == 0, done.stderr
        everything = merged(study.planned("all", "--forceall"))
        found = answers(study, Path(folder))
    text = DOCUMENT.read_text().partition(MARK)[0]
    DOCUMENT.write_text(f"{text}{MARK}\n{table(found, everything)}")


if __name__ == "__main__":
    main()
