"""After a crash the same command goes on and ends where an undisturbed run ends.

One project is carried from start to end. In each stage a process is killed, and the next test's
run is the same command again.
"""

import os
import signal
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
import torch

from echoweave.io.images import read_array
from echoweave.registration.checkpoint import load_checkpoint
from echoweave.segmentation.arms import fold_folder, preprocessed_folder
from echoweave.segmentation.checkpoint import read_checkpoint
from tests.conftest import ON_LINUX
from tests.workflow.faults import kill_job, wait_for_job
from tests.workflow.project import Project, tiny_project

# Killed processes are found by what Linux tells of locks.
pytestmark = [pytest.mark.workflow, ON_LINUX]

NNUNET = Path("nnunet")


class Fault(NamedTuple):
    """Where a job is killed.

    Attributes:
        script: Of its rule.
        job: The name of its log.
        sign: A file, below results/, that only appears amid its work.
        outputs: Pattern of its declared outputs below results/.
    """

    script: str
    job: str
    sign: str
    outputs: str


FAULTS = [
    Fault(
        "build_cache", "build_cache_training_1", "cache/patient0001.h5", "cache/patient000[124].h5"
    ),
    Fault(
        "train_registration",
        "train_registration/dirnet",
        "registration/dirnet/state.pt",
        "registration/dirnet/[mc]*",
    ),
    Fault(
        "generate_pseudolabels",
        "generate_pseudolabels/dirnet_1",
        "pseudolabels/dirnet/forward/patient0001_2CH.nii.gz",
        "pseudolabels/dirnet/*/patient000[124]*",
    ),
    Fault(
        "plan",
        "plan_dense2d",
        str(preprocessed_folder(NNUNET, "dense2d") / "dataset_fingerprint.json"),
        str(preprocessed_folder(NNUNET, "dense2d") / "prepared.json"),
    ),
    Fault(
        "train_fold",
        "train_fold/dense2d_2d_0",
        str(fold_folder(NNUNET, "dense2d", "2d", 0) / "checkpoint_latest.pth"),
        str(fold_folder(NNUNET, "dense2d", "2d", 0) / "summary.json"),
    ),
    Fault(
        "predict",
        "predict/dense2d_0",
        "predictions/dense2d/patient0010_2CH.nii.gz",
        "predictions/dense2d/patient0010*",
    ),
    Fault(
        "measure_segmentation",
        "measure_segmentation/dense2d",
        "logs/measure_segmentation/dense2d.log",
        "measures/dense2d/frames.tsv",
    ),
]


@pytest.fixture(scope="module")
def project(phantom_nifti: Path, tmp_path_factory: pytest.TempPathFactory) -> Project:
    return tiny_project(tmp_path_factory.mktemp("faults") / "project", phantom_nifti)


def run_to_the_end(project: Project) -> None:
    done = project.run("evaluation")
    assert done.returncode == 0, done.stderr[-3000:]


def contents(results: Path) -> dict[str, bytes]:
    """The tables and the measures that they are made from."""
    found = [*results.glob("tables/*"), *results.glob("measures/**/*.tsv")]
    return {str(path.relative_to(results)): path.read_bytes() for path in found}


def changed(one: Project, other: Project) -> set[str]:
    """The tables and measures that two runs do not share to the last byte."""
    ours, theirs = contents(one.results), contents(other.results)
    return {name for name in ours.keys() | theirs.keys() if ours.get(name) != theirs.get(name)}


@pytest.mark.parametrize("fault", FAULTS, ids=[fault.script for fault in FAULTS])
def test_a_killed_job_leaves_nothing_that_looks_finished(project: Project, fault: Fault) -> None:
    running = project.start("evaluation")
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
    running = project.start("evaluation")
    orphan = wait_for_job(project, running, "make_tables", "make_tables")
    # Stopped, so that it is still there when the runs below look for it.
    os.kill(orphan, signal.SIGSTOP)
    second = project.run("evaluation")
    assert second.returncode == 1
    assert (
        f"results: results_dir: another run works in it (process {running.pid} on" in second.stderr
    )
    assert "Traceback" not in second.stderr
    # A dry run may look at any time.
    assert project.planned("evaluation")["make_tables"] == 1
    os.kill(running.pid, signal.SIGKILL)
    running.wait()
    third = project.start("evaluation")
    assert third.stderr is not None
    said = iter(third.stderr.readline, "")
    assert any("still works on this; waiting for its end" in line for line in said)
    os.kill(orphan, signal.SIGCONT)
    third.communicate()
    assert third.returncode == 0


