"""Where a job computes: on one GPU of its own, or on the CPU; and whether in mixed precision."""

import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Literal, NamedTuple

from echoweave.errors import InputError, Problem
from echoweave.io.lock import lock_name
from echoweave.logs import LOGGER

if TYPE_CHECKING:
    import torch

Device = Literal["auto", "cuda", "cpu"]
_VISIBLE = "CUDA_VISIBLE_DEVICES"
# Entries of it that hide what follows; the last one is SLURM's.
_NONE = ("", "-1", "NoDevFiles")


class Gpu(NamedTuple):
    """One GPU.

    Attributes:
        number: That of `nvidia-smi`.
        uuid: What tells it from every other one, in whatever order CUDA counts.
    """

    number: str
    uuid: str

    def is_meant_by(self, entry: str) -> bool:
        """Return whether ``entry`` of CUDA_VISIBLE_DEVICES names it: number or start of the id."""
        return entry == self.number or (entry.startswith("GPU-") and self.uuid.startswith(entry))


def list_gpus() -> list[Gpu]:
    """Return this machine's GPUs, without touching CUDA."""
    if not shutil.which("nvidia-smi"):
        return []
    command = ["nvidia-smi", "--query-gpu=index,uuid", "--format=csv,noheader"]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    lines = answer.stdout.splitlines() if answer.returncode == 0 else []
    rows = [[field.strip() for field in line.split(",")] for line in lines]
    # What it says of a machine without a GPU is no number.
    return [Gpu(row[0], row[-1]) for row in rows if row[0].isdigit()]


@contextmanager
def use_device(
    device: Device,
    gpus: Callable[[], Sequence[Gpu]] = list_gpus,
    wait_s: float = 2.0,
) -> Iterator[None]:
    """Let this process see one GPU that no other job holds, or none; enter before CUDA is used.

    Jobs compete for the GPUs that CUDA_VISIBLE_DEVICES names, or for all where it is not set: all
    jobs of this machine, whoever started them. Under SLURM those of one allocation compete with
    each other, for SLURM shares the GPUs out.

    Args:
        device: "cpu" hides all GPUs; "cuda" insists on one; "auto" takes one if there is one.
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
        elif allowed := _allowed(gpus(), before):
            gpu = _lock_one(allowed, wait_s, stack)
            _set_visible(gpu.uuid)
            LOGGER.info("takes GPU %s", gpu.number)
            stack.callback(LOGGER.info, "leaves GPU %s", gpu.number)
        if device == "cuda":
            _insist_on_cuda()
        yield


def torch_device() -> "torch.device":
    """Return the device to compute on: the GPU that this process sees, else the CPU."""
    import torch

    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    LOGGER.info("computing on %s", torch.cuda.get_device_name() if device.type == "cuda" else "CPU")
    return device


def computes_bfloat16(device: "torch.device") -> bool:
    """Return whether mixed precision pays: on GPUs that do not merely emulate bfloat16."""
    import torch

    return device.type == "cuda" and torch.cuda.is_bf16_supported(including_emulation=False)


def _insist_on_cuda() -> None:
    import torch

    if not torch.cuda.is_available():
        raise InputError(
            Problem("config", "device", "it is cuda, but torch finds no GPU", "set auto or cpu")
        )


def _set_visible(names: str | None) -> None:
    if names is None:
        os.environ.pop(_VISIBLE, None)
    else:
        os.environ[_VISIBLE] = names


def _allowed(gpus: Sequence[Gpu], visible: str | None) -> list[Gpu]:
    """Return the GPUs that CUDA_VISIBLE_DEVICES leaves; as CUDA, stop at what names none."""
    if visible is None:
        return list(gpus)
    allowed: list[Gpu] = []
    for entry in map(str.strip, visible.split(",")):
        named = [gpu for gpu in gpus if gpu.is_meant_by(entry)]
        # nvidia-smi does not list the parts of a GPU that MIG cuts, and may not be there.
        if entry.startswith("MIG-") or (not gpus and entry not in _NONE):
            named = [Gpu(entry, entry)]
        if not named:
            break
        allowed += named
    return allowed


def _lock_one(gpus: Sequence[Gpu], wait_s: float, stack: ExitStack) -> Gpu:
    """Return the first GPU that is free, after waiting for one if need be."""
    if gpu := _lock_first_free(gpus, stack):
        return gpu
    LOGGER.info("waiting for one of %d GPUs", len(gpus))
    while not (gpu := _lock_first_free(gpus, stack)):
        time.sleep(wait_s)
    return gpu


def _lock_first_free(gpus: Sequence[Gpu], stack: ExitStack) -> Gpu | None:
    """Lock a GPU until the stack is closed; None if all are taken."""
    allocation = os.environ.get("SLURM_JOB_ID", "")
    for gpu in gpus:
        if holder := lock_name(f"echoweave {gpu.uuid} {allocation}"):
            stack.enter_context(holder)
            return gpu
    return None
