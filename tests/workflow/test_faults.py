"""After a crash the same command goes on and ends where an undisturbed run ends, to the last bit.

A copy of the finished run, in another folder, has lost its caches, a registration network, the
labels of two estimators, a whole arm, all measures and all tables. In each stage a process is
killed, and the next run is the same command again. test_slurm.py has another arm made again.
"""

import os
import shutil
import signal
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
import torch

from echoweave.io.images import read_array
from echoweave.segmentation.arms import ARMS
from echoweave.segmentation.checkpoint import read_checkpoint
from echoweave.segmentation.files import fold_folder, preprocessed_folder, raw_folder
from tests.conftest import ON_LINUX
from tests.workflow.faults import kill_job, wait_for_job
from tests.workflow.project import Project

# Killed processes are found by what Linux tells of locks.
pytestmark = [pytest.mark.workflow, ON_LINUX]

NNUNET = Path("nnunet")
ARM = ARMS["dense3d"]
TARGETS = ("cache", "pseudolabels", "evaluation")
LOST = (
    *("cohort.tsv", "excluded.tsv", "ted_pairs.tsv", "cache", "checksums"),
    *("registration", "pseudolabels/dirnet/index", "pseudolabels/joint/index"),
    str(raw_folder(NNUNET, ARM)),
    str(preprocessed_folder(NNUNET, ARM)),
    str(NNUNET / "trained" / ARM.dataset),
    *("predictions/dense3d", "predictions/cycles/dense3d", "measures", "tables", "logs"),
)


class Fault(NamedTuple):
    """Where a job is killed.

    Attributes:
        target: Of the command, which comes no further than the lost results of a stage.
        script: Of its rule.
        job: The name of its log.
        sign: A file, below results/, that only appears amid its work.
        outputs: Pattern of its declared outputs below results/; an index stands for its files.
    """

    target: str
    script: str
    job: str
    sign: str
    outputs: str


FAULTS = [
    Fault(
        "cache",
        "build_cache",
        "build_cache_training_1",
        "cache/patient0001.h5",
        "cache/index/training_1*",
    ),
    Fault(
        "registration",
        "train_registration",
        "train_registration/dirnet",
        "registration/dirnet/state.pt",
        "registration/dirnet/[mc]*",
    ),
    Fault(
        "pseudolabels",
        "generate_pseudolabels",
        "generate_pseudolabels/dirnet_1",
        "pseudolabels/dirnet/forward/patient0001_2CH.nii.gz",
        "pseudolabels/dirnet/index/training_1*",
    ),
    Fault(
        "segmentation",
        "plan",
        "plan_dense3d",
        str(preprocessed_folder(NNUNET, ARM) / "dataset_fingerprint.json"),
        str(preprocessed_folder(NNUNET, ARM) / "prepared.json"),
    ),
    Fault(
        "segmentation",
        "train_fold",
        "train_fold/dense3d_3d_fullres_0",
        str(fold_folder(NNUNET, ARM, "3d_fullres", 0) / "checkpoint_latest.pth"),
        str(fold_folder(NNUNET, ARM, "3d_fullres", 0) / "summary.json"),
    ),
    Fault(
        "segmentation",
        "predict",
        "predict/dense3d_0",
        "predictions/dense3d/patient0010_2CH.nii.gz",
        "predictions/dense3d/index/testing_0*",
    ),
    Fault(
        "evaluation",
        "measure_segmentation",
        "measure_segmentation/dense3d",
        "logs/measure_segmentation/dense3d.log",
        "measures/dense3d/frames.tsv",
    ),
]


