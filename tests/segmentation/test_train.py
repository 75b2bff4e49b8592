import json
import logging
import math
import pickle
import random
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from nnunetv2.training.nnUNetTrainer.nnUNetTrainer import nnUNetTrainer

from echoweave.errors import InputError
from echoweave.io.tables import read_tsv
from echoweave.segmentation.arms import ARMS
from echoweave.segmentation.checkpoint import read_checkpoint
from echoweave.segmentation.settings import TrainingSettings
from echoweave.segmentation.train import make_trainer
from echoweave.segmentation.trainer import EchoTrainer

from .study import NETWORK, TRAINING, Study


class Killed(BaseException):
    """Stands for a kill: not an Exception, so nothing catches it on the way."""


@pytest.fixture
def fresh(planned: Study) -> Iterator[Study]:
    """The planned study without any training; puts those of the other tests back."""
    folder = planned.root / "trained"
    aside = planned.root / "aside"
    if folder.exists():
        folder.rename(aside)
    yield planned
    shutil.rmtree(folder, ignore_errors=True)
    if aside.exists():
        aside.rename(folder)


def kill_after(epochs: int, monkeypatch: pytest.MonkeyPatch) -> None:
    original = EchoTrainer.on_epoch_start

    def on_epoch_start(self: EchoTrainer) -> None:
        if self.current_epoch == epochs:
            raise Killed
        original(self)

    monkeypatch.setattr(EchoTrainer, "on_epoch_start", on_epoch_start)


def weights(study: Study, fold: int = 0) -> dict[str, torch.Tensor]:
    path = study.fold("sparse2d", fold) / "checkpoint_final.pth"
    found: dict[str, torch.Tensor] = read_checkpoint(path)["network_weights"]
    return found


def assert_same(first: dict[str, torch.Tensor], second: dict[str, torch.Tensor]) -> None:
    assert first.keys() == second.keys()
    assert all(torch.equal(first[name], second[name]) for name in first)


def test_without_the_key_neither_arm_mirrors_when_it_predicts(trained: Study) -> None:
    for arm in ("sparse2d", "dense3d"):
        content = read_checkpoint(trained.fold(arm, 1) / "checkpoint_final.pth")
        assert content["inference_allowed_mirroring_axes"] is None
        assert content["trainer_name"] == "EchoTrainer"


def trainer_of(
    study: Study, arm: str, monkeypatch: pytest.MonkeyPatch, **changed: Any
) -> EchoTrainer:
    """Return the trainer of fold 0 as it is before it trains."""
    seen: list[EchoTrainer] = []
    with monkeypatch.context() as patched:
        patched.setattr(EchoTrainer, "run_training", lambda trainer: seen.append(trainer))
        patched.setattr(EchoTrainer, "perform_actual_validation", lambda trainer: None)
        study.train(arm, 0, **changed)
    return seen[0]


def steps_of(trainer: EchoTrainer) -> dict[str, Any]:
    """Return the steps of the augmentation by their class."""
    trainer.initialize()
    loader, _ = trainer.get_dataloaders()
    steps = [getattr(step, "transform", step) for step in loader.data_loader.transforms.transforms]
    return {type(step).__name__: step for step in steps}