def test_after_a_kill_of_snakemake_and_all_jobs_no_unlock_is_needed(project: Project) -> None:
    (project.results / "tables/table1.tsv").unlink(missing_ok=True)
    running = project.start("evaluation")
    wait_for_job(project, running, "make_tables", "make_tables")
    os.killpg(running.pid, signal.SIGKILL)
    running.communicate()
    run_to_the_end(project)


def test_tables_and_weights_are_those_of_an_undisturbed_run(
    project: Project, study: Project
) -> None:
    run_to_the_end(project)
    assert changed(project, study) == set()
    assert len(contents(study.results)) > 40
    for place, weights in (
        (Path("registration/dirnet/model.pt"), lambda path: load_checkpoint(path).weights),
        (
            fold_folder(NNUNET, "dense2d", "2d", 0) / "checkpoint_final.pth",
            lambda path: read_checkpoint(path)["network_weights"],
        ),
    ):
        ours, theirs = (weights(one.results / place) for one in (project, study))
        assert all(torch.equal(ours[name], theirs[name]) for name in theirs)


@pytest.mark.parametrize(
    ("job", "said"),
    [
        ("train_registration/dirnet", "going on after iteration 2"),
        ("train_fold/dense2d_2d_0", "going on after epoch 1"),
    ],
)
def test_killed_trainings_went_on_from_their_checkpoint(
    project: Project, job: str, said: str
) -> None:
    run_to_the_end(project)
    assert said in (project.results / f"logs/{job}.log").read_text()


def test_a_truncated_prediction_stops_the_measuring_until_it_is_deleted(
    project: Project, study: Project
) -> None:
    run_to_the_end(project)
    prediction = project.results / "predictions/dense3d/patient0010_4CH.nii.gz"
    content = prediction.read_bytes()
    prediction.write_bytes(content[: len(content) // 2])
    done = project.run("evaluation")
    assert done.returncode == 1
    assert f"{prediction.name}: truncated or damaged" in done.stderr
    assert "delete it and rerun" in done.stderr
    assert not (project.results / "measures/dense3d/frames.tsv").exists()
    prediction.unlink()
    run_to_the_end(project)
    assert changed(project, study) == set()


def test_a_full_disk_and_a_closed_one_lose_nothing(
    small_disk: Callable[..., Path], study: Project, tmp_path: Path
) -> None:
    project = replace(study, folder=tmp_path)
    disk = small_disk(project.results, "ro")
    done = project.run("pseudolabels")
    assert done.returncode == 1
    assert "access denied (Read-only file system); allow it or choose another" in done.stderr
    assert "Traceback" not in done.stderr

    small_disk(disk, "rw,size=200k")
    done = project.run("pseudolabels")
    assert done.returncode == 1
    assert "no space is left on the disk" in done.stderr
    assert "make space there, then give the command again" in done.stderr
    assert len(list(disk.glob("cache/*.h5"))) < 6

    small_disk(disk, "rw,size=8m")
    assert project.run("cache").returncode == 0
    filler = disk / "filler"
    status = os.statvfs(disk)
    filler.write_bytes(bytes(status.f_bavail * status.f_frsize - 2**15))
    done = project.run("pseudolabels")
    assert done.returncode == 1
    assert "no space is left on the disk" in done.stderr
    assert not list(disk.glob("pseudolabels/dirnet/*"))

    filler.unlink()
    done = project.run("pseudolabels")
    assert done.returncode == 0, done.stderr[-2000:]
    for path in study.results.glob("pseudolabels/*/fused/*.nii.gz"):
        ours = read_array(disk / path.relative_to(study.results))
        np.testing.assert_array_equal(ours, read_array(path))
