"""DICOM files of any kind, read back by pydicom."""

from pathlib import Path

import numpy as np
import pydicom
import pytest
from pydicom.pixels import pixel_array
from pydicom.uid import (
    ExplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    RLELossless,
)

from echoweave.clips.clip import Box
from echoweave.clips.regions import Region
from echoweave.phantom.dicom import stable_uid, write_dicom

GREY = np.add.outer(np.arange(3) * 40, np.add.outer(np.arange(36) * 2, np.arange(48)))
GREY = GREY.astype(np.uint8)
COLOUR = np.stack([GREY, GREY // 2, 255 - GREY], axis=-1)


@pytest.mark.parametrize("syntax", [ExplicitVRLittleEndian, RLELossless, JPEG2000Lossless])
@pytest.mark.parametrize(
    ("frames", "photometric"),
    [(GREY, "MONOCHROME2"), (GREY.astype(np.uint16) * 250, "MONOCHROME2"), (COLOUR, "RGB")],
)
def test_what_is_written_without_loss_is_read(
    tmp_path: Path, frames: np.ndarray, photometric: str, syntax: str
) -> None:
    write_dicom(tmp_path / "clip.dcm", frames, syntax=syntax, photometric=photometric)
    np.testing.assert_array_equal(pixel_array(tmp_path / "clip.dcm"), frames)


@pytest.mark.parametrize(
    ("photometric", "planar"),
    [("RGB", 0), ("RGB", 1), ("YBR_FULL", 0), ("YBR_FULL", 1), ("YBR_FULL_422", 0)],
)
def test_colours_of_any_kind(tmp_path: Path, photometric: str, planar: int) -> None:
    path = tmp_path / "clip.dcm"
    write_dicom(path, COLOUR, syntax=ExplicitVRLittleEndian, photometric=photometric, planar=planar)
    assert pydicom.dcmread(path).PhotometricInterpretation == photometric
    assert np.abs(pixel_array(path).astype(int) - COLOUR).max() <= 8


def test_jpeg_baseline(tmp_path: Path) -> None:
    write_dicom(tmp_path / "grey.dcm", GREY, photometric="MONOCHROME2")
    write_dicom(tmp_path / "colour.dcm", COLOUR)
    assert pydicom.dcmread(tmp_path / "grey.dcm").file_meta.TransferSyntaxUID == JPEGBaseline8Bit
    for name, frames in (("grey", GREY), ("colour", COLOUR)):
        read = pixel_array(tmp_path / f"{name}.dcm")
        assert np.abs(read.astype(int) - frames).mean() < 4


def test_inverted_greys_and_a_palette(tmp_path: Path) -> None:
    for photometric in ("MONOCHROME1", "PALETTE COLOR"):
        write_dicom(tmp_path / photometric, GREY, syntax=RLELossless, photometric=photometric)
    np.testing.assert_array_equal(pixel_array(tmp_path / "MONOCHROME1"), 255 - GREY)
    palette = pydicom.dcmread(tmp_path / "PALETTE COLOR")
    shown = pydicom.pixels.apply_color_lut(palette.pixel_array, palette)
    np.testing.assert_array_equal(shown // 257, np.repeat(GREY[..., None], 3, axis=-1))


def test_tags_are_set_and_left_out(tmp_path: Path) -> None:
    regions = [Region(Box(1, 2, 13, 22), 1, 2, (0.07, 0.05), (3, 3))]
    write_dicom(
        tmp_path / "clip.dcm", GREY, regions, {"FrameTime": None, "CineRate": 50, "Modality": "CT"}
    )
    dataset = pydicom.dcmread(tmp_path / "clip.dcm")
    assert "FrameTime" not in dataset
    assert "FrameIncrementPointer" not in dataset
    assert (dataset.CineRate, dataset.Modality) == (50, "CT")
    (region,) = dataset.SequenceOfUltrasoundRegions
    # The last row and column belong to it.
    assert (region.RegionLocationMaxY1, region.RegionLocationMaxX1) == (12, 21)
    assert (region.RegionDataType, region.PhysicalDeltaY) == (2, 0.07)


def test_uids_are_the_same_for_the_same_parts() -> None:
    assert stable_uid(7, 1) == stable_uid("7", "1") != stable_uid(7, 2)
    assert pydicom.uid.UID(stable_uid(7, 1)).is_valid
