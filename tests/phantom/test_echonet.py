"""The phantom in the form of EchoNet-Dynamic."""

import csv
import hashlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from echoweave.cli import main
from echoweave.datasets.cohort import Cohort, load_cohort
from echoweave.errors import InputError
from echoweave.io.images import read_array
from echoweave.io.video import read_video
from echoweave.phantom.artefacts import PLAIN
from echoweave.phantom.dataset import write_phantom
from echoweave.phantom.settings import PhantomSettings
from tests.conftest import TINY_ECHONET


def rows(path: Path) -> list[dict[str, str]]:
    with path.open() as file:
        return list(csv.DictReader(file))


def load(phantom: Path, results: Path) -> Cohort:
    data = {
        "dataset": "echonet",
        "echonet": {"root": str(phantom / "echonet")},
        "ted": {"root": None, "pairing": None},
        "dense_truth": str(phantom / "truth"),
        "on_bad_input": "stop",
    }
    return load_cohort({"seed": 1, "folds": "published", "data": data}, results)


def test_tables_have_the_columns_of_the_release(phantom_echonet: Path) -> None:
    heads = {
        path.name: path.read_text().splitlines()[:2]
        for path in (phantom_echonet / "echonet").glob("*.csv")
    }
    assert heads["FileList.csv"][0] == (
        "FileName,EF,ESV,EDV,FrameHeight,FrameWidth,FPS,NumberOfFrames,Split"
    )
    assert heads["VolumeTracings.csv"][0] == "FileName,X1,Y1,X2,Y2,Frame"
    # With the suffix in one table and without in the other.
    names = [head[1].partition(",")[0] for head in heads.values()]
    assert sorted(name[18:] for name in names) == ["", ".avi"]
    assert names[0][:18] == names[1][:18]


def test_names_and_splits(phantom_echonet: Path) -> None:
    listed = rows(phantom_echonet / "echonet/FileList.csv")
    digest = hashlib.md5(b"7 1").hexdigest()[:16].upper()
    assert listed[0]["FileName"] == f"0X{digest}"
    # Patients 1 to 5, and 10.
    splits = [row["Split"] for row in listed]
    assert splits == ["TRAIN", "TRAIN", "TRAIN", "VAL", "TRAIN", "TEST"]
    videos = {path.stem for path in (phantom_echonet / "echonet/Videos").iterdir()}
    assert videos == {row["FileName"] for row in listed}


def test_each_traced_frame_has_an_axis_and_twenty_chords_across_it(phantom_echonet: Path) -> None:
    traced = rows(phantom_echonet / "echonet/VolumeTracings.csv")
    assert len(traced) == 6 * 2 * 21
    for at in range(0, len(traced), 21):
        frame = traced[at : at + 21]
        assert len({(row["FileName"], row["Frame"]) for row in frame}) == 1
        ends = np.array([[float(row[key]) for key in ("X1", "Y1", "X2", "Y2")] for row in frame])
        start, end = ends[0, :2], ends[0, 2:]
        axis, chords = end - start, ends[1:, 2:] - ends[1:, :2]
        # From the apex, which is up.
        assert axis[1] > 0
        np.testing.assert_allclose(chords @ axis, 0, atol=1e-5)
        middles = (ends[1:, :2] - start) @ axis / (axis @ axis)
        np.testing.assert_allclose(middles, (np.arange(20) + 0.5) / 20, atol=1e-6)


def test_it_is_sound_and_ef_is_that_of_the_tracings(phantom_echonet: Path, tmp_path: Path) -> None:
    cohort = load(phantom_echonet, tmp_path)
    assert (len(cohort.sequences), len(cohort.folds), cohort.warnings) == (6, 1, ())
    for source in cohort.sequences:
        ed, es = source.files.tracings()  # type: ignore[attr-defined]
        # ED is listed first.
        assert (ed.frame, es.frame) == (source.facts.stored_ed, source.facts.stored_es)
        traced = 100 * (1 - es.volume_px3 / ed.volume_px3)
        assert traced == pytest.approx(source.facts.ef_percent, abs=1.0)
        published = 100 * (1 - source.facts.esv_ml / source.facts.edv_ml)
        assert source.facts.ef_percent == pytest.approx(published)


