"""Recordings of the cohort, and files that users give."""

from pathlib import Path

import numpy as np
import pytest

from echoweave.clips.clip import Box
from echoweave.mmode.strip import LUMEN, UNKNOWN, Strip
from echoweave.mmode.strips.read import read_strip, read_strip_file
from echoweave.mmode.strips.recording import StripRecording
from tests.mmode.strips.samples import ROWS, beating_strip, mmode_region, write_mmode, write_tree


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """See ``write_tree``."""
    root = tmp_path_factory.mktemp("mmode")
    write_tree(root)
    return root


def scale(strip: Strip) -> tuple[float | None, float | None]:
    return strip.mm_per_row, strip.ms_per_column


def test_a_picture_with_its_mask(tree: Path) -> None:
    recording = StripRecording(
        "m1_a", "m1", tree / "img/m1_a.png", tree / "mask/m1_a.png", None, 0.05, 2.0
    )
    strip = read_strip(recording)
    np.testing.assert_array_equal(strip.pixels, beating_strip(100))
    assert scale(strip) == (0.05, 2.0)
    assert strip.sources["mm_per_row"] == "mm_per_px of the data"
    assert strip.mask is not None
    assert (strip.mask == LUMEN).sum(axis=0).tolist() == [30] * 100


def test_a_picture_with_its_traces(tree: Path) -> None:
    recording = StripRecording(
        "m2_a", "m2", tree / "img/m2_a.png", None, tree / "traces/m2_a.csv", 0.05, 2.0
    )
    mask = read_strip(recording).mask
    assert mask is not None
    assert np.flatnonzero(mask[:, 50]).tolist() == list(range(30, 60))


def test_what_the_table_says_counts_more_than_the_file(tree: Path) -> None:
    recording = StripRecording("m3_a", "m3", tree / "dicom/m3_a.dcm", mm_per_px=0.08)
    strip = read_strip(recording)
    assert scale(strip) == pytest.approx((0.08, 2.0))
    assert strip.sources == {
        "mm_per_row": "mm_per_px of the data",
        "ms_per_column": "PhysicalDeltaX of the region",
    }
    assert strip.mask is None


def test_files_of_users_by_suffix_and_by_their_first_bytes(tree: Path, tmp_path: Path) -> None:
    for number, file in enumerate(("img/m1_a.png", "dicom/m3_a.dcm")):
        plain = tmp_path / str(number)
        plain.write_bytes((tree / file).read_bytes())
        named, bare = read_strip_file(tree / file), read_strip_file(plain)
        np.testing.assert_array_equal(named.pixels, bare.pixels)
        assert scale(named) == scale(bare)
    assert scale(read_strip_file(tree / "img/m1_a.png")) == (None, None)


def test_options_count_more_than_the_file(tree: Path) -> None:
    strip = read_strip_file(tree / "dicom/m3_a.dcm", ms_per_px=1.5)
    assert scale(strip) == pytest.approx((0.05, 1.5))
    assert strip.sources["ms_per_column"] == "the option --ms-per-px"


def test_a_scale_that_no_scanner_makes_is_left_out(tmp_path: Path) -> None:
    frames = beating_strip(80)[None]
    odd = mmode_region(Box(0, 0, ROWS, 80), delta=(0.005, 2.0))
    write_mmode(tmp_path / "a.dcm", frames, odd)
    strip = read_strip_file(tmp_path / "a.dcm")
    assert scale(strip) == (pytest.approx(0.05), None)
    assert strip.notes == ("the time of a column is unknown: the file says 2e+03 ms",)
    assert "ms_per_column" not in strip.sources


def test_columns_that_nobody_marked_stay_unknown(tree: Path, tmp_path: Path) -> None:
    traces = tmp_path / "a.csv"
    traces.write_text("line,t_ms,depth_mm\nupper,20,1\nupper,60,1\nlower,20,2\nlower,60,2\n")
    recording = StripRecording("m3_a", "m3", tree / "dicom/m3_a.dcm", traces=traces)
    mask = read_strip(recording).mask
    assert mask is not None
    # 2 ms a column, .05 mm a row.
    assert np.flatnonzero(mask[0] != UNKNOWN).tolist() == list(range(10, 31))
    assert np.flatnonzero(mask[:, 20]).tolist() == list(range(20, 40))
