"""After a crash the same command goes on and ends where an undisturbed run ends, to the last bit.

One project is carried from start to end, on the CPU, with the seed of the undisturbed run and in
another folder. In each stage a process is killed, and the next test's run is the same command
again.
"""

import os
import signal
from pathlib import Path
from typing import Any, NamedTuple

import h5py
import numpy as np
import pytest
import torch

from echoweave.io.images import read_array
from echoweave.registration.checkpoint import load_checkpoint
from echoweave.segmentation.arms import ARMS
from echoweave.segmentation.checkpoint import read_checkpoint
from echoweave.segmentation.files import fold_folder, preprocessed_folder
from tests.conftest import ON_LINUX
from tests.workflow.faults import kill_job, wait_for_job
from tests.workflow.project import Project, tiny_project

# Killed processes are found by what Linux tells of locks.
pytestmark = [pytest.mark.workflow, ON_LINUX]

NNUNET = Path("nnunet")
TARGETS = ("cache", "pseudolabels", "evaluation")


class Fault(NamedTuple):
    """Where a job is killed.

    Attributes:
        script: Of its rule.
        job: The name of its log.
        sign: A file, below results/, that only appears amid its work.
        outputs: Pattern of its declared outputs below results/; an index stands for its files.
    """

    script: str
    job: str
    sign: str
    outputs: str


FAULTS = [
    Fault(
        "build_cache", "build_cache_training_1", "cache/patient0001.h5", "cache/index/training_1*"
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
        "pseudolabels/dirnet/index/training_1*",
    ),
    Fault(
        "plan",
        "plan_dense2d",
        str(preprocessed_folder(NNUNET, ARMS["dense2d"]) / "dataset_fingerprint.json"),
        str(preprocessed_folder(NNUNET, ARMS["dense2d"]) / "prepared.json"),
    ),
    Fault(
        "train_fold",
        "train_fold/dense2d_2d_0",
        str(fold_folder(NNUNET, ARMS["dense2d"], "2d", 0) / "checkpoint_latest.pth"),
        str(fold_folder(NNUNET, ARMS["dense2d"], "2d", 0) / "summary.json"),
    ),
    Fault(
        "predict",
        "predict/dense2d_0",
        "predictions/dense2d/patient0010_2CH.nii.gz",
        "predictions/dense2d/index/testing_0*",
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
    folder = tmp_path_factory.mktemp("faults") / "elsewhere/project"
    return tiny_project(folder, phantom_nifti)


@pytest.fixture(scope="module")
def finished(project: Project) -> Project:
    run_to_the_end(project)
    return project


def run_to_the_end(project: Project) -> None:
    done = project.run(*TARGETS)
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
    running = project.start(*TARGETS)
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
    run_to_the_end(project)


def test_tables_are_those_of_an_undisturbed_run(finished: Project, study: Project) -> None:
    assert changed(finished, study) == set()
    assert len(contents(study.results)) > 40


@pytest.mark.parametrize(
    ("job", "said"),
    [
        ("train_registration/dirnet", "going on after iteration 2"),
        ("train_fold/dense2d_2d_0", "going on after epoch 1"),
    ],
)
def test_killed_trainings_went_on_from_their_checkpoint(
    finished: Project, job: str, said: str
) -> None:
    assert said in (finished.results / f"logs/{job}.log").read_text()


def in_both(study: Project, finished: Project, pattern: str) -> list[tuple[Path, Path]]:
    """The files of that name in both runs; the undisturbed one also drew figures, and has more."""
    names, others = (
        {str(path.relative_to(run.results)) for path in run.results.glob(pattern)}
        for run in (finished, study)
    )
    assert names
    assert names <= others
    return [(study.results / name, finished.results / name) for name in sorted(names)]


@pytest.mark.parametrize(
    "pattern",
    [
        "*.tsv",
        "checksums/*.tsv",
        "registration/*/curves.tsv",
        "pseudolabels/*/quality.tsv",
        "measures/**/*.tsv",
        "tables/*.*",
        "nnunet/trained/*/best.json",
    ],
)
def test_the_same_tables(study: Project, finished: Project, pattern: str) -> None:
    for one, other in in_both(study, finished, pattern):
        assert one.read_bytes() == other.read_bytes(), one.name


@pytest.mark.parametrize("folder", ["pseudolabels", "predictions", "nnunet/raw"])
def test_the_same_voxels(study: Project, finished: Project, folder: str) -> None:
    for one, other in in_both(study, finished, f"{folder}/**/*.nii.gz"):
        assert np.array_equal(read_array(one), read_array(other)), one.name


def test_the_same_caches(study: Project, finished: Project) -> None:
    for one, other in in_both(study, finished, "cache/*.h5"):
        assert content(one) == content(other), one.name


def content(path: Path) -> dict[str, Any]:
    """Data sets and attributes of a cache file, by their path in it."""
    found: dict[str, Any] = {}

    def note(name: str, item: h5py.Group | h5py.Dataset) -> None:
        found[name] = {key: str(value) for key, value in item.attrs.items()}
        if isinstance(item, h5py.Dataset):
            found[f"{name} values"] = item[...].tobytes()

    with h5py.File(path) as file:
        file.visititems(note)
    return found


def test_the_same_registration_network(study: Project, finished: Project) -> None:
    for pair in in_both(study, finished, "registration/*/model.pt"):
        one, other = (load_checkpoint(path) for path in pair)
        assert (one.split, one.iteration, one.seed) == (other.split, other.iteration, other.seed)
        assert_same_weights(one.weights, other.weights)


@pytest.mark.parametrize("arm", ARMS)
def test_the_same_segmentation_networks(study: Project, finished: Project, arm: str) -> None:
    pairs = in_both(study, finished, f"nnunet/trained/{ARMS[arm].dataset}/*/*/checkpoint_final.pth")
    for pair in pairs:
        one, other = (read_checkpoint(path) for path in pair)
        assert_same_weights(one["network_weights"], other["network_weights"])


def assert_same_weights(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert one.keys() == other.keys()
    for name, tensor in one.items():
        assert torch.equal(tensor, other[name]), name


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
    run_to_the_end(finished)
    assert changed(finished, study) == set()
