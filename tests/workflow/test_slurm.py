"""The workflow on a real SLURM with profiles/slurm, up to the tables.

A copy of the finished run has lost an arm and the labels of an estimator. One rule is starved of
memory on its first try, one job is cancelled, the folds of the arm are submitted as an array.
"""

import os
import re
import shutil
import threading
import time
from collections.abc import Iterator

import pytest
import yaml

from tests.workflow.gpus import shared, spread, uses_of
from tests.workflow.project import ROOT, Project
from tests.workflow.slurm import Job, Slurm, missing_programs, running_slurm

MISSING = missing_programs()
pytestmark = [
    pytest.mark.workflow,
    # .ci/run sets this variable, so that they are never skipped there.
    pytest.mark.skipif(
        bool(MISSING) and "CI" not in os.environ,
        reason=f"no {', '.join(MISSING)} here: apt-get install slurm-wlm munge",
    ),
]

LOST = ("nnunet/trained/Dataset570_CAMUS2DSparse", "pseudolabels/still", "logs")
STARVED, CANCELLED = "generate_pseudolabels_still_0", "predict_held_out"
ARRAY = "train_fold_sparse2d"
PARTITIONS = {"partitions": {"cpu": {"max_threads": 64}, "gpu": {"max_gpu": 2}}}
# What this SLURM needs, having no accounts and no data base of finished jobs, and a test: no
# waiting for jobs of seconds.
OPTIONS = {
    "--slurm-no-account": (),
    "--slurm-status-command": ("squeue",),
    "--slurm-init-seconds-before-status-checks": ("1",),
    "--seconds-between-status-checks": ("1",),
    "--set-resources": (f"{STARVED}:mem_mb=150*attempt**3",),
    "--slurm-array-jobs": (ARRAY,),
}


@pytest.fixture(scope="module")
def slurm() -> Iterator[Slurm]:
    assert MISSING == []
    with running_slurm() as slurm, pytest.MonkeyPatch.context() as patched:
        for name, value in slurm.environment.items():
            patched.setenv(name, value)
        yield slurm


@pytest.fixture(scope="module")
def run(slurm: Slurm, study: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A copy of the study whose lost results were made again on SLURM."""
    project = study.copied(tmp_path_factory.mktemp("slurm") / "copy")
    for folder in LOST:
        shutil.rmtree(project.results / folder)
    partitions = project.folder / "partitions.yaml"
    partitions.write_text(yaml.safe_dump(PARTITIONS))
    options = OPTIONS | {
        "--workflow-profile": (str(ROOT / "profiles/slurm"),),
        "--slurm-partition-config": (str(partitions),),
    }
    finished = threading.Event()
    canceller = threading.Thread(target=cancel_once, args=(slurm, CANCELLED, finished))
    canceller.start()
    try:
        flat = [part for key, values in options.items() for part in (key, *values)]
        done = project.run("pseudolabels", "evaluation", *flat)
    finally:
        finished.set()
        canceller.join()
    assert done.returncode == 0, done.stderr[-4000:]
    return project


def cancel_once(slurm: Slurm, rule: str, finished: threading.Event) -> None:
    """Cancel the first job of ``rule`` when it runs, as a user might."""
    while not finished.is_set():
        for job in jobs_of(slurm, rule):
            if job.state == "RUNNING":
                slurm.cancel(job.id)
                return
        time.sleep(0.5)


def jobs_of(slurm: Slurm, rule: str) -> list[Job]:
    return [job for job in slurm.jobs() if re.fullmatch(f"rule_{rule}(_wildcards_.*)?", job.name)]


def test_tables_and_measures_equal_those_of_a_local_run(run: Project, study: Project) -> None:
    assert len(study.measured()) > 40
    assert run.measured() == study.measured()


def test_folds_run_side_by_side_on_different_gpus(run: Project) -> None:
    pairs = spread(uses_of(run.results))
    assert [pair for pair in pairs if all(use.job.startswith("train_fold/") for use in pair)]


def test_no_two_jobs_share_a_gpu(run: Project, slurm: Slurm) -> None:
    uses = uses_of(run.results)
    finished = [job for job in slurm.jobs() if (job.partition, job.state) == ("gpu", "COMPLETED")]
    assert len(uses) == len(finished) >= 6
    assert shared(uses) == []


def test_a_job_that_is_killed_for_its_memory_comes_back_with_more(
    run: Project, slurm: Slurm
) -> None:
    first, second = jobs_of(slurm, STARVED)
    assert (first.state, first.memory) == ("FAILED", "150M")
    assert (second.state, second.memory) == ("COMPLETED", "1200M")
    log = run.folder / f".snakemake/slurm_logs/rule_{STARVED}/{first.id}.log"
    assert re.search(r"exceeded memory limit \(\d+ > 157286400\), being killed", log.read_text())


def test_a_cancelled_job_is_submitted_again(run: Project, slurm: Slurm) -> None:
    assert [job.state for job in jobs_of(slurm, CANCELLED)] == ["CANCELLED", "COMPLETED"]


def test_the_folds_of_an_arm_can_be_one_array(run: Project, slurm: Slurm) -> None:
    first, second = jobs_of(slurm, ARRAY)
    assert [job.id.partition("_")[2] for job in (first, second)] == ["1", "2"]
    assert first.id.partition("_")[0] == second.id.partition("_")[0]
    assert first.state == second.state == "COMPLETED"


def test_jobs_go_to_the_partition_that_has_what_they_need(run: Project, slurm: Slurm) -> None:
    on_gpu = re.compile("rule_(train_|predict_)")
    for job in slurm.jobs():
        assert job.partition == ("gpu" if on_gpu.match(job.name) else "cpu"), job


def test_jobs_of_a_moment_stay_on_the_login_node(run: Project, slurm: Slurm) -> None:
    assert (run.results / "logs/merge_quality/still.log").exists()
    assert jobs_of(slurm, "merge_quality") == []
