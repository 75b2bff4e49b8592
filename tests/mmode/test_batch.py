"""The command on a folder of strips: real files, and a bundle for which what is dark is lumen."""

import csv
import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from echoweave.cli import main
from echoweave.clips.clip import Box
from tests.clips.samples import coloured
from tests.mmode.dark import write_dark_bundle
from tests.mmode.hearts import MM_PER_ROW, MS_PER_COLUMN, sine_strip
from tests.mmode.strips.samples import mmode_region, write_mmode, write_png

SCALE = ["--mm-per-px", str(MM_PER_ROW), "--ms-per-px", str(MS_PER_COLUMN)]
# What the DICOM file says of people; it is called after them, too.
TAGS = {
    "PatientName": "ZWETSCHGENMANN^ADELHEID",
    "PatientID": "MRN-7788991",
    "StudyInstanceUID": "1.3.6.1.4.1.99999.77.88.99",
    "SOPInstanceUID": "1.3.6.1.4.1.99999.77.88.101",
    "InstitutionName": "Sankt Florian Hospital",
    "ReferringPhysicianName": "QUACKSALBER^THEOPHIL",
    "StudyDate": "20190304",
}
WORDS = ("zwetschgen", "adelheid", "7788991", "99999.77.88", "florian", "quacksalber", "20190304")


def segment(folder: Path, *more: str, strips: str = "strips", out: str = "out") -> int:
    told = ["--mode", "m", "--model", str(folder / "dark"), "--out", str(folder / out)]
    return main(["segment", str(folder / strips), *told, "--threads", "1", *more])


