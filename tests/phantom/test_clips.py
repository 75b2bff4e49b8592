"""The phantom as people record it: screens of scanners, plain videos, and what is true of them."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pydicom
import pytest
from numpy.typing import NDArray
from pydicom.pixels import pixel_array

from echoweave.cli import main
from echoweave.evaluation.chamber import find_chamber
from echoweave.evaluation.volumes import simpson
from echoweave.io.images import read_image
from echoweave.io.tables import read_tsv
from echoweave.io.video import read_video
from echoweave.labels import CAVITY
from echoweave.phantom.dataset import write_phantom
from tests.conftest import TINY_CLIPS

STEMS = [f"patient000{number}_{view}" for number in (1, 2, 3) for view in ("2CH", "4CH")]


@pytest.fixture
def truth(phantom_clips: Path) -> pd.DataFrame:
    return read_tsv(phantom_clips / "truth/truth.tsv")


def cavities(folder: Path, stem: str) -> NDArray[np.bool_]:
    return read_image(folder / f"truth/{stem}.nii.gz").array == CAVITY


def test_every_patient_has_two_views_and_every_third_a_video(
    phantom_clips: Path, truth: pd.DataFrame
) -> None:
    names = sorted(path.name for path in (phantom_clips / "clips").iterdir())
    assert names == [f"{stem}.dcm" for stem in STEMS[:-1]] + ["patient0003_4CH.avi"]
    assert truth["clip"].tolist() == names
    masks = sorted(path.name for path in (phantom_clips / "truth").glob("*.nii.gz"))
    assert masks == [f"{stem}.nii.gz" for stem in STEMS]


def test_masks_lie_on_the_grid_of_the_file(phantom_clips: Path, truth: pd.DataFrame) -> None:
    for row in truth.itertuples():
        mask = read_image(phantom_clips / f"truth/{row.patient}_{row.view}.nii.gz")
        path = phantom_clips / "clips" / str(row.clip)
        shape = read_video(path).shape if path.suffix == ".avi" else pixel_array(path).shape[:3]
        assert mask.array.shape == shape
        assert mask.spacing_mm == pytest.approx((row.sy_mm, row.sx_mm), rel=1e-4)
        assert row.sy_mm == row.sx_mm


def test_ed_and_es_are_those_of_the_first_whole_beat(
    phantom_clips: Path, truth: pd.DataFrame
) -> None:
    for row in truth.itertuples():
        areas = cavities(phantom_clips, f"{row.patient}_{row.view}").sum(axis=(1, 2))
        beat = areas[row.ed : row.es + 1]
        assert row.ed <= 0.5 * (row.es - row.ed) * 2.4 + 1
        assert beat[0] == beat.max()
        assert beat[-1] == beat.min()
        # At least a second whole beat follows: 1 beat is 2.4 systoles.
        assert len(areas) > row.ed + 2 * 2.4 * (row.es - row.ed)


def test_volumes_are_those_of_the_masks(phantom_clips: Path, truth: pd.DataFrame) -> None:
    row = truth.iloc[0]
    masks = cavities(phantom_clips, STEMS[0])
    ed, es = (find_chamber(masks[row[at]], (row["sy_mm"], row["sx_mm"])) for at in ("ed", "es"))
    assert ed is not None
    assert es is not None
    edv, esv = simpson([ed], ed.length) / 1000, simpson([es], es.length) / 1000
    assert row[["edv_ml", "esv_ml"]].tolist() == pytest.approx([edv, esv], rel=1e-4)
    assert row["ef_percent"] == pytest.approx(100 * (1 - esv / edv), rel=1e-4)
    # Between those of the two views, the same in both rows.
    pair = truth.iloc[:2]
    assert pair["edv_ml"].min() < row["biplane_edv_ml"] < pair["edv_ml"].max()
    assert pair["biplane_ef_percent"].iloc[0] == pair["biplane_ef_percent"].iloc[1]


def test_a_dicom_file_says_who_and_what_is_seen(phantom_clips: Path, truth: pd.DataFrame) -> None:
    first, second = (pydicom.dcmread(phantom_clips / f"clips/{stem}.dcm") for stem in STEMS[:2])
    assert (first.Modality, first.SOPClassUID.name) == (
        "US",
        "Ultrasound Multi-frame Image Storage",
    )
    assert [one.ViewCodeSequence[0].CodeValue for one in (first, second)] == [
        "399232001",
        "399214001",
    ]
    assert first.StudyInstanceUID == second.StudyInstanceUID
    assert first.SOPInstanceUID != second.SOPInstanceUID
    assert first.PatientID == "EW7-0001"
    assert 1000 / first.FrameTime == pytest.approx(truth["frame_rate_hz"][0], rel=1e-3)
    image, strip = first.SequenceOfUltrasoundRegions
    assert (image.RegionSpatialFormat, strip.RegionSpatialFormat) == (1, 4)
    assert image.PhysicalDeltaX == pytest.approx(truth["sx_mm"][0] / 10, rel=1e-5)


def test_colours_compressed_and_greys_without_loss(phantom_clips: Path) -> None:
    kinds = {
        (one.file_meta.TransferSyntaxUID.name, one.PhotometricInterpretation)
        for one in map(pydicom.dcmread, (phantom_clips / "clips").glob("*.dcm"))
    }
    assert kinds == {
        ("JPEG Baseline (Process 1)", "YBR_FULL_422"),
        ("RLE Lossless", "MONOCHROME2"),
    }


def test_names_are_burnt_in_outside_of_the_fan(phantom_clips: Path) -> None:
    path = phantom_clips / f"clips/{STEMS[2]}.dcm"
    box = pydicom.dcmread(path).SequenceOfUltrasoundRegions[0]
    frames = pixel_array(path)
    image = frames[
        :,
        box.RegionLocationMinY0 : box.RegionLocationMaxY1 + 1,
        box.RegionLocationMinX0 : box.RegionLocationMaxX1 + 1,
    ]
    above = frames[:, : box.RegionLocationMinY0]
    # In the corner beside the fan, and in the line above it, in every frame.
    assert (image[:, :24, : image.shape[2] // 4] > 200).any(axis=(1, 2)).all()
    assert (above > 200).any(axis=(1, 2)).all()


def test_a_larger_phantom_holds_the_smaller_one_of_clips(
    phantom_clips: Path, tmp_path: Path
) -> None:
    write_phantom(tmp_path / "less", replace(TINY_CLIPS, patients=1))
    for path in (tmp_path / "less/clips").iterdir():
        assert path.read_bytes() == (phantom_clips / "clips" / path.name).read_bytes()


def test_clips_are_written_from_the_command_line(tmp_path: Path) -> None:
    options = "--layout clips --patients 1 --size 48 39 --frames 3 3"
    assert main(["phantom", str(tmp_path / "out"), *options.split()]) == 0
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["clips", "truth"]
