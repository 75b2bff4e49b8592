"""What the jobs ask for on a cluster: asked of Snakemake, written to docs/cluster.md.

`make resources` remakes the table; test_resources.py compares it with what the rules say.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import yaml

from echoweave.phantom.dataset import write_phantom
from echoweave.phantom.settings import PhantomSettings
from tests.conftest import TINY_VOLUMES
from tests.workflow.list_jobs import START
from tests.workflow.project import ROOT, TARGETS

DOCUMENT = ROOT / "docs/cluster.md"
MARK = "<!-- Below: made by `make resources`. -->\n"


class Request(NamedTuple):
    """What a job asks for at its first try."""

    gpus: int
    minutes: int
    memory_mb: int
    cpus: int


def requests(phantom: Path, volumes: Path, scratch: Path) -> dict[str, Request]:
    """Return what each rule, also of bundles and the wings, asks for: config.yaml, profiles/slurm.

    Rules that run where Snakemake does are left out; buckets of patients count as one rule.

    Args:
        phantom: What `echoweave phantom` wrote.
        volumes: What it wrote of Learn2Reg.
        scratch: An empty folder.
    """
    data = {"camus": {"root": str(phantom / "camus")}, "ted": {"root": str(phantom / "ted")}}
    config = scratch / "config.yaml"
    # Two folds are enough: the others ask for the same. The phantom has few patients.
    split = {"holdout": 0, "validation_patients": 1}
    wing = {"root": str(volumes / "learn2reg"), "choosing_cases": 2}
    study = {"folds": 2, "data": data, "registration": split, "learn2reg": wing}
    config.write_text(yaml.safe_dump(study))
    targets = ["all", "bundle", "mmode", "learn2reg"]
    command = [sys.executable, "-m", "tests.workflow.list_jobs", *targets]
    command += ["--dry-run", "--cores", "64", "--workflow-profile", "profiles/slurm"]
    command += ["--quiet", "host", "--directory", str(scratch), "--configfile", str(config)]
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        command, cwd=ROOT, env=os.environ | {"PATH": path}, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    lines = [line for line in done.stdout.splitlines() if line.startswith(START)]
    jobs = [json.loads(line.removeprefix(START)) for line in lines]
    left_out = TARGETS | local_rules()
    return _by_rule(job for job in jobs if job["rule_name"] not in left_out)


def local_rules() -> set[str]:
    """Return the rules that are never submitted, targets left out."""
    text = "\n".join(path.read_text() for path in (ROOT / "rules").glob("*.smk"))
    rules = re.split(r"^rule (?=\w+:$)", text, flags=re.MULTILINE)[1:]
    local = {rule.partition(":")[0] for rule in rules if "    localrule: True\n" in rule}
    return local - TARGETS


def _by_rule(jobs: Iterable[dict]) -> dict[str, Request]:
    found: dict[str, Request] = {}
    for job in jobs:
        asked = job["resources"]
        request = Request(asked.get("gpu", 0), asked["runtime"], asked["mem_mb"], job["threads"])
        rule = re.sub(r"_\d+$", "_N", job["rule_name"])
        assert found.setdefault(rule, request) == request, rule
    return found


def table(found: dict[str, Request]) -> str:
    """Return the table in Markdown, the most expensive first."""
    alike: dict[Request, list[str]] = {}
    for rule, request in found.items():
        alike.setdefault(request, []).append(f"`{rule}`")
    lines = [
        "| rules | CPUs | memory, MB | time, minutes | GPUs |",
        "| --- | --- | --- | --- | --- |",
    ]
    for request in sorted(alike, reverse=True):
        names = ", ".join(sorted(alike[request]))
        lines.append(
            f"| {names} | {request.cpus} | {request.memory_mb} | {request.minutes} |"
            f" {request.gpus} |"
        )
    return "\n".join(lines) + "\n"


def main() -> None:
    """Rewrite the table in docs/cluster.md."""
    with tempfile.TemporaryDirectory() as folder:
        phantom = Path(folder) / "phantom"
        settings = PhantomSettings(
            patients=4, test_patients=2, ted=3, size=(128, 96), frames=(5, 7)
        )
        write_phantom(phantom, settings)
        write_phantom(Path(folder) / "volumes", TINY_VOLUMES)
        found = requests(phantom, Path(folder) / "volumes", Path(folder))
    text = DOCUMENT.read_text().partition(MARK)[0]
    DOCUMENT.write_text(f"{text}{MARK}\n{table(found)}")


if __name__ == "__main__":
    main()
