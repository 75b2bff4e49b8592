"""Find the process of a job while it works, and end it as a crash would."""

import fcntl
import os
import signal
import struct
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from tests.workflow.project import Project

_TIMEOUT_S = 900
# C's struct flock: type, whence, start, length, process.
_FLOCK = "hhqqi"


def job_process(project: Project, job: str) -> int | None:
    """Return the process that works on ``job`` (the name of its log): the one that holds its lock.

    None: nothing works on it.
    """
    lock = project.results / "logs" / f"{job}.log"
    lock = lock.with_name(f".{lock.stem}.lock")
    if not lock.exists():
        return None
    question = struct.pack(_FLOCK, fcntl.F_WRLCK, os.SEEK_SET, 0, 0, 0)
    with lock.open("r+") as file:
        answer = struct.unpack(_FLOCK, fcntl.fcntl(file, fcntl.F_GETLK, question))
    return None if answer[0] == fcntl.F_UNLCK else answer[-1]


def wait_for(sign: Callable[[], bool], running: subprocess.Popen[str]) -> None:
    """Wait for ``sign`` while the run goes on."""
    end = time.monotonic() + _TIMEOUT_S
    while not sign():
        if running.poll() is not None:
            raise AssertionError(f"the run ended before the sign\n{running.communicate()[1]}")
        assert time.monotonic() < end, "the sign did not come"
        time.sleep(0.0005)


def wait_for_job(project: Project, running: subprocess.Popen[str], job: str, script: str) -> int:
    """Wait until ``job`` works; return its process after a look that it is the rule's script."""
    wait_for(lambda: job_process(project, job) is not None, running)
    process = job_process(project, job)
    assert process is not None
    assert f"{script}.py" in Path(f"/proc/{process}/cmdline").read_text()
    return process


def kill_job(
    project: Project,
    running: subprocess.Popen[str],
    job: str,
    script: str,
    sign: Callable[[Path], bool],
) -> None:
    """Kill the process of ``job`` with SIGKILL as soon as ``sign`` says that it is amid its work.

    Args:
        project: Where it runs.
        running: The run that started it.
        job: The name of its log.
        script: The name of its script.
        sign: Looks at the results folder.
    """
    process = wait_for_job(project, running, job, script)
    wait_for(lambda: sign(project.results), running)
    assert job_process(project, job) == process, "the job ended before it could be killed"
    os.kill(process, signal.SIGKILL)
