"""Snakemake's own linter finds nothing, in either layout of the data."""

from pathlib import Path

import pytest

from tests.workflow.project import TINY, Project

pytestmark = pytest.mark.workflow


@pytest.mark.parametrize("layout", ["mhd", "nifti"])
def test_lint(layout: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    data: Path = request.getfixturevalue(f"phantom_{layout}")
    done = Project(tmp_path, data, TINY).run("--lint")
    assert done.returncode == 0, done.stdout + done.stderr
