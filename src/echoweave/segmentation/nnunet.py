"""The corners of nnU-Net that are not its interface; all that we rely on is here.

The trainer overrides methods that nnU-Net's own variants override, and the rest of the package
calls its functions. What goes further is below, each with its reason and with what it brings, as
`benchmarks/workarounds.py` measures it. `tests/segmentation/test_nnunet.py` fails when nnU-Net
changes one of them. Neither nnU-Net nor torch may be imported before :func:`set_environment`.
"""

import contextlib
import importlib
import io
import multiprocessing
import os
import shutil
from collections.abc import Iterator, Sequence
from multiprocessing.pool import ThreadPool
from pathlib import Path
from typing import Any

from echoweave.cpu import use_cpu
from echoweave.fewer_imports import put_off
from echoweave.io.nifti import import_nibabel
from echoweave.libc import end_forks_with_this_process, keep_freed_memory
from echoweave.logs import LOGGER

# What nnU-Net's reader makes of a 2-D image: a slab of one slice, this many times the pixel thick.
SLAB = 999


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
    end_forks_with_this_process()
    # torch.compile on a GPU calls a C compiler, which not every machine has.
    if not shutil.which("cc") and not shutil.which("gcc"):
        os.environ.setdefault("nnUNet_compile", "f")
    use_cpu(threads)
    keep_freed_memory()
    # They draw its picture of the losses and read other pictures than ours.
    put_off("seaborn", "matplotlib.pyplot", "skimage.io")
    # Before nnU-Net does it, and pydicom with it.
    import_nibabel()


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
    """Make the pools of nnU-Net in the block threads of this process if it has one thread.

    nnU-Net starts a pool of processes for every small step and has no option against it. A new
    process imports nnU-Net for seconds, and an arm with small networks takes four times as long.
    """
    original = multiprocessing.get_context
    if threads == 1:
        multiprocessing.get_context = _ThreadContext  # type: ignore[assignment]
    try:
        yield
    finally:
        multiprocessing.get_context = original


@contextlib.contextmanager
def ours(name: str, own: type | None) -> Iterator[None]:
    """Let nnU-Net's trainer make our class in the block, where it makes its own of that name.

    It builds its loaders and the predictor of its validation itself and takes no others.

    Args:
        name: What nnU-Net calls the class.
        own: A class derived from it; None: nnU-Net's own stays.
    """
    module = importlib.import_module("nnunetv2.training.nnUNetTrainer.nnUNetTrainer")
    theirs = getattr(module, name)
    setattr(module, name, own or theirs)
    try:
        yield
    finally:
        setattr(module, name, theirs)


def without_plot(logger: Any) -> None:
    """Let a trainer's logger draw no picture after every epoch; curves.tsv has the same numbers.

    nnU-Net has no option for it, and a picture takes three quarters of a second.
    """
    logger.plot_progress_png = lambda output_folder: None


def without_race(loader: Any) -> None:
    """Let the blur of a training's augmentation choose nothing by the load of the machine.

    nnU-Net builds it so that it times two ways to blur, which round differently, and takes the
    faster: two trainings with one seed would differ.

    Args:
        loader: What nnU-Net's ``get_dataloaders`` returns for the training, in process.
    """
    from batchgeneratorsv2.transforms.noise.gaussian_blur import GaussianBlurTransform

    steps = [getattr(step, "transform", step) for step in loader.data_loader.transforms.transforms]
    for step in steps:
        if isinstance(step, GaussianBlurTransform):
            step.benchmark = False


def configurations_of(candidate: str) -> Sequence[str]:
    """Return the configurations in the name that nnU-Net gives a candidate.

    ``trainer__plans__2d``, or ``ensemble___trainer__plans__2d___trainer__plans__3d_fullres___0_1``.
    """
    models = candidate.split("___")[1:-1] or [candidate]
    return [model.rpartition("__")[2] for model in models]


class _ThreadContext:
    """Stands in for the result of ``multiprocessing.get_context("spawn")``."""

    def __init__(self, method: str) -> None:
        self.method = method

    def Pool(self, processes: int) -> Any:  # noqa: N802
        return ThreadPool(processes)
