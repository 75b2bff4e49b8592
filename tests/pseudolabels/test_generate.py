from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_array_equal
from tests.motion import MOTION

from echoweave.errors import InputError
from echoweave.io.cache import EchoSequence, write_patient
from echoweave.io.images import read_image
from echoweave.labels import PARTS
from echoweave.pseudolabels.estimators.registry import UNTRAINED, Entry, make_estimator
from echoweave.pseudolabels.estimators.still import Still
from echoweave.pseudolabels.files import DIRECTIONS, label_path
from echoweave.pseudolabels.generate import generate, pseudo_labels
from echoweave.pseudolabels.quality import LOST_DICE, dice
from echoweave.pseudolabels.settings import PseudolabelSettings

SIZE, SPACING = 64, (0.6, 0.4)
MODES = ("composed", "nearest", "direct")
DISTANCE = PseudolabelSettings("composed", "distance", drift_correction=False)


def beating_disc(n_frames=5, ed=0, es=None, patient="patient0001", view="4CH"):
    """A bright ring around a dark disc that shrinks from 16 to 12 pixels; the truth is known."""
    es = n_frames - 1 if es is None else es
    y, x = np.mgrid[:SIZE, :SIZE] - SIZE / 2
    distance = np.hypot(y, x)
    radii = 16 - 4 * np.clip((np.arange(n_frames) - ed) / (es - ed), 0, 1)
    scaled = distance * 16 / radii[:, None, None]
    frames = 40 + 160 * np.exp(-(((scaled - 18) / 4) ** 2)) + 20 * np.cos(np.arctan2(y, x) * 12)
    dense = np.where(scaled <= 16, 1, np.where(scaled <= 22, 2, 0)).astype(np.uint8)
    return EchoSequence(
        patient=patient,
        view=view,
        frames=frames.clip(0, 255).astype(np.uint8),
        ed=ed,
        es=es,
        spacing=SPACING,
        native_shape=(SIZE, SIZE),
        native_spacing=SPACING,
        labels=dense[[ed, es]],
        dense_labels=dense,
        dense_label_values=(0, 1, 2),
    )


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("name", ["still", "farneback", "dis", "joint"])
def test_both_references_come_out_exactly(name, mode):
    sequence = beating_disc()
    result = pseudo_labels(
        sequence, make_estimator(name, None, MOTION), replace(DISTANCE, propagation=mode)
    )
    assert_array_equal(result.forward[0], sequence.labels[0])
    assert_array_equal(result.backward[-1], sequence.labels[1])
    assert_array_equal(result.fused[[0, -1]], sequence.labels)


def test_fused_labels_follow_the_motion():
    sequence = beating_disc(7)
    moving = pseudo_labels(sequence, make_estimator("farneback", None, MOTION), DISTANCE)
    still = pseudo_labels(
        sequence, make_estimator("still", None, MOTION), replace(DISTANCE, fusion="nearest")
    )

    def inner(labels, value):
        frames = range(1, 6)
        return np.mean(
            [dice(labels[t] == value, sequence.dense_labels[t] == value) for t in frames]
        )

    assert inner(moving.fused, 1) > 0.97 > inner(still.fused, 1)
    assert inner(moving.fused, 2) > 0.9 > inner(still.fused, 2) + 0.1


def test_references_inside_the_sequence():
    sequence = beating_disc(7, ed=1, es=5)
    result = pseudo_labels(sequence, make_estimator("farneback", None, MOTION), DISTANCE)
    assert_array_equal(result.fused[[1, 5]], sequence.labels)
    assert len(result.fused) == len(result.quality) == 7


def test_a_sequence_of_two_frames_is_its_references_and_scores_its_closure():
    sequence = beating_disc(2)
    result = pseudo_labels(sequence, make_estimator("dis", None, MOTION), DISTANCE)
    assert_array_equal(result.fused, sequence.labels)
    closure = result.quality[[f"agreement_dice_{name}" for name in PARTS]].mean(axis=1)
    assert (closure < 1).all()
    assert result.quality["score"].to_numpy() == pytest.approx(1 - LOST_DICE * (1 - closure))


def test_an_empty_mask_at_ed_is_refused():
    sequence = beating_disc()
    empty = replace(
        sequence, labels=np.stack([np.zeros_like(sequence.labels[0]), sequence.labels[1]])
    )
    with pytest.raises(
        InputError, match=r"patient0001_4CH: labels: the ED or the ES mask .* empty"
    ):
        pseudo_labels(empty, make_estimator("still", None, MOTION), DISTANCE)


