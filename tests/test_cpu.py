import ctypes
import os
import subprocess
import sys
from pathlib import Path

import cv2
import pytest
import torch

from echoweave.cpu import usable_cpus, use_cpu
from echoweave.libc import end_forks_with_this_process, keep_freed_memory
from tests.conftest import ON_LINUX

# Touches 64 MB five times over and prints the page faults of the last four.
FAULTS = """
import resource, sys
import numpy as np
from echoweave.libc import keep_freed_memory
def touch():
    np.empty(2**26, np.uint8)[::4096] = 1
if sys.argv[1] == "keep":
    keep_freed_memory()
touch()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(4):
    touch()
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


def page_faults(memory: str) -> int:
    done = subprocess.run(
        [sys.executable, "-c", FAULTS, memory], capture_output=True, text=True, check=True
    )
    return int(done.stdout)


@ON_LINUX
def test_freed_memory_is_used_again_without_asking_the_system() -> None:
    assert page_faults("keep") < 10
    assert page_faults("usual") > 100


def test_threads_are_those_of_torch_and_opencv() -> None:
    before = torch.get_num_threads(), cv2.getNumThreads()
    use_cpu(1)
    assert (torch.get_num_threads(), cv2.getNumThreads()) == (1, 1)
    torch.set_num_threads(before[0])
    cv2.setNumThreads(before[1])


@ON_LINUX
def test_cpus_that_are_kept_from_a_process_do_not_count() -> None:
    script = "import os\nfrom echoweave.cpu import usable_cpus\nprint(usable_cpus())"
    one = str(min(os.sched_getaffinity(0)))
    command = ["taskset", "--cpu-list", one, sys.executable, "-c", script]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout == "1\n"


@pytest.mark.parametrize(
    ("limit", "expected"),
    [("max 100000", 8), ("300000 100000", 3), ("150000 100000", 1), ("50000 100000", 1)],
)
def test_the_limit_of_a_container_counts(
    limit: str, expected: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "cpu.max").write_text(f"{limit}\n")
    monkeypatch.setattr("echoweave.cpu._CPU_MAX", tmp_path / "cpu.max")
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: set(range(8)), raising=False)
    assert usable_cpus() == expected


def test_where_a_system_does_not_tell_which_cpus_are_allowed_all_count(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: 6)
    monkeypatch.setattr("echoweave.cpu._CPU_MAX", tmp_path / "none")
    assert usable_cpus() == 6


def test_a_c_library_without_mallopt_and_prctl_is_left_as_it_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hooks: list[object] = []
    monkeypatch.setattr(ctypes, "CDLL", lambda name: object())
    monkeypatch.setattr(os, "register_at_fork", lambda **hook: hooks.append(hook))
    keep_freed_memory()
    # Not the one that remembers that it has run.
    end_forks_with_this_process.__wrapped__()
    assert hooks == []
