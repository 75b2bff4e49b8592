"""Whole clips in, whole clips out: what windows over time give."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from echoweave.io.cache import EchoSequence, write_patient
from echoweave.io.images import read_array
from echoweave.segmentation.arms import ARMS
from echoweave.segmentation.ensemble import Ensemble
from echoweave.segmentation.nnunet import quiet
from echoweave.segmentation.predict import predict

from .study import Study, clip_of, echo_of

# Labels of a clip may differ in so large a share of the pixels if windows overlap more.
TOLERANCE = 0.01


@pytest.fixture(scope="module")
def studied(weak: Study) -> Study:
    """weak3d trained long enough to segment the discs."""
    for fold in (0, 1):
        weak.train("weak3d", fold, epochs=4, iterations_per_epoch=20, initial_lr=0.1, momentum=0.9)
    weak.select("weak3d")
    return weak


@pytest.fixture
def ensemble(studied: Study) -> Ensemble:
    with quiet():
        return Ensemble(ARMS["weak3d"], [0, 1], studied.root)


@pytest.fixture
def clip() -> EchoSequence:
    """Twelve frames, three windows of four and what overlaps them."""
    return replace(clip_of(echo_of("patient0007", "4CH")), labels=None)


def dice(ours: NDArray[np.uint8], truth: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Return the Dice of the cavity in each frame."""
    ours, truth = ours == 1, truth == 1
    both = (ours & truth).sum(axis=(1, 2))
    return np.asarray(2 * both / (ours.sum(axis=(1, 2)) + truth.sum(axis=(1, 2))))


def test_what_learnt_from_two_frames_segments_every_frame(
    ensemble: Ensemble, clip: EchoSequence
) -> None:
    """Also ES, of which nnU-Net's own loader leaves nothing (Dice 0)."""
    assert clip.dense_labels is not None
    found = dice(ensemble(clip), clip.dense_labels)
    assert found[[clip.ed, clip.es]].min() > 0.8
    assert found.min() > 0.7


def test_labels_hardly_depend_on_the_stride_of_the_windows(
    ensemble: Ensemble, clip: EchoSequence
) -> None:
    usual = ensemble(clip)
    for step in (0.25, 0.75):
        ensemble.members[0].tile_step_size = step
        assert (ensemble(clip) != usual).mean() < TOLERANCE


def test_a_clip_has_the_same_labels_whatever_else_is_predicted(
    ensemble: Ensemble, clip: EchoSequence
) -> None:
    alone = ensemble(clip)
    ensemble(replace(clip, frames=255 - clip.frames))
    np.testing.assert_array_equal(ensemble(clip), alone)


def test_a_clip_shorter_than_a_window_goes_on_as_in_training(
    ensemble: Ensemble, clip: EchoSequence
) -> None:
    """nnU-Net fills windows with grey, which no network has seen."""
    assert clip.dense_labels is not None
    for first in range(6):
        part = slice(first, first + 2)
        short = replace(clip, frames=clip.frames[part], ed=0, es=1)
        assert dice(ensemble(short), clip.dense_labels[part]).min() > 0.7


def test_probabilities_of_windows_are_averaged_with_weights_that_fall_to_their_ends(
    ensemble: Ensemble, clip: EchoSequence, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A window that is sure outvotes no other: the mean of 1 and .2 is .6, of their logits 1."""
    import torch

    member = ensemble.members[0]
    sure = iter([40.0, -1.386, *[0.0] * 20])

    def logits(window: torch.Tensor) -> torch.Tensor:
        found = torch.zeros(1, 4, *window.shape[2:])
        found[:, 1] = next(sure)
        found[:, 2:] = -40
        return found

    monkeypatch.setattr(member, "network", _Network(logits))
    frames = torch.zeros(1, 6, 32, 32)
    with torch.inference_mode():
        mean = member.predict_sliding_window_return_logits(frames).exp()[1, :, 16, 16]
    # Windows of four frames start at 0 and 2, with their middle at frames 2 and 4. Frame 3 is one
    # away from both; two away the weight is exp(-8) of that in the middle.
    expected = [1, 1, 1, 0.6, 0.2, 0.2]
    assert mean.float().tolist() == pytest.approx(expected, abs=0.005)


class _Network:
    """Stands where the predictor calls its network; a function is no module."""

    def __init__(self, logits: Callable[..., object]) -> None:
        self.logits = logits

    def __call__(self, window: object) -> object:
        return self.logits(window)

    def to(self, device: object) -> "_Network":
        return self

    def eval(self) -> None:
        return None


def test_whole_clips_are_predicted_and_the_frames_from_ed_to_es_cut_out(
    studied: Study, tmp_path: Path
) -> None:
    echo = echo_of("patient0007", "4CH")
    whole = clip_of(echo)
    write_patient(tmp_path / "patient0007.h5", [echo], [whole])
    clips = tmp_path / "clips"
    cache = tmp_path / "patient0007.h5"
    predict(ARMS["weak3d"], [cache], tmp_path / "out", clips, True, studied.root, 1)
    labels = read_array(clips / "patient0007_4CH.nii.gz")
    assert labels.shape == whole.frames.shape
    between = read_array(tmp_path / "out/patient0007_4CH.nii.gz")
    np.testing.assert_array_equal(between, labels[2:8])


def test_of_a_clip_with_es_first_they_are_turned(studied: Study, tmp_path: Path) -> None:
    echo = replace(echo_of("patient0007", "4CH"), phase="diastole", reversed=True)
    forward = clip_of(echo)
    whole = replace(forward, frames=forward.frames[::-1], ed=9, es=4, dense_labels=None)
    write_patient(tmp_path / "patient0007.h5", [echo], [whole])
    cache = tmp_path / "patient0007.h5"
    predict(ARMS["weak3d"], [cache], tmp_path / "out", tmp_path / "clips", True, studied.root, 1)
    labels = read_array(tmp_path / "clips/patient0007_4CH.nii.gz")
    between = read_array(tmp_path / "out/patient0007_4CH.nii.gz")
    np.testing.assert_array_equal(between, labels[4:10][::-1])
