"""Where a job computes: on one GPU of its own, or on the CPU."""

import fcntl
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from echoweave.errors import InputError, Problem
from echoweave.logs import LOGGER

if TYPE_CHECKING:
    import torch

Device = Literal["auto", "cuda", "cpu"]
_VISIBLE = "CUDA_VISIBLE_DEVICES"


def list_gpus() -> list[str]:
    """Return the indices of this machine's GPUs, without touching CUDA."""
    if not shutil.which("nvidia-smi"):
        return []
    command = ["nvidia-smi", "--query-gpu=index", "--format=csv,noheader"]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    return answer.stdout.split() if answer.returncode == 0 else []


@contextmanager
def use_device(
    device: Device,
    locks: Path,
    gpus: Callable[[], Sequence[str]] = list_gpus,
    wait_s: float = 2.0,
) -> Iterator[None]:
    """Let this process see one GPU that no other job holds, or none; enter before CUDA is used.

    A lock file stands for each GPU, and a lock ends with its process, however that ends. Where
    CUDA_VISIBLE_DEVICES lists several GPUs, one of them is taken; where it names a single one, as
    under SLURM, that was assigned to this job already and needs no lock.

    Args:
        device: "cpu" hides all GPUs; "cuda" insists on one; "auto" takes one if there is one.
        locks: Folder of the lock files, shared by the jobs that compete.
        gpus: Lists the GPUs of this machine.
        wait_s: Time between two looks at GPUs that are all taken.

    Raises:
        InputError: "cuda" is asked for and there is no GPU.
    """
    before = os.environ.get(_VISIBLE)
    with ExitStack() as stack:
        stack.callback(_set_visible, before)
        if device == "cpu":
            _set_visible("")
        else:
            names = gpus() if before is None else [name for name in before.split(",") if name]
            if before is not None and len(names) == 1:
                _hold(names[0], stack)
            elif names:
                _hold(_lock_one(names, locks, wait_s, stack), stack)
        if device == "cuda":
            _insist_on_cuda()
        yield


def torch_device() -> "torch.device":
    """Return the device to compute on: the GPU that this process sees, else the CPU."""
    import torch

    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    LOGGER.info("computing on %s", torch.cuda.get_device_name() if device.type == "cuda" else "CPU")
    return device


def _insist_on_cuda() -> None:
    import torch

    if not torch.cuda.is_available():
        raise InputError(
            Problem("config", "device", "it is cuda, but torch finds no GPU", "set auto or cpu")
        )


def _hold(name: str, stack: ExitStack) -> None:
    """Make a GPU the only visible one, and say so in the log from here to the end."""
    _set_visible(name)
    LOGGER.info("takes GPU %s", name)
    stack.callback(LOGGER.info, "leaves GPU %s", name)


def _set_visible(names: str | None) -> None:
    if names is None:
        os.environ.pop(_VISIBLE, None)
    else:
        os.environ[_VISIBLE] = names


def _lock_one(names: Sequence[str], locks: Path, wait_s: float, stack: ExitStack) -> str:
    """Return the first GPU that is free, after waiting for one if need be."""
    locks.mkdir(parents=True, exist_ok=True)
    if name := _lock_first_free(names, locks, stack):
        return name
    LOGGER.info("waiting for one of %d GPUs", len(names))
    while not (name := _lock_first_free(names, locks, stack)):
        time.sleep(wait_s)
    return name


def _lock_first_free(names: Sequence[str], locks: Path, stack: ExitStack) -> str | None:
    # The folder may be on a file system that several machines share.
    host = socket.gethostname()
    for name in names:
        file = (locks / f"{host}-gpu{name.replace('/', '_')}.lock").open("w")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            continue
        stack.enter_context(file)
        return name
    return None