@pytest.mark.parametrize("arm", ["sparse2d", "dense3d"])
def test_neither_arm_is_trained_on_mirrored_or_reversed_frames(
    arm: str, fresh: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = steps_of(trainer_of(fresh, arm, monkeypatch))
    assert "SpatialTransform" in steps
    assert "MirrorTransform" not in steps
    # Patches are turned as a stack of frames: time is not mixed with space.
    assert ("Convert3DTo2DTransform" in steps) == (arm == "dense3d")


def test_frames_are_turned_by_at_most_the_angle_of_the_config(
    fresh: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    trainer = trainer_of(fresh, "dense3d", monkeypatch, rotation_degrees=90.0)
    turn, in_plane, patch, axes = (
        trainer.configure_rotation_dummyDA_mirroring_and_inital_patch_size()
    )
    assert turn == pytest.approx((-math.pi / 2, math.pi / 2))
    assert in_plane
    assert axes is None
    # A 32 x 32 patch fills its diagonal of 45.3 on the way; 45.3 / 0.85 = 53.2.
    assert patch == [4, 54, 54]


@pytest.mark.parametrize(
    ("arm", "listed", "axes"),
    [
        ("sparse2d", ["horizontal"], (1,)),
        ("sparse2d", ["time", "vertical"], (0,)),
        ("dense3d", ["horizontal"], (2,)),
        ("dense3d", ["time", "vertical", "horizontal"], (0, 1, 2)),
    ],
)
def test_listed_axes_are_mirrored_in_training_and_prediction(
    arm: str,
    listed: list[str],
    axes: tuple[int, ...],
    fresh: Study,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    trainer = trainer_of(fresh, arm, monkeypatch, mirroring=listed)
    assert steps_of(trainer)["MirrorTransform"].allowed_axes == axes
    assert trainer.inference_allowed_mirroring_axes == axes


@pytest.mark.parametrize("arm", ["sparse2d", "dense3d"])
def test_paper_mode_augments_as_plain_nnunet_does(
    arm: str, fresh: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    axes = ["time", "vertical", "horizontal"]
    ours = trainer_of(fresh, arm, monkeypatch, rotation_degrees=None, mirroring=axes)
    ours.initialize()
    plans, dataset = ours.plans_manager.plans, ours.dataset_json
    plain = nnUNetTrainer(
        plans | {"continue_training": False}, NETWORK[arm], 0, dataset, torch.device("cpu")
    )
    plain.initialize()
    choice = "configure_rotation_dummyDA_mirroring_and_inital_patch_size"
    for own, theirs in zip(getattr(ours, choice)(), getattr(plain, choice)(), strict=True):
        np.testing.assert_array_equal(own, theirs)
    assert ours.inference_allowed_mirroring_axes == plain.inference_allowed_mirroring_axes


def test_a_checkpoint_does_not_list_the_cases(trained: Study) -> None:
    content = read_checkpoint(trained.fold("dense3d", 1) / "checkpoint_final.pth")
    described = content["init_args"]["dataset_json"]
    assert "labels" in described
    assert "dataset" not in described


def test_curves_have_one_row_an_epoch(trained: Study) -> None:
    curves = read_tsv(trained.fold("sparse2d", 0) / "curves.tsv")
    assert list(curves["epoch"]) == [1, 2]
    # nnU-Net's polynomial decay: 0.01 * (1 - 1/2)^0.9.
    assert list(curves["learning_rate"]) == pytest.approx([0.01, 0.01 * 0.5**0.9], rel=1e-5)
    assert np.isfinite(curves[["train_loss", "validation_loss"]]).all(axis=None)


def test_every_validation_case_is_in_the_summary(trained: Study) -> None:
    summary = json.loads((trained.fold("dense3d", 1) / "summary.json").read_text())
    cases = sorted(Path(case["prediction_file"]).name for case in summary["metric_per_case"])
    assert cases == [
        f"{patient}_{view}.nii.gz"
        for patient in ("patient0003", "patient0004")
        for view in ("2CH", "4CH")
    ]


def test_killed_training_goes_on_to_the_same_weights(
    fresh: Study, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    fresh.train("sparse2d", 0, epochs=3)
    undisturbed = weights(fresh)
    shutil.rmtree(fresh.fold("sparse2d", 0))
    with monkeypatch.context() as patch, pytest.raises(Killed):
        kill_after(2, patch)
        fresh.train("sparse2d", 0, epochs=3)
    assert not (fresh.fold("sparse2d", 0) / "summary.json").exists()
    # What else draws random numbers in this process must not matter.
    random.seed(99)
    torch.manual_seed(99)
    with caplog.at_level(logging.INFO):
        fresh.train("sparse2d", 0, epochs=3)
    assert "going on after epoch 2" in caplog.text
    assert_same(weights(fresh), undisturbed)
    assert list(read_tsv(fresh.fold("sparse2d", 0) / "curves.tsv")["epoch"]) == [1, 2, 3]


def test_failed_validation_leaves_no_summary_and_is_all_that_is_repeated(
    fresh: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    fresh.train("sparse2d", 0)
    before = weights(fresh)
    summary = fresh.fold("sparse2d", 0) / "summary.json"

    def fail(self: EchoTrainer) -> None:
        raise OSError("No space left on device")

    with monkeypatch.context() as patch, pytest.raises(OSError, match="No space"):
        patch.setattr(EchoTrainer, "perform_actual_validation", fail)
        fresh.train("sparse2d", 0)
    assert not summary.exists()

    def train_again(self: EchoTrainer) -> None:
        raise AssertionError("the finished training must not run again")

    with monkeypatch.context() as patch:
        patch.setattr(EchoTrainer, "run_training", train_again)
        fresh.train("sparse2d", 0)
    assert summary.exists()
    assert_same(weights(fresh), before)


@pytest.mark.parametrize("changed", [{"epochs": 1}, {"initial_lr": 0.02}, {"seed": 2}])
def test_training_with_other_settings_starts_over(
    fresh: Study, changed: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    fresh.train("sparse2d", 0)
    before = weights(fresh)
    with caplog.at_level(logging.INFO):
        fresh.train("sparse2d", 0, **changed)
    assert "of other data, plans, settings or code: starting over" in caplog.text
    assert not all(torch.equal(before[name], value) for name, value in weights(fresh).items())


@pytest.mark.parametrize("changed", ["prepared", "code"])
def test_a_checkpoint_of_other_data_plans_or_code_is_not_gone_on_from(
    fresh: Study, changed: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with monkeypatch.context() as patch, pytest.raises(Killed):
        kill_after(1, patch)
        fresh.train("sparse2d", 0)
    folder = fresh.fold("sparse2d", 0)
    assert (folder / "checkpoint_latest.pth").exists()
    note = folder / "identity.json"
    note.write_text(json.dumps(json.loads(note.read_text()) | {changed: "of last year"}))
    with caplog.at_level(logging.INFO):
        fresh.train("sparse2d", 0)
    assert "of other data, plans, settings or code: starting over" in caplog.text
    assert "going on" not in caplog.text


def test_an_arm_that_starts_from_another_goes_on_from_its_weights(
    fresh: Study, caplog: pytest.LogCaptureFixture
) -> None:
    fresh.train("sparse2d", 0)
    start = fresh.fold("sparse2d", 0)
    # Steps that change nothing.
    still = {"epochs": 1, "initial_lr": 1e-9}
    fresh.train("sparse2d", 1, start=start, **still)
    for name, value in weights(fresh).items():
        torch.testing.assert_close(weights(fresh, fold=1)[name], value, rtol=0, atol=1e-6)
    with caplog.at_level(logging.INFO):
        fresh.train("sparse2d", 1, **still)
    assert "starting over" in caplog.text
    fresh_weights = weights(fresh, fold=1)
    assert not all(torch.equal(fresh_weights[name], one) for name, one in weights(fresh).items())


def test_weights_of_another_network_are_no_start(fresh: Study) -> None:
    fresh.train("dense3d", 0)
    with pytest.raises(InputError) as caught:
        fresh.train("sparse2d", 0, start=fresh.fold("dense3d", 0))
    assert str(caught.value).startswith(
        "config: segmentation.plans.2d: Dataset570_CAMUS2DSparse cannot start from "
    )


def test_more_frequent_checkpoints_do_not_start_over(fresh: Study) -> None:
    fresh.train("sparse2d", 0)
    path = fresh.fold("sparse2d", 0) / "checkpoint_final.pth"
    written = path.stat().st_mtime_ns
    fresh.train("sparse2d", 0, save_every=5)
    assert path.stat().st_mtime_ns == written


def test_half_written_checkpoint_is_never_read(fresh: Study) -> None:
    fresh.train("sparse2d", 0)
    folder = fresh.fold("sparse2d", 0)
    (folder / ".123.checkpoint_latest.pth").write_bytes(b"half")
    fresh.train("sparse2d", 0)
    assert not list(folder.glob(".*.pth"))


def test_damaged_checkpoint_says_what_to_do(fresh: Study) -> None:
    fresh.train("sparse2d", 0)
    path = fresh.fold("sparse2d", 0) / "checkpoint_final.pth"
    path.write_bytes(path.read_bytes()[:1000])
    with pytest.raises(InputError, match=r"checkpoint_final\.pth: .*delete the fold's folder"):
        fresh.train("sparse2d", 0)


def test_checkpoint_that_would_run_code_is_refused(tmp_path: Path) -> None:
    class Harmful:
        def __reduce__(self) -> tuple[Any, ...]:
            return (Path.touch, (tmp_path / "ran",))

    torch.save({"network_weights": Harmful()}, tmp_path / "evil.pth")
    with pytest.raises(InputError, match="holds more than weights and settings"):
        read_checkpoint(tmp_path / "evil.pth")
    assert not (tmp_path / "ran").exists()


def test_nnunet_itself_runs_nothing_either(trained: Study, tmp_path: Path) -> None:
    class Harmful:
        def __reduce__(self) -> tuple[Any, ...]:
            return (Path.touch, (tmp_path / "ran",))

    sound = trained.fold("sparse2d", 1) / "checkpoint_final.pth"
    evil = tmp_path / "evil.pth"
    torch.save(read_checkpoint(sound) | {"trainer_name": Harmful()}, evil)
    trainer = make_trainer(EchoTrainer, ARMS["sparse2d"], "2d", 1, trained.root)
    trainer.configure(TrainingSettings(**TRAINING), 1, None, tmp_path / "curves.tsv", False)
    trainer.load_checkpoint(str(sound))
    with pytest.raises(pickle.UnpicklingError, match="Weights only load failed"):
        trainer.load_checkpoint(str(evil))
    assert not (tmp_path / "ran").exists()


def test_fold_past_the_splits_is_an_error(planned: Study) -> None:
    with pytest.raises(InputError, match="fold 2: there are 2 folds"):
        planned.train("sparse2d", 2)


@pytest.mark.parametrize("rate", [1e3, 1e30])
def test_a_training_that_diverges_stops_with_one_line(fresh: Study, rate: float) -> None:
    with pytest.raises(InputError) as caught:
        fresh.train("sparse2d", 0, initial_lr=rate)
    (line,) = str(caught.value).splitlines()
    assert line.startswith(
        "config: segmentation.training.initial_lr: the training of Dataset570_CAMUS2DSparse fold 0 "
        "diverges: a loss of "
    )
    assert line.endswith(f"; lower it from {rate:g}")
    assert not list(fresh.fold("sparse2d", 0).glob("*.pth"))
