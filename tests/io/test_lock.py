"""Two processes and one lock."""

import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.conftest import ON_LINUX
from tests.no_locks import NO_LOCKS

from echoweave.io.lock import lock, lock_name

# Holds the lock and has a worker of its own, as a training has, until its input closes.
HOLDER = """
import os, pathlib, sys
from echoweave.io.lock import lock
held = lock(pathlib.Path("job.lock"), lambda holder: sys.exit(f"held by {holder}"))
if os.fork() == 0:
    os.read(int(sys.argv[1]), 1)
    os._exit(0)
print("locked", flush=True)
sys.stdin.read()
"""


# What a run and a job do on a file system without locks.
UNLOCKED = """
import pathlib, sys
from echoweave.io.lock import lock
for name in ("job.lock", "job.lock"):
    held = lock(pathlib.Path(name), lambda holder: sys.exit(f"held by {holder}"))
print(pathlib.Path("job.lock").read_text().split()[0])
"""


class BusyError(Exception):
    pass


def refuse(holder: str) -> None:
    raise BusyError(holder)


@pytest.fixture
def holder(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    read, write = os.pipe()
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(read)],
        cwd=tmp_path,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        pass_fds=[read],
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "locked\n"
    yield process
    process.kill()
    process.wait()
    # The worker ends.
    os.close(write)
    os.close(read)


def test_who_holds_a_lock_is_named(tmp_path: Path, holder: subprocess.Popen[str]) -> None:
    with pytest.raises(BusyError, match=f"^process {holder.pid} on "):
        lock(tmp_path / "job.lock", refuse)


def test_a_killed_process_holds_no_lock_though_its_worker_lives(
    tmp_path: Path, holder: subprocess.Popen[str]
) -> None:
    holder.kill()
    holder.wait()
    with lock(tmp_path / "job.lock", refuse):
        assert (tmp_path / "job.lock").read_text().startswith("process ")


def test_a_lock_can_be_waited_for(tmp_path: Path, holder: subprocess.Popen[str]) -> None:
    told = []

    def end(text: str) -> None:
        told.append(text)
        holder.kill()

    with lock(tmp_path / "job.lock", end):
        assert told[0].startswith(f"process {holder.pid} on ")


@ON_LINUX
def test_without_locks_it_goes_on_and_says_what_is_lost(tmp_path: Path) -> None:
    done = subprocess.run(
        [*NO_LOCKS, sys.executable, "-c", UNLOCKED],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    said = (
        "job.lock: no locks on this file system (No locks available): "
        "nothing keeps a second run out of this folder, so start none"
    )
    assert done.stdout == "process\n"
    assert done.stderr.splitlines() == [said, said]


def test_a_name_has_one_holder_until_it_is_given_back() -> None:
    name = f"echoweave test {uuid.uuid4()}"
    holder = lock_name(name)
    assert holder is not None
    assert lock_name(name) is None
    with lock_name(f"{name} of another") as other:
        assert other is not None
    holder.close()
    with lock_name(name) as again:
        assert again is not None
