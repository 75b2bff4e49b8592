"""Snakemake still tells what we ask it; a new version may not."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

SNAKEFILE = """
from echoweave.engine import benchmark_files, present_run

configfile: "base.yaml"

wildcard_constraints:
    arm="sparse|dense",

rule all:
    input: "made.txt"

rule make:
    output: "made.txt"
    benchmark: "benchmarks/make.tsv"
    run: open(output[0], "w").close()

rule train:
    output: "{arm}_{fold}.txt"
    benchmark: "benchmarks/train/{arm}_{fold}.tsv"
    shell: "touch {output}"

import json
run = present_run(workflow)
print("run:", json.dumps([*run, benchmark_files(workflow)], default=str), flush=True)
"""


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> list[Any]:
    """What the user's call of Snakemake tells, and the one of a job."""
    folder = tmp_path_factory.mktemp("engine")
    (folder / "Snakefile").write_text(SNAKEFILE)
    for name in ("base.yaml", "own.yaml"):
        (folder / name).write_text("{}")
    command = [sys.executable, "-m", "snakemake", "--cores", "2", "--configfile", "own.yaml"]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=True
    )
    lines = (done.stdout + done.stderr).splitlines()
    return [json.loads(line[len("run: ") :]) for line in lines if line.startswith("run: ")]


def test_a_job_is_told_from_the_call_of_the_user(runs: list[Any]) -> None:
    assert [main for main, *_ in runs] == [True, False]


def test_cores_are_those_of_the_command_line(runs: list[Any]) -> None:
    assert runs[0][1] == 2


def test_config_files_of_the_user_are_told_from_those_of_the_workflow(runs: list[Any]) -> None:
    _, _, every, own, _ = runs[0]
    assert sorted(Path(path).name for path in every) == ["base.yaml", "own.yaml"]
    assert [Path(path).name for path in own] == ["own.yaml"]


def test_benchmarks_of_rules_have_their_wildcards_without_constraints(runs: list[Any]) -> None:
    assert runs[0][-1] == {
        "make": "benchmarks/make.tsv",
        "train": "benchmarks/train/{arm}_{fold}.tsv",
    }
