"""One finished run of the workflow, shared by the tests that look at what it leaves."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from tests.no_locks import NO_LOCKS
from tests.once import made_once
from tests.workflow.gpus import write_nvidia_smi
from tests.workflow.hostile import VARIABLES, litter
from tests.workflow.project import Project, open_tiny_project, tiny_project
from tests.workflow.seal import can_seal, seal

NAME = "it's an [étude] & co (in $)"


@pytest.fixture(scope="session")
def study(phantom_nifti: Path, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The whole workflow on the tiny phantom in the NIfTI layout, finished, on two GPUs.

    Where the machine lets us, it ran without a network and could write in its folder alone.
    Its folder has a name as few others, its file system no locks, and its surroundings are hostile;
    the runs that are compared with it know none of this. Only dry runs may be made in it: the
    tests of other processes look at it, too.
    """
    folder = made_once(tmp_path_factory, NAME, lambda folder: run_all(folder, phantom_nifti))
    return open_tiny_project(folder / "project")


def run_all(folder: Path, phantom: Path) -> None:
    project = tiny_project(folder / "project", phantom)
    litter(project.folder)
    litter(project.checkout)
    write_nvidia_smi(folder, count=2)
    sealed = replace(project, before=(*(seal(folder) if can_seal() else ()), *NO_LOCKS))
    with pytest.MonkeyPatch.context() as patched:
        patched.delenv("CUDA_VISIBLE_DEVICES", raising=False)
        for name, value in VARIABLES.items():
            patched.setenv(name, value)
        patched.setenv("PATH", str(folder), prepend=os.pathsep)
        done = sealed.run("all", "--resources", "gpu=2")
    assert done.returncode == 0, done.stderr[-2000:]
