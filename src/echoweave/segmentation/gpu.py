"""One job a GPU: a lock file stands for each GPU that is not assigned from outside."""

import fcntl
import os
import shutil
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


def list_gpus() -> list[str]:
    """Return the indices of this machine's GPUs, without touching CUDA."""
    if not shutil.which("nvidia-smi"):
        return []
    command = ["nvidia-smi", "--query-gpu=index", "--format=csv,noheader"]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    return answer.stdout.split() if answer.returncode == 0 else []


@contextmanager
def gpu_slot(
    device: Device,
    locks: Path,
    gpus: Callable[[], Sequence[str]] = list_gpus,
    wait_s: float = 2.0,
) -> Iterator[None]:
    """Hold one GPU for the block and make it the only visible one; enter before importing torch.

    Does nothing for ``device`` "cpu", on a machine without GPUs, and where CUDA_VISIBLE_DEVICES is
    set (SLURM sets it). A lock ends with its process, however that ends.

    Args:
        device: ``segmentation.device``.
        locks: Folder of the lock files, shared by the jobs that compete.
        gpus: Lists the GPUs.
        wait_s: Time between two looks at GPUs that are all taken.
    """
    names = [] if device == "cpu" or "CUDA_VISIBLE_DEVICES" in os.environ else gpus()
    if not names:
        yield
        return
    locks.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        while (name := _lock_first_free(names, locks, stack)) is None:
            time.sleep(wait_s)
        LOGGER.info("on GPU %s", name)
        os.environ["CUDA_VISIBLE_DEVICES"] = name
        try:
            yield
        finally:
            del os.environ["CUDA_VISIBLE_DEVICES"]


def choose_device(device: Device) -> "torch.device":
    """Return the device to compute on; "auto" takes a GPU if there is one.

    Raises:
        InputError: "cuda" is asked for and there is none.
    """
    import torch

    if device == "cuda" and not torch.cuda.is_available():
        raise InputError(
            Problem(
                "config", "segmentation.device", "torch finds no GPU", "set it to auto or to cpu"
            )
        )
    use_gpu = device != "cpu" and torch.cuda.is_available()
    return torch.device("cuda" if use_gpu else "cpu")


def _lock_first_free(names: Sequence[str], locks: Path, stack: ExitStack) -> str | None:
    for name in names:
        file = (locks / f"gpu{name}.lock").open("w")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            continue
        stack.enter_context(file)
        return name
    return None
