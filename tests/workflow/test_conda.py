"""With --sdm conda jobs run in the environment of envs/, on the library of the checkout."""

import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.workflow.conda import write_conda
from tests.workflow.project import ROOT, tiny_project

pytestmark = pytest.mark.workflow


def test_jobs_find_the_library_in_an_environment_that_does_not_have_it(
    phantom_nifti: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(write_conda(tmp_path / "conda")), prepend=os.pathsep)
    project = tiny_project(tmp_path / "project", phantom_nifti)
    library = project.checkout / "src/echoweave/__init__.py"
    with library.open("a") as file:
        file.write("\nimport sys\nprint(sys.prefix, __file__)\n")

    done = project.run("write_cohort", "--sdm", "conda")
    assert done.returncode == 0, done.stderr[-2000:]
    (environment,) = (project.folder / ".snakemake/conda").glob("*_/")
    # The jobs pair_ted and write_cohort.
    assert done.stdout.splitlines().count(f"{environment} {library}") == 2

    monkeypatch.delenv("PYTHONPATH", raising=False)
    python = [environment / "bin/python", "-P", "-c"]
    assert subprocess.run([*python, "import numpy"], check=False).returncode == 0
    assert subprocess.run([*python, "import echoweave"], check=False).returncode == 1


def test_every_rule_with_a_script_has_the_environment() -> None:
    text = "\n".join(path.read_text() for path in (ROOT / "rules").glob("*.smk"))
    rules = [rule for rule in re.split(r"^ *rule\b", text, flags=re.MULTILINE) if "script:" in rule]
    scripts = {re.findall(r"scripts/(\w+)\.py", rule)[0]: rule for rule in rules}
    outside = {name for name, rule in scripts.items() if "envs/echoweave.yaml" not in rule}
    assert outside == set()
