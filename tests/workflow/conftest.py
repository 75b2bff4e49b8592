"""One finished run of the workflow, shared by the tests that ask what would run again."""

import shutil
from pathlib import Path

import pytest

from tests.workflow.project import TINY, Project


@pytest.fixture(scope="session")
def study(phantom_nifti: Path, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The whole workflow on the tiny phantom in the NIfTI layout, finished."""
    folder = tmp_path_factory.mktemp("study")
    data = folder / "data"
    shutil.copytree(phantom_nifti, data)
    project = Project(folder, data, TINY)
    done = project.run("all")
    assert done.returncode == 0, done.stderr[-2000:]
    return project
