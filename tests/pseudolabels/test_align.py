from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter
from tests.motion import MOTION

from echoweave.figures.warped_average import compare
from echoweave.geometry.resize import resize_frames
from echoweave.io.cache import EchoSequence, write_patient
from echoweave.io.images import read_array
from echoweave.io.tables import read_tsv
from echoweave.phantom.artefacts import PLAIN
from echoweave.phantom.clip import record
from echoweave.phantom.patient import draw_patient
from echoweave.pseudolabels.align import (
    jacobian_rows,
    successive_fields,
    warp_to_ed,
    write_aligned,
)
from echoweave.pseudolabels.estimators.registry import make_estimator
from echoweave.pseudolabels.files import aligned_path

SIZE = 64
NAME = "patient0001_4CH"


class Drift:
    """Everything moves by one pixel to the right from each frame to the next."""

    def fields(self, frames, pairs):
        steps = [moving - fixed for fixed, moving in pairs]
        result = np.zeros((len(pairs), 2, *frames.shape[1:]), np.float32)
        result[:, 1] = np.reshape(steps, (-1, 1, 1))
        return result


def drifting(n_frames=5, ed=0, es=None):
    """A bright column at x = 10 in frame 0, at x = 11 in frame 1, ..."""
    frames = np.full((n_frames, SIZE, SIZE), 40, np.uint8)
    for frame in range(n_frames):
        frames[frame, :, 10 + frame] = 200
    return EchoSequence(
        patient="patient0001",
        view="4CH",
        frames=frames,
        ed=ed,
        es=n_frames - 1 if es is None else es,
        spacing=(0.5, 0.5),
        native_shape=(SIZE, SIZE),
        native_spacing=(0.5, 0.5),
    )


def test_fields_that_lead_to_either_reference_come_in_the_order_of_time():
    clip = drifting(6, ed=1, es=4)
    found = successive_fields(clip, Drift())
    pairs, fields = found["forward"]
    assert pairs == [(2, 1), (3, 2), (4, 3)]
    assert (fields[:, 1] == -1).all()
    pairs, fields = found["backward"]
    assert pairs == [(1, 2), (2, 3), (3, 4)]
    assert (fields[:, 1] == 1).all()


def test_every_frame_comes_to_lie_on_ed():
    clip = drifting(6, ed=1, es=4)
    _, fields = successive_fields(clip, Drift())["backward"]
    aligned = warp_to_ed(clip, fields)
    assert aligned.shape == (4, SIZE, SIZE)
    assert (aligned == clip.frames[1]).all()


def test_determinants_by_hand():
    x = np.arange(SIZE, dtype=np.float32)
    stretch = np.zeros((2, SIZE, SIZE), np.float32)
    # Twice as wide over the whole image, and mirrored.
    stretch[1] = x
    mirror = np.zeros((2, SIZE, SIZE), np.float32)
    mirror[1] = -2 * x
    sector = np.ones((SIZE, SIZE), bool)
    rows = jacobian_rows(NAME, "forward", [(1, 0), (2, 1)], np.stack([stretch, mirror]), sector)
    assert rows["det_median"].tolist() == pytest.approx([2.0, -1.0])
    assert rows["folded"].tolist() == [0.0, 1.0]
    assert rows[["fixed", "moving"]].to_numpy().tolist() == [[1, 0], [2, 1]]


def test_only_the_sector_counts():
    mirror = np.zeros((1, 2, SIZE, SIZE), np.float32)
    # Folds in the left half, and half as steep on the seam between columns 15 and 16.
    mirror[0, 1, :, :16] = -2 * np.arange(16)
    mirror[0, 1, :, 16:] = -30
    sector = np.zeros((SIZE, SIZE), bool)
    sector[:, 8:24] = True
    (row,) = jacobian_rows(NAME, "forward", [(1, 0)], mirror, sector).to_dict("records")
    # Columns 8 to 14 fold, column 15 has det J = 1 - (30 - 28) / 2 = 0, the others have 1.
    assert row["folded"] == 8 / 16
    assert (row["det_min"], row["det_max"]) == (-1.0, 1.0)


@pytest.mark.parametrize("n_frames", [2, 5])
def test_what_is_written(tmp_path: Path, n_frames: int):
    clip = drifting(n_frames)
    write_patient(tmp_path / "patient0001.h5", [clip])
    table = tmp_path / "jacobian.tsv"
    settings = MOTION
    caches = [tmp_path / "patient0001.h5"]
    write_aligned("still", [NAME], caches, tmp_path, table, None, settings, threads=1)
    assert (read_array(aligned_path(tmp_path, NAME)) == clip.frames).all()
    rows = read_tsv(table)
    assert len(rows) == 2 * (n_frames - 1)
    assert rows["det_min"].eq(1).all()
    assert rows["folded"].eq(0).all()


@pytest.mark.parametrize("name", ["farneback", "dis"])
def test_optical_flow_brings_the_frames_closer_to_ed(tmp_path: Path, name: str):
    # Speckle that moves as the column does: flow finds no motion without texture.
    noise = gaussian_filter(np.random.default_rng(1).normal(size=(SIZE, SIZE)), 1, mode="wrap")
    speckle = (128 + 40 * noise / noise.std()).clip(0, 255).astype(np.uint8)
    frames = np.stack([np.roll(speckle, t, axis=1) for t in range(5)])
    clip = replace(drifting(), frames=frames)
    write_patient(tmp_path / "patient0001.h5", [clip])
    caches, settings = [tmp_path / "patient0001.h5"], MOTION
    write_aligned(
        name, [NAME], caches, tmp_path, tmp_path / "jacobian.tsv", None, settings, threads=1
    )
    aligned = read_array(aligned_path(tmp_path, NAME)).astype(float)
    after, before = (
        np.abs(frames - clip.frames[0].astype(float)).mean() for frames in (aligned, clip.frames)
    )
    assert after < before / 2


def test_no_sequence_gives_a_table_without_rows(tmp_path: Path):
    table = tmp_path / "jacobian.tsv"
    write_aligned("still", [], [], tmp_path, table, None, MOTION, threads=1)
    assert read_tsv(table).empty


@pytest.mark.parametrize(("number", "quality"), [(4, "Good"), (1, "Medium"), (3, "Poor")])
def test_warping_brings_plain_frames_closer_to_ed(number: int, quality: str):
    patient = draw_patient(7, number, (160, 128), (9, 9))
    view = patient.views[1]
    assert view.quality == quality
    frames = resize_frames(record(view, patient.sector, 0, PLAIN).frames, (128, 128))
    clip = replace(drifting(9), frames=frames)
    motion = make_estimator("joint", None, MOTION | {"rim_share": 0.045})
    found = compare(clip, warp_to_ed(clip, successive_fields(clip, motion)["backward"][1]))
    # Most of what sets poor frames apart is noise, which no warping takes away.
    assert found.after < found.before * (1 if quality == "Poor" else 0.75)