def run(tmp_path, sequences, name="farneback", drift=False):
    caches = []
    for patient in sorted({sequence.patient for sequence in sequences}):
        caches.append(tmp_path / f"cache/{patient}.h5")
        write_patient(caches[-1], [each for each in sequences if each.patient == patient])
    quality = tmp_path / "quality/0.tsv"
    settings = {"propagation": "composed", "fusion": "distance", "drift_correction": drift}
    settings |= MOTION
    generate(name, caches, tmp_path / name, quality, None, settings, threads=1)
    return pd.read_csv(quality, sep="\t")


def test_a_bucket_gives_three_files_a_sequence_and_one_table(tmp_path):
    sequences = [
        beating_disc(5),
        beating_disc(4, view="2CH"),
        beating_disc(3, patient="patient0002"),
    ]
    table = run(tmp_path, sequences)
    for sequence in sequences:
        for direction in DIRECTIONS:
            image = read_image(label_path(tmp_path / "farneback", direction, sequence.name))
            assert image.array.shape == sequence.frames.shape
            assert image.array.dtype == np.uint8
            assert image.spacing_mm == pytest.approx(SPACING)
    fused = read_image(tmp_path / "farneback/fused/patient0001_4CH.nii.gz").array
    assert_array_equal(fused[[0, -1]], sequences[0].labels)
    counts = table.groupby("sequence")["frame"].count().to_dict()
    assert counts == {"patient0001_2CH": 4, "patient0001_4CH": 5, "patient0002_4CH": 3}


def test_still_copies_the_nearer_reference(tmp_path):
    sequence = beating_disc(6)
    run(tmp_path, [sequence], "still")
    fused = read_image(label_path(tmp_path / "still", "fused", sequence.name)).array
    assert_array_equal(fused, sequence.labels[[0, 0, 0, 1, 1, 1]])
    forward = read_image(label_path(tmp_path / "still", "forward", sequence.name)).array
    assert_array_equal(forward, sequence.labels[[0] * 6])


class Sliding:
    """An estimator that sees everything move by one pixel to the left from frame to frame."""

    def fields(self, frames, pairs):
        fields = np.zeros((len(pairs), 2, *frames.shape[1:]), np.float32)
        fields[:, 1] = 1
        return fields


def test_drift_correction_changes_the_fused_labels_alone():
    sequence = beating_disc()
    plain = pseudo_labels(sequence, Sliding(), DISTANCE)
    corrected = pseudo_labels(sequence, Sliding(), replace(DISTANCE, drift_correction=True))
    pd.testing.assert_frame_equal(corrected.quality, plain.quality)
    assert_array_equal(corrected.forward, plain.forward)
    assert_array_equal(corrected.backward, plain.backward)
    assert_array_equal(corrected.fused[[0, -1]], sequence.labels)
    right = [(found.fused == sequence.dense_labels).mean() for found in (plain, corrected)]
    assert right[1] > right[0]


def test_still_stays_a_copy_with_drift_correction(tmp_path):
    sequence = beating_disc(6)
    run(tmp_path, [sequence], "still", drift=True)
    fused = read_image(label_path(tmp_path / "still", "fused", sequence.name)).array
    assert_array_equal(fused, sequence.labels[[0, 0, 0, 1, 1, 1]])


def test_sequences_without_masks_are_left_out(tmp_path):
    unlabelled = replace(beating_disc(), labels=None, dense_labels=None)
    table = run(tmp_path, [unlabelled])
    assert table.empty
    assert not (tmp_path / "farneback").exists()


class Broken(Still):
    """Finds no motion at all."""

    def fields(self, frames, pairs):
        return super().fields(frames, pairs) + np.float32("nan")


def test_motion_that_is_not_finite_stops_the_job_with_one_line(tmp_path, monkeypatch):
    monkeypatch.setitem(UNTRAINED, "broken", Entry(lambda _: Broken()))
    with pytest.raises(InputError, match=r"^patient0001_4CH: broken: no motion can be found: .*$"):
        run(tmp_path, [beating_disc()], "broken")
    assert not (tmp_path / "quality/0.tsv").exists()


@pytest.mark.parametrize("mode", MODES)
def test_no_way_to_carry_takes_motion_that_is_not_finite(mode):
    with pytest.raises(FloatingPointError, match="a displacement is not finite"):
        pseudo_labels(beating_disc(), Broken(), replace(DISTANCE, propagation=mode))
