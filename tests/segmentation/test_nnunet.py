"""What we rely on in nnU-Net beyond its interface is there; a new version may change it."""

import contextlib
import importlib
import inspect
import logging
import multiprocessing
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from multiprocessing.process import BaseProcess
from typing import Any

import pytest
from batchgeneratorsv2.transforms.noise.gaussian_blur import GaussianBlurTransform
from nnunetv2.imageio.simpleitk_reader_writer import SimpleITKIO
from nnunetv2.inference.predict_from_raw_data import nnUNetPredictor
from nnunetv2.training.dataloading.data_loader import nnUNetDataLoader
from nnunetv2.training.nnUNetTrainer.nnUNetTrainer import nnUNetTrainer

from echoweave.segmentation.arms import ARMS
from echoweave.segmentation.files import raw_folder
from echoweave.segmentation.loader import ClipLoader
from echoweave.segmentation.nnunet import (
    SLAB,
    configurations_of,
    ours,
    pools,
    quiet,
    set_environment,
)
from echoweave.segmentation.predictor import ClipPredictor
from echoweave.segmentation.pretrainer import MaskedTrainer
from echoweave.segmentation.settings import TrainingSettings
from echoweave.segmentation.train import make_trainer
from echoweave.segmentation.trainer import EchoTrainer
from echoweave.segmentation.volume_trainer import VolumeTrainer

from .study import TRAINING, Study


