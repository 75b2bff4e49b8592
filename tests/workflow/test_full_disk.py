"""A results folder on a full or a closed disk: the same command goes on once there is space."""

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from echoweave.io.images import read_array
from tests.workflow.project import Project

pytestmark = pytest.mark.workflow

# One that trains a network stands for all, and one job of each rule for its buckets.
ESTIMATOR = {"chunks": 1, "pseudolabels": {"estimators": ["dirnet"]}}


def test_a_full_disk_and_a_closed_one_lose_nothing(
    small_disk: Callable[..., Path], study: Project, tmp_path: Path
) -> None:
    project = replace(study, folder=tmp_path)
    disk = small_disk(project.results, "ro")
    done = project.run("pseudolabels", config=ESTIMATOR)
    assert done.returncode == 1
    assert "access denied (Read-only file system); allow it or choose another" in done.stderr
    assert "Traceback" not in done.stderr

    small_disk(disk, "rw,size=200k")
    done = project.run("pseudolabels", config=ESTIMATOR)
    assert done.returncode == 1
    assert "no space is left on the disk" in done.stderr
    assert "make space there, then give the command again" in done.stderr
    assert len(list(disk.glob("cache/*.h5"))) < 6

    small_disk(disk, "rw,size=8m")
    assert project.run("cache", config=ESTIMATOR).returncode == 0
    filler = disk / "filler"
    status = os.statvfs(disk)
    filler.write_bytes(bytes(status.f_bavail * status.f_frsize - 2**15))
    done = project.run("pseudolabels", config=ESTIMATOR)
    assert done.returncode == 1
    assert "no space is left on the disk" in done.stderr
    assert not [path for path in disk.glob("pseudolabels/dirnet/**/*") if path.is_file()]

    filler.unlink()
    done = project.run("pseudolabels", config=ESTIMATOR)
    assert done.returncode == 0, done.stderr[-2000:]
    labels = list(study.results.glob("pseudolabels/dirnet/fused/*.nii.gz"))
    assert labels
    for path in labels:
        ours = read_array(disk / path.relative_to(study.results))
        np.testing.assert_array_equal(ours, read_array(path))
