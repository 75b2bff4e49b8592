"""DICOM files of every kind that is read."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pydicom
import pytest
from numpy.typing import NDArray
from PIL import Image as Pillow
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate
from pydicom.uid import (
    JPEG2000,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    RLELossless,
)

from echoweave.clips.clip import Box
from echoweave.clips.dicom_pixels import DECODERS
from tests.clips.samples import COLUMNS, ROWS, disc_clip, read_sample, region, write_sample_dicom

GREY = disc_clip()
# Warm and pale, as scanners tint.
TINTED = np.stack([GREY, (GREY * 0.9).astype(np.uint8), (GREY * 0.75).astype(np.uint8)], axis=-1)
LUMA = np.stack([cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY) for frame in TINTED])
WITHOUT_LOSS = (ExplicitVRLittleEndian, RLELossless, JPEG2000Lossless)


def off(path: Path, wanted: NDArray[np.uint8]) -> int:
    """The largest difference from what is wanted."""
    frames = read_sample(path).frames
    assert frames.dtype == np.uint8
    assert frames.shape == wanted.shape
    return int(np.abs(frames.astype(int) - wanted).max())


@pytest.mark.parametrize("syntax", WITHOUT_LOSS)
@pytest.mark.parametrize("photometric", ["MONOCHROME1", "MONOCHROME2"])
def test_greys(tmp_path: Path, syntax: str, photometric: str) -> None:
    write_sample_dicom(tmp_path / "a.dcm", syntax=syntax, photometric=photometric)
    assert off(tmp_path / "a.dcm", GREY) == 0


@pytest.mark.parametrize("syntax", WITHOUT_LOSS)
def test_colours_become_their_luma(tmp_path: Path, syntax: str) -> None:
    write_sample_dicom(tmp_path / "a.dcm", TINTED, syntax=syntax, photometric="RGB")
    assert off(tmp_path / "a.dcm", LUMA) == 0


@pytest.mark.parametrize(
    ("photometric", "planar"), [("RGB", 1), ("YBR_FULL", 0), ("YBR_FULL", 1), ("YBR_FULL_422", 0)]
)
def test_native_colours_of_any_order(tmp_path: Path, photometric: str, planar: int) -> None:
    stored = {"syntax": ExplicitVRLittleEndian, "photometric": photometric, "planar": planar}
    write_sample_dicom(tmp_path / "a.dcm", TINTED, **stored)
    assert off(tmp_path / "a.dcm", LUMA) <= 2


def test_luma_and_colours_apart_in_rle(tmp_path: Path) -> None:
    write_sample_dicom(tmp_path / "a.dcm", TINTED, syntax=RLELossless, photometric="YBR_FULL")
    assert off(tmp_path / "a.dcm", LUMA) <= 2


def test_a_palette(tmp_path: Path) -> None:
    write_sample_dicom(tmp_path / "a.dcm", syntax=RLELossless, photometric="PALETTE COLOR")
    assert off(tmp_path / "a.dcm", GREY) <= 1


def test_jpeg_baseline(tmp_path: Path) -> None:
    write_sample_dicom(tmp_path / "grey.dcm", photometric="MONOCHROME2")
    write_sample_dicom(tmp_path / "colours.dcm", TINTED, photometric="YBR_FULL_422")
    assert off(tmp_path / "grey.dcm", GREY) <= 6
    assert off(tmp_path / "colours.dcm", LUMA) <= 6


def test_jpeg_that_is_said_to_be_rgb_and_is_not(tmp_path: Path) -> None:
    write_sample_dicom(tmp_path / "a.dcm", TINTED, photometric="RGB")
    assert off(tmp_path / "a.dcm", LUMA) <= 6


def test_jpeg_that_is_rgb(tmp_path: Path) -> None:
    write_sample_dicom(tmp_path / "a.dcm", TINTED, photometric="RGB")
    dataset = pydicom.dcmread(tmp_path / "a.dcm")
    dataset.PixelData = encapsulate([_rgb_jpeg(frame, tmp_path) for frame in TINTED])
    dataset.save_as(tmp_path / "a.dcm")
    assert off(tmp_path / "a.dcm", LUMA) <= 6


def _rgb_jpeg(frame: NDArray[np.uint8], folder: Path) -> bytes:
    Pillow.fromarray(frame).save(folder / "a.jpg", quality=95, keep_rgb=True)
    return (folder / "a.jpg").read_bytes()


@pytest.mark.parametrize("syntax", [ImplicitVRLittleEndian, ExplicitVRBigEndian])
def test_other_orders_of_bytes(tmp_path: Path, syntax: str) -> None:
    greys = GREY.astype(np.uint16) * 4
    write_sample_dicom(tmp_path / "b.dcm", greys, syntax=syntax, photometric="MONOCHROME2")
    # The brightest becomes white.
    assert off(tmp_path / "b.dcm", np.rint(GREY * (255 / GREY.max())).astype(np.uint8)) <= 1


@pytest.mark.parametrize("syntax", WITHOUT_LOSS)
def test_sixteen_bits_by_their_window(tmp_path: Path, syntax: str) -> None:
    tags = {"WindowCenter": 2000, "WindowWidth": 4000}
    greys = GREY.astype(np.uint16) * 16
    write_sample_dicom(
        tmp_path / "a.dcm", greys, tags=tags, syntax=syntax, photometric="MONOCHROME2"
    )
    clip = read_sample(tmp_path / "a.dcm")
    # 4000 is white, 3200 the brightest: 200 * 16.
    assert clip.frames.max() == round(255 * int(GREY.max()) * 16 / 4000)
    assert clip.notes == ("grey values 0 to 4000 were scaled to 0 to 255",)


def test_the_2d_region_is_chosen_and_its_pixels_are_measured(tmp_path: Path) -> None:
    image, strip = Box(2, 4, 40, 60), Box(40, 0, 48, 64)
    mode = region(strip, spatial_format=2)
    write_sample_dicom(tmp_path / "a.dcm", regions=[mode, region(image)])
    clip = read_sample(tmp_path / "a.dcm")
    assert clip.frames.shape[1:] == (ROWS, COLUMNS)
    assert clip.box == image
    assert clip.spacing == pytest.approx((2.0, 1.5))
    assert clip.sources["spacing"] == "PhysicalDeltaY and PhysicalDeltaX of the region"


def test_of_two_2d_regions_the_larger_one_counts(tmp_path: Path) -> None:
    small, large = Box(0, 0, 20, 20), Box(0, 24, 48, 64)
    write_sample_dicom(tmp_path / "a.dcm", regions=[region(small), region(large)])
    assert read_sample(tmp_path / "a.dcm").box == large


def test_a_region_beyond_the_picture_is_cut(tmp_path: Path) -> None:
    write_sample_dicom(tmp_path / "a.dcm", regions=[region(Box(4, 4, 400, 400))])
    assert read_sample(tmp_path / "a.dcm").box == Box(4, 4, ROWS, COLUMNS)


def test_without_regions_all_of_the_picture_counts(tmp_path: Path) -> None:
    write_sample_dicom(tmp_path / "a.dcm", regions=())
    clip = read_sample(tmp_path / "a.dcm")
    assert (clip.box, clip.spacing) == (Box(0, 0, ROWS, COLUMNS), None)
    write_sample_dicom(tmp_path / "a.dcm", regions=(), tags={"PixelSpacing": [2.5, 2.0]})
    clip = read_sample(tmp_path / "a.dcm")
    assert (clip.spacing, clip.sources["spacing"]) == ((2.5, 2.0), "PixelSpacing")


@pytest.mark.parametrize(
    ("tags", "times", "source"),
    [
        ({"FrameTime": 25.0}, [0, 25, 50], "FrameTime"),
        ({"FrameTime": None, "CineRate": 40}, [0, 25, 50], "CineRate"),
        (
            {"FrameTime": None, "RecommendedDisplayFrameRate": 50},
            [0, 20, 40],
            "RecommendedDisplayFrameRate",
        ),
        ({"FrameTimeVector": [0, 20, 30, 20, 20, 20]}, [0, 20, 50], "FrameTimeVector"),
        # A vector of another length says nothing.
        ({"FrameTimeVector": [0, 20]}, [0, 20, 40], "FrameTime"),
        ({"FrameTime": 0, "CineRate": 40}, [0, 25, 50], "CineRate"),
    ],
)
def test_times_of_frames(
    tmp_path: Path, tags: dict[str, Any], times: list[float], source: str
) -> None:
    write_sample_dicom(tmp_path / "a.dcm", tags=tags)
    clip = read_sample(tmp_path / "a.dcm")
    assert clip.times_ms is not None
    assert clip.times_ms[:3].tolist() == times
    assert clip.sources["times_ms"] == source


def test_times_that_nobody_tells(tmp_path: Path) -> None:
    write_sample_dicom(tmp_path / "a.dcm", tags={"FrameTime": None})
    clip = read_sample(tmp_path / "a.dcm")
    assert clip.times_ms is None
    assert "times_ms" not in clip.sources


def code(value: str, meaning: str) -> Dataset:
    item = Dataset()
    item.CodeValue, item.CodeMeaning = value, meaning
    return item


@pytest.mark.parametrize(
    ("tags", "view", "source"),
    [
        (
            {"ViewCodeSequence": [code("399214001", "Apical four chamber")]},
            "4CH",
            "ViewCodeSequence",
        ),
        ({"ViewCodeSequence": [code("G-A19B", "Apical two chamber")]}, "2CH", "ViewCodeSequence"),
        ({"SeriesDescription": "A4C focus"}, "4CH", "SeriesDescription"),
        ({"ViewName": "Apical 2 chamber", "SeriesDescription": "A4C"}, "2CH", "ViewName"),
    ],
)
def test_views(tmp_path: Path, tags: dict[str, Any], view: str, source: str) -> None:
    write_sample_dicom(tmp_path / "a.dcm", tags=tags)
    clip = read_sample(tmp_path / "a.dcm")
    assert (clip.view, clip.sources["view"]) == (view, source)


def test_a_view_that_is_told_counts_more_than_another_code(tmp_path: Path) -> None:
    tags = {"ViewCodeSequence": [code("399306005", "Parasternal long axis")]}
    write_sample_dicom(tmp_path / "a.dcm", tags=tags)
    clip = read_sample(tmp_path / "a.dcm", view="4CH")
    assert (clip.view, clip.sources["view"]) == ("4CH", "the option --view")


def test_clips_of_one_study_share_a_patient_that_does_not_tell_who(tmp_path: Path) -> None:
    for name, study in (("a", "1.2.3.4.5"), ("b", "1.2.3.4.5"), ("c", "1.2.3.4.6")):
        write_sample_dicom(tmp_path / f"{name}.dcm", tags={"StudyInstanceUID": study})
    one, two, other = (read_sample(tmp_path / f"{name}.dcm") for name in "abc")
    assert one.patient == two.patient != other.patient
    assert len(one.patient) == 64


def test_everything_that_names_people_is_secret(tmp_path: Path) -> None:
    tags = {
        "ReferringPhysicianName": "Eiche^Ernst^Q",
        "InstitutionName": "St. Ada Clinic",
        "AccessionNumber": "ACC9",
        "SOPInstanceUID": "1.2.3.9",
        "ViewCodeSequence": [code("399214001", "Apical four chamber")],
    }
    write_sample_dicom(tmp_path / "a.dcm", tags=tags)
    secrets = read_sample(tmp_path / "a.dcm").secrets
    told = {"DOE^JANE", "DOE", "JANE", "MRN-77", "Eiche", "Ernst", "Clinic", "Ada", "ACC9"}
    assert told | {"1.2.3.9", "1.2.3.4.5"} <= secrets
    # Of every file: classes and syntaxes are no secrets, nor are initials.
    assert not {one for one in secrets if one.startswith("1.2.840.10008")}
    assert not secrets & {"Q", "St", ""}


def test_gdcm_and_itk_are_never_asked(tmp_path: Path) -> None:
    """Neither is imported, and what pydicom decodes with is named for every syntax."""
    assert set(DECODERS.values()) == {"", "pylibjpeg"}
    names = []
    for syntax in (RLELossless, JPEG2000Lossless, JPEG2000, JPEGBaseline8Bit):
        grey = "MONOCHROME2"
        write_sample_dicom(tmp_path / f"{syntax}.dcm", syntax=syntax, photometric=grey)
        names.append(str(tmp_path / f"{syntax}.dcm"))
    script = """
import sys
from pathlib import Path
from echoweave.clips.files import ClipFile
from echoweave.clips.read import read_clip
for name in sys.argv[1:]:
    assert len(read_clip(ClipFile(Path(name))).frames) == 6
print(sorted({"gdcm", "SimpleITK", "itk", "torch", "nnunetv2", "snakemake"} & set(sys.modules)))
"""
    done = subprocess.run(
        [sys.executable, "-c", script, *names], capture_output=True, text=True, check=False
    )
    assert (done.stdout, done.returncode) == ("[]\n", 0), done.stderr
