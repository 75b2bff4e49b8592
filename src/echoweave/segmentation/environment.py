"""What nnU-Net reads from its surroundings; call before nnunetv2 or torch are imported."""

import contextlib
import ctypes
import functools
import io
import multiprocessing
import os
import shutil
import signal
import sys
from collections.abc import Iterator
from multiprocessing.pool import ThreadPool
from pathlib import Path
from typing import Any

from echoweave.cpu import use_cpu
from echoweave.logs import LOGGER

# Of Linux's prctl: the signal that a process gets when its parent ends.
_PR_SET_PDEATHSIG = 1


def set_environment(root: Path, threads: int, augmentation_workers: int = 1) -> None:
    """Tell nnU-Net its folders and this process how many threads it may use.

    Of nnU-Net's own variables that the user has set, only nnUNet_compile counts: others would
    call home (nnUNet_wandb_enabled) or run other trainers than ours (nnUNet_extTrainer).

    Args:
        root: results/nnunet.
        threads: Threads of this process, and processes of nnU-Net's pools.
        augmentation_workers: Processes that augment during training; 0: in this process. Planning
            fails with 0.
    """
    for name in list(os.environ):
        if name.startswith("nnUNet_") and name != "nnUNet_compile":
            del os.environ[name]
    os.environ |= {
        "nnUNet_raw": str(root / "raw"),
        "nnUNet_preprocessed": str(root / "preprocessed"),
        "nnUNet_results": str(root / "trained"),
        "nnUNet_def_n_proc": str(threads),
        "nnUNet_n_proc_DA": str(augmentation_workers),
        # Of each process of a pool; this one takes its own below.
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
        # nnU-Net asks torch to run whatever a checkpoint holds.
        "TORCH_FORCE_WEIGHTS_ONLY_LOAD": "1",
    }
    _end_workers_with_this_process()
    # torch.compile on a GPU calls a C compiler, which not every machine has.
    if not shutil.which("cc") and not shutil.which("gcc"):
        os.environ.setdefault("nnUNet_compile", "f")
    use_cpu(threads)


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Keep what nnU-Net prints out of the log, but show its end if the block fails."""
    chatter = io.StringIO()
    try:
        with contextlib.redirect_stdout(chatter):
            yield
    except Exception:
        LOGGER.error("nnU-Net said last:\n%s", chatter.getvalue()[-2000:])
        raise


@contextlib.contextmanager
def pools(threads: int) -> Iterator[None]:
    """Make nnU-Net's pools cheap and safe for the block.

    With one thread a pool is a thread of this process: a spawned worker costs 1 to 3 seconds of
    imports, five times in a short training. With more, the workers are kept from running the
    calling script again, which spawned workers do.
    """
    main = vars(sys.modules["__main__"])
    file = main.pop("__file__", None)
    original = multiprocessing.get_context
    if threads == 1:
        multiprocessing.get_context = _ThreadContext  # type: ignore[assignment]
    try:
        yield
    finally:
        multiprocessing.get_context = original
        if file is not None:
            main["__file__"] = file


@functools.cache
def _end_workers_with_this_process() -> None:
    """Let forked workers end when this process is killed: nnU-Net's would wait for it forever."""
    if sys.platform == "linux":
        prctl = ctypes.CDLL(None).prctl
        os.register_at_fork(after_in_child=lambda: prctl(_PR_SET_PDEATHSIG, signal.SIGKILL))


class _ThreadContext:
    """Stands in for the result of ``multiprocessing.get_context("spawn")``."""

    def __init__(self, method: str) -> None:
        self.method = method

    def Pool(self, processes: int) -> Any:  # noqa: N802
        return ThreadPool(processes)
