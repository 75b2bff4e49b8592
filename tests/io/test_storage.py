"""On a full disk every writer says so, and no half file takes the name of a whole one."""

import errno
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from echoweave.errors import InputError
from echoweave.io.atomic import whole_file
from echoweave.io.cache import EchoSequence, write_patient
from echoweave.io.images import write_image, write_sequence
from echoweave.io.storage import is_full, storage_problem
from echoweave.logs import log_to

NOISE = np.random.default_rng(0).integers(0, 255, (8, 128, 128)).astype(np.uint8)


def write_cache(path: Path) -> None:
    native = {"native_shape": (128, 128), "native_spacing": (1.0, 1.0)}
    one = EchoSequence("patient0001", "2CH", NOISE, ed=0, es=7, spacing=(1.0, 1.0), **native)
    write_patient(path, [one])


def write_labels(path: Path) -> None:
    write_sequence(path, NOISE, (1.0, 1.0))


def write_frame(path: Path) -> None:
    write_image(path, np.tile(NOISE[0], (8, 8)), (1.0, 1.0))


def write_weights(path: Path) -> None:
    with whole_file(path) as temporary:
        torch.save({"weights": torch.from_numpy(NOISE)}, temporary)


@pytest.mark.parametrize(
    ("name", "write"),
    [
        ("patient0001.h5", write_cache),
        ("patient0001_2CH.nii.gz", write_labels),
        ("patient0001_2CH_f000.nii", write_frame),
        ("model.pt", write_weights),
    ],
)
def test_a_writer_says_that_the_disk_is_full(
    small_disk: Callable[..., Path], tmp_path: Path, name: str, write: Callable[[Path], None]
) -> None:
    disk = small_disk(tmp_path / "disk", "size=100k")
    with pytest.raises(OSError) as caught:
        write(disk / name)
    assert caught.value.errno == errno.ENOSPC
    assert not list(disk.iterdir())


def test_a_job_says_what_to_do_about_it(
    small_disk: Callable[..., Path], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    disk = small_disk(tmp_path / "disk", "size=300k")
    log = disk / "job.log"
    with pytest.raises(InputError, match="make space there"), log_to(log):
        write_weights(disk / "model.pt")
        write_weights(disk / "best.pt")
        write_weights(disk / "third.pt")
    said = capfd.readouterr().err
    assert f"{disk}/third.pt: no space is left on the disk" in said
    assert "Logging error" not in said


def test_a_library_that_hides_the_cause_is_seen_through(
    small_disk: Callable[..., Path], tmp_path: Path
) -> None:
    disk = small_disk(tmp_path / "disk", "size=100k")
    error = RuntimeError("Error while creating the NDArray")
    assert storage_problem(error, disk) is None
    (disk / "filler").write_bytes(bytes(60_000))
    problem = storage_problem(error, disk)
    assert problem is not None
    assert problem.file == str(disk)


def test_a_closed_folder_is_no_full_disk(tmp_path: Path) -> None:
    error = OSError(errno.EROFS, os.strerror(errno.EROFS), "results/a.tsv")
    problem = storage_problem(error, tmp_path)
    assert problem is not None
    assert str(problem).startswith("results/a.tsv: access denied (Read-only file system); allow it")
    assert storage_problem(ValueError("other"), tmp_path) is None


def test_a_file_system_that_cannot_tell_is_not_called_full(tmp_path: Path) -> None:
    assert not is_full(tmp_path / "gone")
