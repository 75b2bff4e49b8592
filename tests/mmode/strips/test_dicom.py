"""M-mode of DICOM files: which region, which scale, which frames."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydicom.uid import ExplicitVRLittleEndian

from echoweave.clips.clip import Box
from echoweave.clips.greys import luma
from echoweave.clips.regions import CENTIMETRES, NOT_SAID, SECONDS, Region
from echoweave.io.limits import UnhandledError
from echoweave.mmode.strips.dicom import choose_mmode, read_mmode_dicom
from echoweave.phantom.dicom import write_dicom
from tests.clips.samples import region
from tests.mmode.strips.samples import (
    ROWS,
    WIDTH,
    beating_strip,
    mmode_region,
    scrolled,
    write_mmode,
)

STRIP = beating_strip(600)
RAW = {"syntax": ExplicitVRLittleEndian, "photometric": "MONOCHROME2"}
SMALL, LARGE = Box(0, 0, 40, 60), Box(40, 4, 96, 220)


def test_one_frame_with_its_scale(tmp_path: Path) -> None:
    write_mmode(tmp_path / "a.dcm", STRIP[None, :, :WIDTH], **RAW)
    strip = read_mmode_dicom(tmp_path / "a.dcm")
    np.testing.assert_array_equal(strip.pixels, STRIP[:, :WIDTH])
    # .005 cm and .002 s.
    assert (strip.mm_per_row, strip.ms_per_column) == pytest.approx((0.05, 2.0))
    assert strip.sources == {
        "mm_per_row": "PhysicalDeltaY of the region",
        "ms_per_column": "PhysicalDeltaX of the region",
    }
    assert (strip.seams, strip.breaks, strip.mask) == (0, (), None)


def test_scrolling_frames_of_jpeg_in_a_region_of_the_picture(tmp_path: Path) -> None:
    frames = np.zeros((4, ROWS + 24, WIDTH + 40), np.uint8)
    frames[:, 16 : ROWS + 16, 24 : WIDTH + 24] = scrolled(STRIP, (0, 70, 70, 151))
    # What lies beside it changes, and does not count.
    frames[:, :8, :50] = np.arange(4, dtype=np.uint8)[:, None, None] * 60
    box = Box(16, 24, ROWS + 16, WIDTH + 24)
    write_mmode(tmp_path / "a.dcm", frames, mmode_region(box))
    strip = read_mmode_dicom(tmp_path / "a.dcm")
    wanted = STRIP[:, : 151 + WIDTH]
    assert strip.pixels.shape == wanted.shape
    assert np.abs(strip.pixels.astype(int) - wanted).mean() < 3
    assert (strip.seams, strip.breaks) == (2, ())


def test_colours_become_their_luma(tmp_path: Path) -> None:
    tinted = np.stack([STRIP, STRIP // 10 * 9, STRIP // 4 * 3], axis=-1)
    write_mmode(tmp_path / "a.dcm", tinted[None], syntax=ExplicitVRLittleEndian, photometric="RGB")
    np.testing.assert_array_equal(read_mmode_dicom(tmp_path / "a.dcm").pixels, luma(tinted))


def test_people_who_are_named_are_secret(tmp_path: Path) -> None:
    write_mmode(tmp_path / "a.dcm", STRIP[None], tags={"PatientName": "DOE^JANE"}, **RAW)
    assert "JANE" in read_mmode_dicom(tmp_path / "a.dcm").secrets


@pytest.mark.parametrize("place", [0, 1, 2])
def test_the_region_is_found_wherever_it_stands(tmp_path: Path, place: int) -> None:
    parts = [region(SMALL), region(SMALL, spatial_format=3)]
    parts.insert(place, mmode_region(LARGE))
    write_dicom(tmp_path / "a.dcm", STRIP[None], parts, **RAW)
    np.testing.assert_array_equal(read_mmode_dicom(tmp_path / "a.dcm").pixels, STRIP[LARGE.slices])


def test_of_several_the_largest_counts() -> None:
    large = mmode_region(LARGE, NOT_SAID)
    assert choose_mmode([mmode_region(SMALL), large]) is large


@pytest.mark.parametrize(
    ("regions", "said"),
    [
        ([], "it describes no regions, so nothing tells the M-mode"),
        (
            [region(SMALL), region(SMALL, spatial_format=3)],
            "none of its regions is M-mode of tissue over seconds (4) and cm (3): a 2-D image of "
            "data type 1 in units 3 and 3, a spectrum of data type 1 in units 3 and 3",
        ),
        (
            [mmode_region(SMALL, units=(CENTIMETRES, CENTIMETRES))],
            "none of its regions is M-mode of tissue over seconds (4) and cm (3): M-mode of data "
            "type 1 in units 3 and 3",
        ),
        (
            [mmode_region(SMALL, data_type=10)],
            "none of its regions is M-mode of tissue over seconds (4) and cm (3): M-mode of data "
            "type 10 in units 4 and 3",
        ),
        ([mmode_region(SMALL), mmode_region(SMALL, 2)], "colour Doppler lies over the tissue"),
    ],
)
def test_no_region_that_fits(regions: list[Region], said: str) -> None:
    with pytest.raises(UnhandledError) as caught:
        choose_mmode(regions)
    assert str(caught.value) == said


def test_a_region_of_unknown_scale(tmp_path: Path) -> None:
    unknown: dict[str, Any] = {"delta": None, "units": (CENTIMETRES, SECONDS)}
    write_mmode(tmp_path / "a.dcm", STRIP[None], mmode_region(LARGE, **unknown), **RAW)
    strip = read_mmode_dicom(tmp_path / "a.dcm")
    assert (strip.mm_per_row, strip.ms_per_column, strip.sources) == (None, None, {})
