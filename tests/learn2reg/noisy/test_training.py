"""nnU-Net learns from each case what that one knows."""

import math
from typing import Any

import numpy as np
import pytest
import torch

from echoweave.io.tables import read_tsv
from echoweave.learn2reg.noisy.arm import NOISY_ARM, NOISY_CONFIGURATION
from echoweave.segmentation.checkpoint import read_checkpoint
from echoweave.segmentation.files import curves_file, fold_folder, validation_summary
from echoweave.segmentation.nnunet import set_environment
from echoweave.segmentation.partial_loss import partial_loss
from echoweave.segmentation.settings import TrainingSettings
from echoweave.segmentation.train import make_trainer
from echoweave.segmentation.volume_trainer import VolumeTrainer, repeat_by_labels

from .conftest import TRAINING, Abdomens

LIVER = 6
# A case that knows all organs, and one that knows the liver alone.
KNOWING = ("l2r-0001", "liver-0011")


@pytest.fixture(scope="module")
def trainer(planned: Abdomens) -> VolumeTrainer:
    """As it is before it trains."""
    set_environment(planned.root, threads=1, augmentation_workers=0)
    made = make_trainer(VolumeTrainer, NOISY_ARM, NOISY_CONFIGURATION, 0, planned.root)
    made.configure(TrainingSettings(**TRAINING), 1, None, planned.root / "curves.tsv", False)
    made.initialize()
    return made


def test_volumes_are_turned_about_every_axis_and_never_mirrored(trainer: VolumeTrainer) -> None:
    turn, in_plane, patch, mirrored = (
        trainer.configure_rotation_dummyDA_mirroring_and_inital_patch_size()
    )
    assert turn == pytest.approx((-math.pi / 18, math.pi / 18))
    assert not in_plane
    assert mirrored is None
    # A cube of 16 reaches 16 (cos 10 + sin 10 degrees) = 18.5 when turned; 18.5 / 0.85 = 21.8.
    assert patch == [21, 21, 21]


def test_batches_are_of_nnunets_own_loader(trainer: VolumeTrainer) -> None:
    training, validation = trainer.get_dataloaders()
    steps = [type(step).__name__ for step in training.data_loader.transforms.transforms]
    assert "Convert3DTo2DTransform" not in steps
    assert "MirrorTransform" not in steps
    batch = next(training)
    assert batch["data"].shape == (2, 1, 16, 16, 16)
    assert set(batch["keys"]) <= {"l2r-0001", "l2r-0002", "liver-0011"}
    assert set(next(validation)["keys"]) == {"l2r-0003"}


def test_kinds_of_cases_are_drawn_in_proportion_to_what_they_know() -> None:
    known = {"a": [1, 2, 3], "b": [6], "c": [6], "d": [2, 3]}
    # One of three labels a case, one of two, and half a one in each of the others.
    assert repeat_by_labels(["a", "b", "c", "d"], known) == [*"aaaaaa", "b", "c", *"dddd"]
    assert repeat_by_labels(["a"], known) == ["a"]


def batch(*cases: str) -> dict[str, Any]:
    """Return patches that show nothing but noise and are labelled 0, one a case."""
    generator = torch.Generator().manual_seed(1)
    image = torch.randn((1, 1, 16, 16, 16), generator=generator).expand(len(cases), 1, 16, 16, 16)
    targets = [torch.zeros(len(cases), 1, side, side, side) for side in (16, 8)]
    return {"data": image, "target": targets, "keys": np.array(cases)}


def test_the_loss_of_a_case_is_that_of_the_labels_it_knows(trainer: VolumeTrainer) -> None:
    trainer.network.eval()
    for case, organs in (("l2r-0001", range(1, 14)), ("liver-0011", [LIVER])):
        one = batch(case)
        with torch.no_grad():
            # Of two scales, nnU-Net passes over the coarsest.
            logits = trainer.network(one["data"])[0]
        known = torch.tensor([[label in organs for label in range(14)]])
        expected = partial_loss(logits, one["target"][0], known).item()
        assert trainer.validation_step(one)["loss"] == pytest.approx(expected)


def test_a_step_of_the_training_has_the_loss_of_what_its_batch_knows(
    trainer: VolumeTrainer,
) -> None:
    full, liver = (float(trainer.train_step(batch(case))["loss"]) for case in KNOWING)
    # Background costs much where it excludes 13 organs, little where it excludes one.
    assert full > liver + 1


def test_the_dice_of_the_curves_counts_what_a_case_knows(trainer: VolumeTrainer) -> None:
    full, liver = (trainer.validation_step(batch(case))["fp_hard"] for case in KNOWING)
    # All that is predicted is wrong.
    assert (full > 0).sum() > 1
    expected = np.zeros(13)
    expected[LIVER - 1] = full[LIVER - 1]
    assert liver.tolist() == expected.tolist()
    both = trainer.validation_step(batch(*KNOWING))["fp_hard"]
    assert both.tolist() == (full + expected).tolist()


def test_a_training_leaves_its_checkpoint_curves_and_summary(trained: Abdomens) -> None:
    place = trained.root, NOISY_ARM, NOISY_CONFIGURATION, 0
    content = read_checkpoint(fold_folder(*place) / "checkpoint_final.pth")
    assert content["trainer_name"] == "VolumeTrainer"
    assert content["inference_allowed_mirroring_axes"] is None
    assert validation_summary(*place).exists()
    assert np.isfinite(read_tsv(curves_file(*place))["train_loss"]).all()
