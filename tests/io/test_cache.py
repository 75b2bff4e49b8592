"""A damaged cache file is never computed with, even if its time of change says nothing."""

import fcntl
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import h5py
import numpy as np
import pytest
from tests.conftest import ON_LINUX
from tests.no_locks import NO_LOCKS

from echoweave.errors import InputError
from echoweave.io.cache import EchoSequence, read_cycle, read_sequence, read_views, write_patient

FRAMES = np.random.default_rng(0).integers(0, 255, (4, 64, 64)).astype(np.uint8)


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    path = tmp_path / "patient0001.h5"
    native = {"native_shape": (64, 64), "native_spacing": (0.5, 0.4)}
    one = EchoSequence("patient0001", "4CH", FRAMES, ed=0, es=3, spacing=(0.5, 0.4), **native)
    write_patient(path, [one])
    return path


def overwrite(path: Path, content: bytes) -> None:
    """Change the content but not the time of change."""
    before = path.stat()
    path.write_bytes(content)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def test_what_is_written_is_read(cache: Path) -> None:
    assert read_views(cache) == ["4CH"]
    sequence = read_sequence(cache, "4CH")
    np.testing.assert_array_equal(sequence.frames, FRAMES)
    assert (sequence.ed, sequence.es, sequence.native_spacing) == (0, 3, (0.5, 0.4))


def test_the_order_of_time_is_kept(cache: Path) -> None:
    systole = read_sequence(cache, "4CH")
    assert (systole.phase, systole.reversed) == ("systole", False)
    write_patient(cache, [replace(systole, phase="diastole", reversed=True)])
    diastole = read_sequence(cache, "4CH")
    assert (diastole.phase, diastole.reversed) == ("diastole", True)
    np.testing.assert_array_equal(systole.in_time(FRAMES), FRAMES)
    np.testing.assert_array_equal(diastole.in_time(FRAMES), FRAMES[::-1])


@pytest.mark.parametrize(
    ("phase", "ed", "es", "said"),
    [
        ("systole", 3, 0, "ED 3 and ES 0 of 4 frames"),
        ("diastole", 3, 0, "ED 3 and ES 0 of 4 frames"),
        ("cycle", 2, 2, "ED 2 and ES 2 of 4 frames"),
        ("cycle", 4, 0, "ED 4 and ES 0 of 4 frames"),
        ("cycle", 0, -1, "ED 0 and ES -1 of 4 frames"),
        ("beat", 0, 3, "the phase is 'beat'"),
    ],
)
def test_ed_and_es_that_cannot_be(cache: Path, phase: str, ed: int, es: int, said: str) -> None:
    sound = read_sequence(cache, "4CH")
    write_patient(cache, [replace(sound, phase=phase, ed=ed, es=es)])
    with pytest.raises(InputError, match=said):
        read_sequence(cache, "4CH")


def test_es_may_come_first_in_a_cycle(cache: Path) -> None:
    sound = read_sequence(cache, "4CH")
    write_patient(cache, [sound], [replace(sound, phase="cycle", ed=3, es=1)])
    cycle = read_cycle(cache, "4CH")
    assert cycle is not None
    assert (cycle.ed, cycle.es) == (3, 1)
    np.testing.assert_array_equal(cycle.in_time(FRAMES), FRAMES)


@pytest.mark.parametrize("kept", [0, 100, 2000, -1])
def test_a_truncated_file_is_named(cache: Path, kept: int) -> None:
    overwrite(cache, cache.read_bytes()[:kept])
    with pytest.raises(InputError, match=r"patient0001\.h5: not a readable .*delete it and rerun"):
        read_sequence(cache, "4CH")


def test_one_wrong_byte_in_a_frame_is_noticed(cache: Path) -> None:
    content = bytearray(cache.read_bytes())
    content[content.find(FRAMES[2].tobytes()[:100]) + 50] ^= 1
    overwrite(cache, bytes(content))
    with pytest.raises(InputError, match=r"patient0001\.h5: not a readable .*delete it and rerun"):
        read_sequence(cache, "4CH")


# Reads the cache file of its first argument.
READ = """
import pathlib, sys
from echoweave.io.cache import read_sequence
print(read_sequence(pathlib.Path(sys.argv[1]), "4CH").frames.shape)
"""


@ON_LINUX
def test_it_is_read_where_the_file_system_has_no_locks(cache: Path) -> None:
    # As HDF5 would ask for one by default.
    command = [*NO_LOCKS, sys.executable, "-c"]
    usual = [*command, "import h5py, sys; h5py.File(sys.argv[1])", str(cache)]
    done = subprocess.run(usual, capture_output=True, text=True, check=False)
    assert "errno = 37, error message = 'No locks available'" in done.stderr
    ours = [*command, READ, str(cache)]
    done = subprocess.run(ours, capture_output=True, text=True, check=True)
    assert done.stdout == "(4, 64, 64)\n"


def test_a_lock_of_another_program_does_not_matter(cache: Path) -> None:
    with cache.open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        with pytest.raises(BlockingIOError):
            h5py.File(cache)
        assert read_views(cache) == ["4CH"]


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (Path.unlink, "there is no such cache file; give the command again, which makes it"),
        (
            lambda path: (path.unlink(), path.mkdir()),
            "cannot be read (Is a directory); see to the file system, then give the command again",
        ),
    ],
    ids=["missing", "not to be read"],
)
def test_only_a_damaged_file_is_to_be_deleted(
    cache: Path, edit: Callable[[Path], object], said: str
) -> None:
    edit(cache)
    with pytest.raises(InputError) as caught:
        read_views(cache)
    assert str(caught.value) == f"{cache}: {said}"
