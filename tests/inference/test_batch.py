"""The command on a folder of clips: real files, a bundle whose labels are known."""

import json
import shutil
from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import pytest

from echoweave.cli import main
from echoweave.io.images import read_array
from echoweave.io.video import write_video
from tests.bundles.bright import write_bright_bundle
from tests.inference.hearts import RATE_HZ, beating, draw

RUN = ["--spacing", "1", "1"]


def segment(folder: Path, *more: str, out: str = "out") -> int:
    options = ["--model", str(folder / "bright"), "--out", str(folder / out)]
    return main(["segment", str(folder / "clips"), *options, *RUN, *more])


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two views of one patient, and two files that are no clips, segmented."""
    folder = tmp_path_factory.mktemp("batch")
    write_bright_bundle(folder / "bright", (128, 128))
    (folder / "clips").mkdir()
    for view, least in (("2CH", 0.8), ("4CH", 0.75)):
        write_video(folder / f"clips/anna_{view}.avi", draw(beating(least=least)), int(RATE_HZ))
    (folder / "clips/broken.avi").write_bytes(b"RIFF but no more")
    (folder / "clips/notes.txt").write_text("no clip")
    assert segment(folder) == 1
    return folder


def summary(folder: Path, name: str) -> dict:
    return json.loads((folder / "out" / name / "summary.json").read_text())


def test_each_clip_has_its_folder_and_what_was_found(found: Path) -> None:
    assert sorted(path.name for path in (found / "out").iterdir()) == [
        *("anna_2CH", "anna_4CH", "index.html", "results.csv")
    ]
    names = {path.name for path in (found / "out/anna_4CH").iterdir()}
    assert names >= {"masks.nii.gz", "overlay.mp4", "poster.png", "frames.csv", "report.html"}
    assert read_array(found / "out/anna_4CH/masks.nii.gz").shape == (41, 120, 100)
    assert summary(found, "anna_2CH")["view"] == "2CH"


def test_both_views_of_a_patient_are_measured_together(found: Path) -> None:
    table = pd.read_csv(found / "out/results.csv")
    pair = table[table["kind"] == "pair"].squeeze()
    single = table[table["kind"] == "clip"]
    ef = single["ef_percent"]
    assert ef.min() < pair["ef_percent"] < ef.max()
    # Calibrated in single views alone, so that there is no interval.
    assert pd.isna(pair["ef_percent_low"])
    assert single["ef_percent_low"].notna().all()


def test_what_is_no_clip_is_said_once_and_stops_nothing(
    found: Path, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    assert segment(found) == 1
    said = [record.getMessage() for record in caplog.records]
    assert sum("broken.avi" in line for line in said) == 1
    assert sum("notes.txt" in line for line in said) == 1
    page = (found / "out/index.html").read_text()
    assert "broken.avi" in page
    assert "notes.txt" in page


def test_what_is_done_is_not_done_again(found: Path, tmp_path: Path) -> None:
    shutil.copytree(found, tmp_path, dirs_exist_ok=True)
    done = {path: path.stat().st_mtime_ns for path in tmp_path.glob("out/*/summary.json")}
    assert len(done) == 2
    # As if the run had been stopped before the second clip.
    shutil.rmtree(tmp_path / "out/anna_4CH")
    assert segment(tmp_path) == 1
    first, second = sorted(done)
    assert first.stat().st_mtime_ns == done[first]
    assert second.stat().st_mtime_ns > done[second]


@pytest.mark.parametrize("more", [["--fast"], ["--frame-rate", "30"], ["--view", "2CH"]])
def test_another_option_makes_it_anew(found: Path, tmp_path: Path, more: Sequence[str]) -> None:
    shutil.copytree(found, tmp_path, dirs_exist_ok=True)
    before = summary(tmp_path, "anna_4CH")["request"]
    segment(tmp_path, *more)
    assert summary(tmp_path, "anna_4CH")["request"] != before


def test_another_model_makes_it_anew(found: Path, tmp_path: Path) -> None:
    shutil.copytree(found, tmp_path, dirs_exist_ok=True)
    shutil.rmtree(tmp_path / "bright")
    write_bright_bundle(tmp_path / "bright", (128, 128), title="Another")
    segment(tmp_path)
    assert summary(tmp_path, "anna_4CH")["model"]["name"] == "Another (Nothing)"


def test_dicom_segmentations_on_request(found: Path) -> None:
    segment(found, "--dicom-seg", out="seg")
    assert (found / "seg/anna_2CH/seg.dcm").is_file()


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--spacing", "0", "1"], "--spacing: 0 1 is out of range"),
        (["--frame-rate", "0.1"], "--frame-rate: 0.1 is out of range"),
        (["--model", "nowhere"], "nowhere: --model: is no bundle: it has no bundle.json"),
        (["--threads", "0"], "--threads: 0 is out of range"),
    ],
)
def test_bad_options(
    found: Path, more: Sequence[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert segment(found, *more, out="none") == 2
    assert said in capsys.readouterr().err
    assert not (found / "none").exists()


def test_a_folder_that_cannot_be_written(found: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (found / "file").write_text("")
    assert segment(found, out="file") == 2
    assert "file: --out: cannot be written (File exists)" in capsys.readouterr().err
