"""The folders of strips: what is written of each, and what the pictures show."""

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from echoweave.mmode.analysis import StripAnalysis
from echoweave.mmode.outputs.files import STRIP_FILES
from echoweave.mmode.outputs.folder import write_strip_folder
from echoweave.mmode.outputs.picture import draw_strip
from echoweave.outputs.summary import load_summary
from tests.mmode.hearts import COLUMNS, MM_PER_ROW, MS_PER_COLUMN, analysed, half_good, sine_strip

# sRGB of what is drawn.
GOOD_BEAT, BAD_BEAT, BREAK = (0, 158, 115), (213, 94, 0), (204, 121, 167)
DIASTOLE, SYSTOLE, UNCOUNTED = (213, 94, 0), (0, 114, 178), (235, 235, 235)


def long_strip(columns: int) -> StripAnalysis:
    """The same beats over and over, the half of them good."""
    strip, times = sine_strip(), columns // COLUMNS + 1
    assert strip.mask is not None
    pixels, mask = (np.tile(one, times)[:, :columns] for one in (strip.pixels, strip.mask))
    confidence = np.tile(half_good(), times)[:columns]
    return analysed(replace(strip, pixels=pixels, mask=mask), confidence)


def cut(columns: slice) -> StripAnalysis:
    strip = sine_strip()
    assert strip.mask is not None
    return analysed(replace(strip, pixels=strip.pixels[:, columns], mask=strip.mask[:, columns]))


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A strip of which the half is good, and one that nothing is known of but a break."""
    folder = tmp_path_factory.mktemp("strips")
    write_strip_folder(analysed(sine_strip(), half_good()), folder / "half")
    bare = replace(sine_strip(), mm_per_row=None, ms_per_column=None, breaks=(200,))
    write_strip_folder(analysed(bare), folder / "bare")
    return folder


def table(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def shows(path: Path, colour: tuple[int, int, int]) -> NDArray[np.bool_]:
    """Where a picture has this colour, bool [Y, X]."""
    pixels = np.asarray(Image.open(path).convert("RGB"))
    return np.asarray((pixels == colour).all(axis=-1))


def test_the_files_are_those_that_rules_declare(out: Path) -> None:
    for folder in out.iterdir():
        assert {path.name for path in folder.iterdir()} == set(STRIP_FILES)


def test_the_mask_is_on_the_grid_of_the_strip(out: Path) -> None:
    mask = np.asarray(Image.open(out / "half/mask.png"))
    expected = sine_strip().mask
    assert expected is not None
    np.testing.assert_array_equal(mask, 255 * expected)


def test_columns_in_mm_ms_and_ul(out: Path) -> None:
    rows = table(out / "half/lvid.csv")
    assert len(rows) == COLUMNS
    # A systole, 40 rows wide: 7 * 8 / 4.4. The curve is smoothed, which pixels need.
    row = rows[40]
    assert [row[name] for name in ("column", "time_ms", "upper_mm", "lower_mm", "confidence")] == [
        *("40", "50", "1.5", "3.5", "0.9"),
    ]
    assert float(row["lvid_mm"]) == pytest.approx(2, abs=0.01)
    assert float(row["volume_ul"]) == pytest.approx(12.7273, abs=0.2)


def test_columns_and_beats_of_which_nothing_is_known(out: Path) -> None:
    rows = table(out / "bare/lvid.csv")
    assert list(rows[0]) == ["column", "time_ms", "upper_px", "lower_px", "lvid_px"]
    assert list(rows[40].values()) == ["40", "", "30", "70", "40"]
    assert table(out / "bare/beats.csv") == []
    header = (out / "bare/beats.csv").read_text().strip()
    assert header.startswith("beat,start_ms,systole_ms,end_ms,lvidd_px,lvids_px,edv_ul,esv_ul,")


def test_a_row_a_beat(out: Path) -> None:
    rows = table(out / "half/beats.csv")
    assert [row["beat"] for row in rows] == ["1", "2", "3", "4"]
    assert [row["good"] for row in rows] == ["1", "1", "0", "0"]
    first = {key: float(value) for key, value in rows[0].items()}
    assert first["start_ms"] == pytest.approx(80 * MS_PER_COLUMN, abs=MS_PER_COLUMN)
    assert first["lvids_mm"] == pytest.approx(40 * MM_PER_ROW, rel=0.01)
    assert first["ef_percent"] == pytest.approx(81.82, rel=0.01)


def test_no_output_holds_what_names_people(out: Path) -> None:
    assert "LINDE" in sine_strip().secrets
    for path in out.rglob("*.*"):
        content = path.read_bytes()
        assert b"LINDE" not in content, path
        assert str(out).encode() not in content, path


def test_the_picture_shows_which_beats_count_and_how_good_the_strip_is(out: Path) -> None:
    poster = out / "half/poster.png"
    width = Image.open(poster).width
    good, bad = (np.flatnonzero(shows(poster, one).any(axis=0)) for one in (GOOD_BEAT, BAD_BEAT))
    assert good.max() < width / 2 < bad.min() + 20
    # The bar above: green over the good half, red over the other.
    bar = np.asarray(Image.open(poster).convert("RGB"))[14].astype(int)
    assert (bar[width // 4, 1] > bar[width // 4, 0]) & (bar[3 * width // 4, 0] > 200)
    assert not shows(poster, BREAK).any()


def test_breaks_are_dashed_lines(out: Path) -> None:
    where = np.flatnonzero(shows(out / "bare/poster.png", BREAK).any(axis=0))
    assert len(where) <= 4
    assert not shows(out / "bare/poster.png", GOOD_BEAT).any()
    assert shows(out / "bare/curves.png", (51, 51, 51)).any()


def test_curves_mark_beats_and_shade_those_that_do_not_count(out: Path) -> None:
    curves = out / "half/curves.png"
    width = Image.open(curves).width
    assert shows(curves, DIASTOLE).any()
    assert shows(curves, SYSTOLE).any()
    # Letters have all greys in a pixel or two.
    shaded = np.flatnonzero(shows(curves, UNCOUNTED).sum(axis=0) > 100)
    assert width / 2 < shaded.min() < shaded.max() < 0.85 * width


def test_a_strip_of_one_column(tmp_path: Path) -> None:
    write_strip_folder(cut(slice(1)), tmp_path / "few")
    assert np.asarray(Image.open(tmp_path / "few/mask.png")).shape == (100, 1)
    assert len(table(tmp_path / "few/lvid.csv")) == 1
    assert load_summary(tmp_path / "few/summary.json")["beats"] == []


def test_a_strip_without_lumen_says_so(tmp_path: Path) -> None:
    strip = sine_strip()
    assert strip.mask is not None
    nothing = replace(strip, mask=np.zeros_like(strip.mask))
    write_strip_folder(analysed(nothing, half_good()), tmp_path / "dark")
    assert not np.asarray(Image.open(tmp_path / "dark/mask.png")).any()
    assert table(tmp_path / "dark/lvid.csv")[7]["lvid_mm"] == ""
    # No axes of nothing.
    assert not shows(tmp_path / "dark/curves.png", (0, 0, 0)).any()
    assert "no left ventricle is found" in (tmp_path / "dark/report.html").read_text()


def test_a_picture_of_twenty_thousand_columns_is_bounded(tmp_path: Path) -> None:
    draw_strip(long_strip(20_000), tmp_path / "long.png")
    assert Image.open(tmp_path / "long.png").size[1] < 2000