def write_strip(path: Path, columns: slice = slice(None)) -> None:
    """Beats 600 a minute: 4 mm at ED, 2 at ES, if the scale is told."""
    write_png(path, sine_strip().pixels[:, columns])


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two strips and three files that are none, measured."""
    folder = tmp_path_factory.mktemp("batch")
    write_dark_bundle(folder / "dark", size=100)
    strips = folder / "strips"
    write_strip(strips / "anna.png")
    pixels = sine_strip().pixels[None]
    name = "Zwetschgenmann_7788991.dcm"
    region = mmode_region(Box(0, 0, 100, 480), delta=(MM_PER_ROW / 10, MS_PER_COLUMN / 1000))
    write_mmode(strips / name, pixels, region, tags=TAGS, photometric="MONOCHROME2")
    (strips / "broken.png").write_bytes(b"\x89PNG and no more")
    write_png(strips / "colour.png", coloured(pixels, 0.2)[0])
    (strips / "notes.txt").write_text("no strip")
    assert segment(folder, *SCALE) == 1
    return folder


def summary(folder: Path, name: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((folder / "out" / name / "summary.json").read_text())
    return content


def private(folder: Path) -> str:
    """Name of the folder of the DICOM file."""
    (name,) = (path.name for path in (folder / "out").glob("clip-*"))
    return name


def value(folder: Path, name: str, key: str) -> float:
    return float(summary(folder, name)["numbers"][key]["value"])


def test_each_strip_has_its_folder_and_its_numbers(found: Path) -> None:
    names = sorted(path.name for path in (found / "out").iterdir())
    assert names == [
        *("animals.csv", "animals.json", "anna"),
        *(private(found), "index.html", "results.csv"),
    ]
    for name in ("anna", private(found)):
        assert value(found, name, "lvidd") == pytest.approx(4, rel=0.01)
        assert value(found, name, "lvids") == pytest.approx(2, rel=0.01)
        assert value(found, name, "ef_percent") == pytest.approx(81.8, abs=1)
        assert value(found, name, "heart_rate_bpm") == pytest.approx(600, rel=0.01)
        # Windows are bright enough to be good.
        assert summary(found, name)["quality"]["good_share"] == 1
    mask = np.asarray(Image.open(found / "out/anna/mask.png"))
    truth = sine_strip().mask
    assert truth is not None
    assert np.mean((mask > 0) == (truth > 0)) > 0.995
    assert summary(found, "anna")["sources"]["mm_per_row"] == "the option --mm-per-px"


def test_what_is_no_strip_is_said_once_and_stops_nothing(
    found: Path, caplog: pytest.LogCaptureFixture
) -> None:
    assert segment(found, *SCALE) == 1
    said = [record.getMessage() for record in caplog.records]
    page = (found / "out/index.html").read_text()
    for name, what in (
        ("broken.png", "no readable picture; replace it with a sound copy"),
        (
            "colour.png",
            "colour Doppler lies over the tissue; give a recording of the same view without colour",
        ),
        ("notes.txt", "no strip of a kind that is read; give DICOM, PNG or JPEG, or a folder"),
    ):
        (line,) = (one for one in said if name in one)
        assert what in line
        assert name in page
    assert "3 not measured" in page


def test_what_is_done_is_not_done_again(found: Path, tmp_path: Path) -> None:
    shutil.copytree(found, tmp_path, dirs_exist_ok=True)
    # As if the run had been stopped before the second strip.
    shutil.rmtree(tmp_path / "out/anna")
    other = tmp_path / "out" / private(tmp_path) / "summary.json"
    done = other.stat().st_mtime_ns
    assert segment(tmp_path, *SCALE) == 1
    assert other.stat().st_mtime_ns == done
    assert summary(tmp_path, "anna") == summary(found, "anna")
    with (tmp_path / "out/results.csv").open(newline="") as file:
        assert [row["name"] for row in csv.DictReader(file)] == ["anna", other.parent.name]


def test_other_options_make_it_anew(found: Path, tmp_path: Path) -> None:
    shutil.copytree(found, tmp_path, dirs_exist_ok=True)
    for name in ("Zwetschgenmann_7788991.dcm", "broken.png", "colour.png", "notes.txt"):
        (tmp_path / "strips" / name).unlink()
    # Neither mm nor ms is told, and 60 kg of mouse has windows as high as the strip.
    assert segment(tmp_path, "--mass-g", "60000") == 0
    assert summary(tmp_path, "anna")["request"] != summary(found, "anna")["request"]
    reasons = {one["reason"] for one in summary(tmp_path, "anna")["numbers"].values()}
    assert reasons == {"the time from column to column is unknown"}
    assert summary(tmp_path, "anna")["notes"] == [
        "the depth of a pixel is unknown: diameters are in px; --mm-per-px tells it",
        "the time of a pixel is unknown, so there are no beats; --ms-per-px tells it",
    ]


def test_people_have_ml(found: Path, tmp_path: Path) -> None:
    shutil.copytree(found / "dark", tmp_path / "dark")
    write_strip(tmp_path / "strips/anna.png")
    told = ["--mm-per-px", "1", "--ms-per-px", "10", "--species", "human"]
    assert segment(tmp_path, *told) == 0
    assert summary(tmp_path, "anna")["numbers"]["edv"]["unit"] == "ml"
    assert value(tmp_path, "anna", "edv") == pytest.approx(344.6, rel=0.02)
    notes = summary(tmp_path, "anna")["notes"]
    assert notes == ["the model was trained on the other species (mouse)"]


def test_no_output_holds_a_name_an_id_or_a_uid(found: Path) -> None:
    source = (found / "strips/Zwetschgenmann_7788991.dcm").read_bytes().lower()
    assert all(word.encode() in source for word in WORDS)
    files = [path for path in (found / "out").rglob("*") if path.is_file()]
    assert len(files) == 18
    for path in files:
        assert not [word for word in WORDS if word in str(path.relative_to(found)).lower()]
        content = path.read_bytes().lower()
        assert not [word for word in WORDS if word.encode() in content], path
        # Only the list of what could not be read tells where things lie.
        assert path.name == "index.html" or str(found).encode() not in content, path


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (
            ["--mass-g", "0", "--mm-per-px", "5", "--ms-per-px", "nan"],
            [
                "--mm-per-px: 5 is out of range; give 0.001 to 1 mm",
                "--ms-per-px: nan is out of range; give 0.05 to 50 ms",
                "--mass-g: 0 is out of range; give 0.1 to 1e+06 g",
            ],
        ),
        (["--threads", "0"], ["--threads: 0 is out of range; give 1 or more"]),
        (
            ["--spacing", "1", "1", "--frame-rate", "0", "--fast", "--dicom-seg", "--view", "2CH"],
            [
                f"{name}: it says nothing of strips (--mode m); leave it out, or give the other "
                "--mode"
                for name in ("--spacing", "--frame-rate", "--view", "--fast", "--dicom-seg")
            ],
        ),
        (
            ["--mode", "b", "--mm-per-px", "0", "--ms-per-px", "1", "--species", "human"],
            [
                f"{name}: it says nothing of clips (--mode b); leave it out, or give the other "
                "--mode"
                for name in ("--mm-per-px", "--ms-per-px", "--species")
            ],
        ),
    ],
)
def test_bad_options_are_refused_by_name(
    found: Path, more: list[str], said: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert segment(found, *more, out="none") == 2
    lines = capsys.readouterr().err.splitlines()
    assert lines == [f"echoweave segment: {line}" for line in said]
    assert not (found / "none").exists()


def test_a_model_for_clips_is_none_for_strips(
    found: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert segment(found, "--model", str(found / "strips"), out="none") == 2
    assert "is no bundle: it has no bundle.json" in capsys.readouterr().err