@pytest.fixture(scope="module")
def project(study: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    folder = tmp_path_factory.mktemp("faults") / "elsewhere"
    folder.mkdir()
    copy = study.copied(folder / "project")
    for lost in (copy.results / name for name in LOST):
        shutil.rmtree(lost) if lost.is_dir() else lost.unlink()
    return copy


@pytest.fixture(scope="module")
def finished(project: Project) -> Project:
    run_to_the_end(project, *TARGETS)
    return project


def run_to_the_end(project: Project, *targets: str) -> None:
    done = project.run(*targets)
    assert done.returncode == 0, done.stderr[-3000:]


def changed(one: Project, other: Project) -> set[str]:
    """The tables and measures that two runs do not share to the last byte."""
    ours, theirs = one.measured(), other.measured()
    return {name for name in ours.keys() | theirs.keys() if ours.get(name) != theirs.get(name)}


@pytest.mark.parametrize("fault", FAULTS, ids=[fault.script for fault in FAULTS])
def test_a_killed_job_leaves_nothing_that_looks_finished(project: Project, fault: Fault) -> None:
    before = FAULTS[: FAULTS.index(fault)]
    if before and before[-1].target != fault.target:
        # The whole stage comes back as it was, and what the copy still has of the next ones stays.
        run_to_the_end(project, before[-1].target)
    running = project.start(fault.target)
    kill_job(
        project, running, fault.job, fault.script, lambda results: (results / fault.sign).exists()
    )
    _, stderr = running.communicate()
    assert running.returncode == 1
    assert "Error in rule" in stderr
    assert not list(project.results.glob(fault.outputs))


def test_a_second_run_is_refused_and_a_job_that_outlived_its_run_is_waited_for(
    project: Project,
) -> None:
    running = project.start(*TARGETS)
    orphan = wait_for_job(project, running, "make_tables", "make_tables")
    # Stopped, so that it is still there when the runs below look for it.
    os.kill(orphan, signal.SIGSTOP)
    second = project.run(*TARGETS)
    assert second.returncode == 1
    assert (
        f"results: results_dir: another run works in it (process {running.pid} on" in second.stderr
    )
    assert "Traceback" not in second.stderr
    # A dry run may look at any time.
    assert project.planned(*TARGETS)["make_tables"] == 1
    os.kill(running.pid, signal.SIGKILL)
    running.wait()
    third = project.start(*TARGETS)
    assert third.stderr is not None
    said = iter(third.stderr.readline, "")
    assert any("still works on this; waiting for its end" in line for line in said)
    os.kill(orphan, signal.SIGCONT)
    third.communicate()
    assert third.returncode == 0


def test_after_a_kill_of_snakemake_and_all_jobs_no_unlock_is_needed(project: Project) -> None:
    (project.results / "tables/table1.tsv").unlink(missing_ok=True)
    running = project.start(*TARGETS)
    wait_for_job(project, running, "make_tables", "make_tables")
    os.killpg(running.pid, signal.SIGKILL)
    running.communicate()
    run_to_the_end(project, *TARGETS)


def test_nothing_is_left_to_do(finished: Project) -> None:
    assert finished.planned("all") == {}


def test_tables_are_those_of_an_undisturbed_run(finished: Project, study: Project) -> None:
    assert changed(finished, study) == set()
    assert len(study.measured()) > 40


@pytest.mark.parametrize(
    ("job", "said"),
    [
        ("train_registration/dirnet", "going on after iteration 2"),
        ("train_fold/dense3d_3d_fullres_0", "going on after epoch 1"),
    ],
)
def test_killed_trainings_went_on_from_their_checkpoint(
    finished: Project, job: str, said: str
) -> None:
    assert said in (finished.results / f"logs/{job}.log").read_text()


def made_anew(study: Project, finished: Project, pattern: str) -> list[tuple[Path, Path]]:
    """The files of that name in both runs, but for those that the copy has kept."""
    pairs = [
        (path, finished.results / path.relative_to(study.results))
        for path in study.results.glob(pattern)
    ]
    anew = [(one, other) for one, other in pairs if one.stat().st_mtime != other.stat().st_mtime]
    assert anew
    return anew


@pytest.mark.parametrize(
    "pattern",
    [
        "*.tsv",
        "cache/*.h5",
        "checksums/*.tsv",
        "registration/*/curves.tsv",
        "registration/*/model.pt",
        "pseudolabels/*/quality.tsv",
        "measures/**/*.tsv",
        "tables/*.*",
        "nnunet/trained/*/best_*.json",
    ],
)
def test_the_same_files(study: Project, finished: Project, pattern: str) -> None:
    for one, other in made_anew(study, finished, pattern):
        assert one.read_bytes() == other.read_bytes(), one.name


@pytest.mark.parametrize("folder", ["pseudolabels", "predictions", "nnunet/raw"])
def test_the_same_voxels(study: Project, finished: Project, folder: str) -> None:
    for one, other in made_anew(study, finished, f"{folder}/**/*.nii.gz"):
        assert np.array_equal(read_array(one), read_array(other)), one.name


def test_the_same_segmentation_networks(study: Project, finished: Project) -> None:
    pattern = f"nnunet/trained/{ARM.dataset}/*/*/checkpoint_final.pth"
    for pair in made_anew(study, finished, pattern):
        one, other = (read_checkpoint(path) for path in pair)
        assert one["network_weights"].keys() == other["network_weights"].keys()
        for name, tensor in one["network_weights"].items():
            assert torch.equal(tensor, other["network_weights"][name]), name


def test_a_truncated_prediction_stops_the_measuring_until_it_is_deleted(
    finished: Project, study: Project
) -> None:
    prediction = finished.results / "predictions/dense3d/patient0010_4CH.nii.gz"
    content = prediction.read_bytes()
    prediction.write_bytes(content[: len(content) // 2])
    done = finished.run(*TARGETS)
    assert done.returncode == 1
    assert f"{prediction.name}: truncated or damaged" in done.stderr
    assert "delete it and rerun" in done.stderr
    assert not (finished.results / "measures/dense3d/frames.tsv").exists()
    prediction.unlink()
    run_to_the_end(finished, *TARGETS)
    assert changed(finished, study) == set()
