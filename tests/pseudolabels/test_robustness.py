"""The default carries labels far better than standing still, whatever the recording is like."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
import yaml
from numpy.typing import NDArray

from echoweave.geometry.resize import resize_frames, resize_labels, resized_spacing
from echoweave.io.cache import EchoSequence
from echoweave.labels import structure_mask
from echoweave.phantom.artefacts import PLAIN
from echoweave.phantom.clip import record
from echoweave.phantom.patient import draw_patient
from echoweave.pseudolabels.estimators.base import Estimator
from echoweave.pseudolabels.estimators.registry import UNTRAINED, make_estimator
from echoweave.pseudolabels.generate import pseudo_labels
from echoweave.pseudolabels.quality import dice
from echoweave.pseudolabels.settings import PseudolabelSettings

CONFIG = yaml.safe_load((Path(__file__).parents[2] / "config/config.yaml").read_text())
MOTION = {
    "joint": CONFIG["pseudolabels"]["joint"],
    "rim_share": CONFIG["registration"]["rim_share"],
}


@pytest.fixture(scope="module")
def recording() -> EchoSequence:
    """A phantom's systole in nine frames of 128x128 pixels."""
    patient = draw_patient(7, 3, (160, 128), (9, 9))
    clip = record(patient.views[1], patient.sector, beats=0, artefacts=PLAIN)
    native = EchoSequence(
        patient=patient.name,
        view="4CH",
        frames=clip.frames,
        ed=0,
        es=len(clip.frames) - 1,
        spacing=clip.spacing_mm,
        native_shape=(160, 128),
        native_spacing=clip.spacing_mm,
        labels=clip.labels[[0, -1]],
        dense_labels=clip.labels,
        dense_label_values=(0, 1, 2, 3),
    )
    return at_size(128)(native)


@pytest.fixture(scope="module")
def joint() -> Estimator:
    """The default as it runs."""
    torch.set_num_threads(1)
    return make_estimator("joint", None, MOTION)


def with_gamma(gamma: float) -> Callable[[EchoSequence], EchoSequence]:
    return lambda sequence: replace(
        sequence, frames=np.rint(255 * (sequence.frames / 255) ** gamma).astype(np.uint8)
    )


def at_size(side: int) -> Callable[[EchoSequence], EchoSequence]:
    def resize(sequence: EchoSequence) -> EchoSequence:
        assert sequence.labels is not None
        assert sequence.dense_labels is not None
        native = sequence.native_shape, sequence.native_spacing
        return replace(
            sequence,
            frames=resize_frames(sequence.frames, (side, side)),
            labels=resize_labels(sequence.labels, (side, side)),
            dense_labels=resize_labels(sequence.dense_labels, (side, side)),
            spacing=resized_spacing(*native, (side, side)),
        )

    return resize


def every_second(sequence: EchoSequence) -> EchoSequence:
    assert sequence.dense_labels is not None
    dense = sequence.dense_labels[::2]
    return replace(sequence, frames=sequence.frames[::2], dense_labels=dense, es=len(dense) - 1)


def mean_dice(
    sequence: EchoSequence, estimator: Estimator, settings: PseudolabelSettings
) -> NDArray[np.float64]:
    """Return the Dice of cavity, myocardium and atrium over the frames between ED and ES."""
    fused = pseudo_labels(sequence, estimator, settings).fused
    truth = sequence.dense_labels
    assert truth is not None
    rows = [
        [
            dice(structure_mask(fused[frame], name), structure_mask(truth[frame], name))
            for name in ("cavity", "myocardium", "atrium")
        ]
        for frame in range(1, len(truth) - 1)
    ]
    return np.mean(rows, axis=0)


@pytest.mark.parametrize(
    "change",
    [with_gamma(0.5), with_gamma(2), at_size(112), at_size(512), every_second],
    ids=["dark", "bright", "112 pixels", "512 pixels", "every second frame"],
)
def test_every_structure_gains_and_most_of_the_error_is_gone(
    recording: EchoSequence, joint: Estimator, change: Callable[[EchoSequence], EchoSequence]
) -> None:
    sequence = change(recording)
    settings = PseudolabelSettings("composed", "distance", drift_correction=True)
    moving = mean_dice(sequence, joint, settings)
    still = mean_dice(
        sequence, make_estimator("still", None, MOTION), UNTRAINED["still"].adapt(settings)
    )
    assert (moving > still + 0.01).all()
    assert 1 - moving.mean() < 0.5 * (1 - still.mean())
