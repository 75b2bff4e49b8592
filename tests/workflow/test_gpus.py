"""On a workstation with two GPUs, jobs spread over them and never share one.

The finished run of the session was made with a stand-in nvidia-smi that lists two; torch finds
none behind them and computes on the CPU, which is what `device: auto` is for.
"""

import re

import pytest

from tests.workflow.gpus import shared, spread, uses_of
from tests.workflow.project import Project

pytestmark = pytest.mark.workflow


def test_every_job_that_can_use_a_gpu_took_one(study: Project) -> None:
    rules = {use.job.partition("/")[0] for use in uses_of(study.results)}
    assert rules == {
        "train_registration",
        "generate_pseudolabels",
        "align_frames",
        "train_fold",
        "predict",
        "predict_held_out",
        "predict_cycles",
    }


def test_optical_flow_and_copies_leave_the_gpus_alone(study: Project) -> None:
    jobs = [use.job for use in uses_of(study.results)]
    assert [job for job in jobs if "still" in job] == []


def test_jobs_run_side_by_side_on_different_gpus(study: Project) -> None:
    pairs = spread(uses_of(study.results))
    folds = [pair for pair in pairs if all(use.job.startswith("train_fold/") for use in pair)]
    assert folds


def test_no_two_jobs_share_a_gpu(study: Project) -> None:
    assert shared(uses_of(study.results)) == []


def test_auto_falls_back_to_the_cpu_where_torch_finds_no_gpu(study: Project) -> None:
    log = (study.results / "logs/train_fold/sparse2d_2d_0.log").read_text()
    assert re.search(r"takes GPU [01]$.*computing on CPU$", log, re.MULTILINE | re.DOTALL)
