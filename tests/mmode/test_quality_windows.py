from typing import NamedTuple

import numpy as np
import pytest

from echoweave.clips.clip import Box
from echoweave.io.png import read_grey
from echoweave.io.tables import read_tsv
from echoweave.mmode.quality_windows import (
    column_confidence,
    quality_side,
    region_windows,
    write_quality_windows,
)
from echoweave.mmode.strip import LUMEN, UNKNOWN, Strip
from echoweave.mmode.window_files import read_judged_windows


class Stored(NamedTuple):
    name: str
    animal: str
    mass_g: float | None
    strip: Strip


def strip(height=40, width=400, rows=slice(4, 13), ms_per_column=10.0):
    """Every pixel tells its column; the lumen's mean row is 8."""
    pixels = np.tile(np.arange(width, dtype=np.uint8), (height, 1))
    mask = np.full(pixels.shape, UNKNOWN, np.uint8)
    mask[rows, 5:20] = LUMEN
    return Strip(pixels, ms_per_column=ms_per_column, mask=mask)


@pytest.mark.parametrize(
    ("mass_g", "side"),
    [(14.9, 50), (15, 60), (24.9, 60), (25, 75), (35, 90), (44.9, 90), (45, 100), (None, 100)],
)
def test_a_smaller_animal_has_smaller_windows(mass_g, side):
    assert quality_side(100, mass_g) == side


def test_windows_lie_wholly_within_a_stretch_around_the_lumen():
    # Columns 101 to 160 are whole ones of the first stretch, the second is too short.
    boxes = region_windows(strip(), [(1.005, 1.604), (2.0, 2.19)], 20)
    assert [(box.left, box.right) for box in boxes] == [
        (left, left + 20) for left in (101, 111, 121, 130, 140)
    ]
    assert {(box.top, box.bottom) for box in boxes} == {(0, 20)}
    assert region_windows(strip(rows=slice(26, 35)), [(1, 1.2)], 20) == [Box(20, 100, 40, 120)]


def test_a_stretch_ends_with_the_strip_at_the_latest():
    assert region_windows(strip(), [(3.8, 4.04)], 20) == [Box(0, 380, 20, 400)]


def test_good_and_bad_windows_come_into_folders(tmp_path):
    strips = [Stored("a_1", "m_1", 14.0, strip()), Stored("b", "m2", None, strip())]
    # Nobody judged this one, and of the other nobody knows the time.
    strips += [Stored("c", "m2", None, strip()), Stored("d", "m2", None, strip(ms_per_column=None))]
    regions = {"a_1": ([(0, 0.4)], [(1, 1.2), (2, 2.2)]), "b": ([(3, 3.4)], []), "d": ([], [])}
    write_quality_windows(strips, {one.animal for one in strips}, regions, tmp_path / "training")
    windows = read_judged_windows(tmp_path / "training")
    assert [(one.name, one.good, one.picture.shape) for one in windows] == [
        ("m-1_a_1_w000", True, (20, 20)),
        ("m-1_a_1_w001", True, (20, 20)),
        ("m-1_a_1_w002", True, (20, 20)),
        ("m2_b_w000", True, (40, 40)),
        ("m-1_a_1_w003", False, (20, 20)),
        ("m-1_a_1_w004", False, (20, 20)),
    ]
    assert read_grey(tmp_path / "training/bad/m-1_a_1_w004.png")[0, 0] == 200
    row = read_tsv(tmp_path / "training/windows.tsv").set_index("window").loc["m-1_a_1_w004"]
    assert (row["animal"], row["left"], row["side"], row["quality"]) == ("m_1", 200, 20, "bad")


def test_a_split_may_have_no_windows(tmp_path):
    write_quality_windows([], [], {}, tmp_path / "testing")
    assert [one.name for one in sorted((tmp_path / "testing").iterdir()) if one.is_dir()] == [
        "bad",
        "good",
    ]


def test_a_column_has_the_mean_confidence_of_its_windows():
    boxes = [Box(0, 0, 4, 4), Box(0, 2, 4, 6)]
    found = column_confidence(boxes, [1.0, 0.5], 8)
    assert found[:6].tolist() == [1, 1, 0.75, 0.75, 0.5, 0.5]
    assert np.isnan(found[6:]).all()