def test_ed_and_es_lie_anywhere_and_in_either_order(phantom_echonet: Path, tmp_path: Path) -> None:
    sources = load(phantom_echonet, tmp_path).sequences
    assert {source.reversed for source in sources} == {True, False}
    assert len({source.facts.stored_ed for source in sources}) > 2


def test_truth_is_the_cavity_of_every_stored_frame(phantom_echonet: Path, tmp_path: Path) -> None:
    for source in load(phantom_echonet, tmp_path).sequences:
        truth = read_array(phantom_echonet / f"truth/{source.name}.nii.gz")
        assert truth.shape == source.files.read_frames().shape
        assert set(np.unique(truth)) == {0, 1}
        masks = source.files.read_masks()
        assert masks is not None
        facts = source.facts
        for mask, true in zip(masks, truth[[facts.stored_ed, facts.stored_es]], strict=True):
            # What lies beyond the first and the last chord is missing.
            assert 2 * (mask & true).sum() / (mask.sum() + true.sum()) > 0.9
        areas = truth.sum(axis=(1, 2)).astype(int)
        assert areas[facts.stored_ed] == pytest.approx(areas.max(), rel=0.05)
        assert areas[facts.stored_es] == pytest.approx(areas.min(), rel=0.15)


def test_beats_differ(tmp_path: Path) -> None:
    settings = replace(TINY_ECHONET, patients=1, test_patients=0, artefacts=PLAIN)
    settings = replace(settings, size=(112, 112), frames=(60, 60), seed=9)
    write_phantom(tmp_path / "out", settings)
    (path,) = (tmp_path / "out/truth").iterdir()
    areas = read_array(path).sum(axis=(1, 2)).astype(int)
    inner = areas[1:-1]
    # Not the rest before the atrium contracts.
    lows = inner[(inner < areas[:-2]) & (inner <= areas[2:]) & (inner < areas.mean())]
    assert len(lows) > 1
    assert 1 < lows.max() / lows.min() < 1.2


def test_clips_are_grey_pictures_of_the_size_and_length_asked_for(phantom_echonet: Path) -> None:
    for row in rows(phantom_echonet / "echonet/FileList.csv"):
        path = phantom_echonet / f"echonet/Videos/{row['FileName']}.avi"
        frames = read_video(path)
        assert 14 <= len(frames) == int(row["NumberOfFrames"]) <= 20
        assert frames.shape[1:] == (64, 64)
        coloured = cv2.VideoCapture(str(path)).read()[1]
        assert np.ptp(coloured.astype(int), axis=2).max() <= 2
        # The fan comes to its point at the top, so the upper corners are black.
        assert frames[:, :16, :8].max() < 16
        assert frames.mean() > 20


def test_the_usual_clips_are_those_of_the_release() -> None:
    settings = PhantomSettings(layout="echonet")
    assert settings.image_size == (112, 112)
    assert PhantomSettings().image_size == (200, 160)


def digests(folder: Path) -> Iterator[tuple[str, str]]:
    for path in sorted(folder.rglob("*.*")):
        yield str(path.relative_to(folder)), hashlib.md5(path.read_bytes()).hexdigest()


def test_a_larger_phantom_holds_the_smaller_one(phantom_echonet: Path, tmp_path: Path) -> None:
    write_phantom(tmp_path / "less", replace(TINY_ECHONET, patients=2))
    less, more = dict(digests(tmp_path / "less")), dict(digests(phantom_echonet))
    tables = {name for name in less if name.endswith(".csv")}
    assert len(tables) == 2
    assert {name: less[name] for name in less if name not in tables}.items() <= more.items()


def test_it_is_written_from_the_command_line(tmp_path: Path) -> None:
    options = "--layout echonet --patients 1 --test-patients 0 --size 32 32 --frames 8 8"
    assert main(["phantom", str(tmp_path / "out"), *options.split()]) == 0
    (video,) = (tmp_path / "out/echonet/Videos").iterdir()
    assert read_video(video).shape == (8, 32, 32)
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["echonet", "truth"]


@pytest.mark.parametrize("options", [{"frames": (7, 9)}, {"size": (31, 112)}])
def test_options_out_of_range(options: Any) -> None:
    with pytest.raises(InputError, match="is out of range"):
        PhantomSettings(layout="echonet", **options)