@pytest.fixture
def no_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let this process neither spawn nor fork another one."""

    def refuse(process: BaseProcess) -> None:
        raise AssertionError(f"starts {process}")

    monkeypatch.setattr(BaseProcess, "start", refuse)


def test_with_one_thread_nnunet_starts_no_process(
    make_study: Callable[[], Study], no_processes: None
) -> None:
    """It asks for its pools in the one way that can be answered with threads.

    And it looks for no files by itself, which it does with a dozen processes.
    """
    study = make_study()
    study.write_raw("sparse2d")
    study.plan("sparse2d")
    for fold in (0, 1):
        study.train("sparse2d", fold)
    study.select("sparse2d")
    assert multiprocessing.get_context("spawn").get_start_method() == "spawn"


def test_with_more_threads_it_does(no_processes: None) -> None:
    with pools(2), pytest.raises(AssertionError, match="starts <SpawnProcess"):
        multiprocessing.get_context("spawn").Pool(2)


def test_methods_that_we_override_are_nnunets_with_their_arguments() -> None:
    for own, theirs, added in (
        (EchoTrainer, nnUNetTrainer, {"configure"}),
        (MaskedTrainer, EchoTrainer, {"hide", "write_rebuilt"}),
        (VolumeTrainer, EchoTrainer, set()),
        (ClipPredictor, nnUNetPredictor, set()),
        (ClipLoader, nnUNetDataLoader, set()),
    ):
        methods = {name: one for name, one in vars(own).items() if inspect.isfunction(one)}
        new = {name for name in methods if name in added or not hasattr(theirs, name)}
        assert all(name in added or name.startswith("_") for name in new)
        for name in methods.keys() - new - {"__init__"}:
            known = inspect.signature(getattr(theirs, name)).parameters
            assert list(inspect.signature(methods[name]).parameters) == list(known), name


def test_settings_have_the_names_that_nnunet_reads(planned: Study) -> None:
    """Setting an attribute that nnU-Net no longer knows would change nothing, and say nothing."""
    before = vars(make_trainer(EchoTrainer, ARMS["sparse2d"], "2d", 0, planned.root)).copy()
    names = (
        "num_epochs",
        "num_iterations_per_epoch",
        "num_val_iterations_per_epoch",
        "save_every",
        "initial_lr",
        "inference_allowed_mirroring_axes",
    )
    assert not set(names) - before.keys()
    assert callable(before["logger"].plot_progress_png)


def test_the_race_of_two_blurs_is_still_there_and_called_off(planned: Study) -> None:
    set_environment(planned.root, threads=1, augmentation_workers=0)
    trainer = make_trainer(EchoTrainer, ARMS["sparse2d"], "2d", 0, planned.root)
    trainer.configure(TrainingSettings(**TRAINING), 1, None, planned.folder / "curves.tsv", False)
    trainer.initialize()
    plain, _ = nnUNetTrainer.get_dataloaders(trainer)
    ours, _ = trainer.get_dataloaders()
    assert [blur.benchmark for blur in blurs(plain)] == [True]
    assert [blur.benchmark for blur in blurs(ours)] == [False]


def blurs(loader: Any) -> list[GaussianBlurTransform]:
    steps = [getattr(step, "transform", step) for step in loader.data_loader.transforms.transforms]
    return [step for step in steps if isinstance(step, GaussianBlurTransform)]


def test_a_frame_is_read_as_a_slab_as_predictions_take_it(planned: Study) -> None:
    images = raw_folder(planned.root, ARMS["sparse2d"]) / "imagesTr"
    _, properties = SimpleITKIO().read_images([str(next(images.iterdir()))])
    thickness, *pixel = properties["spacing"]
    assert thickness == pytest.approx(SLAB * max(pixel))


def test_candidates_are_named_after_their_networks() -> None:
    one, two = (f"EchoTrainer__dense3d__{name}" for name in ("2d", "3d_fullres"))
    assert configurations_of(one) == ["2d"]
    assert configurations_of(f"ensemble___{one}___{two}___0_1") == ["2d", "3d_fullres"]


def test_chatter_is_shown_only_if_the_block_fails(
    caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    with caplog.at_level(logging.INFO), quiet():
        print("Please cite the following paper")
    assert not caplog.text
    with pytest.raises(ValueError, match="broken"), quiet():
        print("Plans were saved")
        raise ValueError("broken")
    assert "Plans were saved" in caplog.text
    assert not capsys.readouterr().out


def test_what_is_put_off_is_imported_whole() -> None:
    """Of a module that is imported in parts the code would run at once."""
    logger = importlib.import_module("nnunetv2.training.logging.nnunet_logger")
    pictures = importlib.import_module("nnunetv2.imageio.natural_image_reader_writer")
    found = [vars(logger)["sns"], vars(logger)["plt"], vars(pictures)["io"]]
    names = [object.__getattribute__(module, "__name__") for module in found]
    assert names == ["seaborn", "matplotlib.pyplot", "skimage.io"]


def test_workers_end_when_their_process_is_killed() -> None:
    script = (
        "import multiprocessing, os, pathlib, signal, time\n"
        "from echoweave.segmentation.nnunet import set_environment\n"
        "set_environment(pathlib.Path(), threads=1)\n"
        "worker = multiprocessing.get_context('fork').Process(target=time.sleep, args=(600,))\n"
        "worker.start()\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    # The pipe is open as long as one of the two lives.
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, timeout=120)
    assert run.returncode == -signal.SIGKILL


def test_nnunet_sees_our_variables_and_threads_not_those_of_the_user() -> None:
    script = (
        "import multiprocessing, os, pathlib, torch\n"
        "from echoweave.segmentation.nnunet import pools, set_environment\n"
        "set_environment(pathlib.Path('nnunet'), threads=2)\n"
        "names = [name for name in os.environ if name.startswith('nnUNet_')]\n"
        "print({name: os.environ[name] for name in sorted(names)})\n"
        "with pools(2), multiprocessing.get_context('spawn').Pool(1) as pool:\n"
        "    print(torch.get_num_threads(), pool.apply(torch.get_num_threads))\n"
    )
    theirs = {
        "nnUNet_wandb_enabled": "1",
        "nnUNet_extTrainer": "/home/ada/trainers",
        "nnUNet_raw": "/data/nnUNet_raw",
        "nnUNet_def_n_proc": "64",
        "nnUNet_n_proc_DA": "64",
        "nnUNet_compile": "f",
        "OMP_NUM_THREADS": "64",
    }
    run = subprocess.run(
        [sys.executable, "-c", script], env=os.environ | theirs, capture_output=True, text=True
    )
    expected = {
        "nnUNet_compile": "f",
        "nnUNet_def_n_proc": "2",
        "nnUNet_n_proc_DA": "1",
        "nnUNet_preprocessed": "nnunet/preprocessed",
        "nnUNet_raw": "nnunet/raw",
        "nnUNet_results": "nnunet/trained",
    }
    # A job has as many processes as threads: each of them computes on one.
    assert run.stdout == f"{expected}\n2 1\n", run.stderr


def test_its_trainer_makes_our_classes_in_the_block_alone() -> None:
    module = importlib.import_module("nnunetv2.training.nnUNetTrainer.nnUNetTrainer")
    with ours("nnUNetDataLoader", ClipLoader):
        assert module.nnUNetDataLoader is ClipLoader
    assert module.nnUNetDataLoader is nnUNetDataLoader
    with ours("nnUNetPredictor", None):
        assert module.nnUNetPredictor is nnUNetPredictor


def test_whole_sequences_are_drawn_by_our_loader_and_frames_by_nnunets(
    planned: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []
    monkeypatch.setattr(ClipLoader, "__init__", lambda *_, **__: made.append("ours"))
    monkeypatch.setattr(nnUNetDataLoader, "__init__", lambda *_, **__: made.append("nnU-Net's"))
    monkeypatch.setattr(nnUNetDataLoader, "__next__", lambda loader: None)
    for arm, network, expected in (
        ("sparse2d", "2d", "nnU-Net's"),
        ("dense3d", "3d_fullres", "ours"),
    ):
        trainer = make_trainer(EchoTrainer, ARMS[arm], network, 0, planned.root)
        trainer.configure(TrainingSettings(**TRAINING), 1, None, planned.folder / "c.tsv", False)
        trainer.initialize()
        with contextlib.suppress(AttributeError):
            trainer.get_dataloaders()
        assert made == [expected, expected]
        made.clear()
