"""report.html and index.html of strips in a browser."""

import csv
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Page

from echoweave.errors import Problem
from echoweave.mmode.analysis import StripAnalysis
from echoweave.mmode.outputs.folder import write_strip_folder
from echoweave.mmode.outputs.page import write_strip_page
from echoweave.mmode.outputs.summary import summarise_strip
from echoweave.outputs.index import write_strip_index
from echoweave.outputs.summary import load_summary, store_summary
from tests.mmode.hearts import COLUMNS, analysed, half_good, sine_strip
from tests.quiet_page import quiet_page, table_cells

HOSTILE = "<img src=x onerror='window.hacked = 1'>@NOTES@"
NO_MM = "the depth of a pixel in mm is unknown"
NOT_GOOD = "no beat lies in a good window"


def strips() -> list[StripAnalysis]:
    """Half of it good, nothing good, and without mm."""
    bare = replace(sine_strip(), mm_per_row=None)
    return [
        analysed(sine_strip(), half_good(), "b_half"),
        analysed(sine_strip(), np.full(COLUMNS, 0.1), "c_bad"),
        replace(analysed(bare, name="a #1 é"), notes=("only told to a px",)),
    ]


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pages")
    half, *others = strips()
    write_strip_folder(half, folder / half.name)
    # Drawing those of the others takes time, and nobody looks at them here.
    pictures = folder / half.name / "poster.png", folder / half.name / "curves.png"
    for strip in others:
        (folder / strip.name).mkdir()
        shutil.copy(pictures[0], folder / strip.name)
        write_strip_page(strip, *pictures, folder / strip.name / "report.html")
        store_summary(summarise_strip(strip), folder / strip.name / "summary.json")
    problem = Problem(f"in/{HOSTILE}.png", "", "no readable picture", "replace it")
    summaries = [load_summary(path) for path in folder.glob("*/summary.json")]
    write_strip_index(summaries, [problem], folder)
    return folder


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    with quiet_page(browser) as opened:
        yield opened


def test_the_report_of_a_strip(page: Page, out: Path) -> None:
    page.goto((out / "b_half/report.html").as_uri())
    assert page.inner_text("h1") == "b_half"
    assert page.inner_text("header p") == "M-mode, mouse, 0.60 s, 4 beats, of which 2 count"
    headline = page.inner_text(".headline")
    assert "82 %\nmedian of the beats" in headline
    assert "600 bpm" in headline
    numbers = table_cells(page, "#numbers tbody tr")
    assert numbers[0][0] == "LV internal diameter, diastole"
    assert numbers[3] == ["Ejection fraction", "82 %", "IQR 0"]
    assert numbers[4][:2] == ["End-diastolic volume", "70 µL"]
    beats = table_cells(page, "section table:not(#numbers) tbody tr")
    assert [row[-1] for row in beats] == ["yes", "yes", "no", "no"]
    facts = page.inner_text("dl")
    assert "Good\n50 % of the strip" in facts
    assert "2, of which 0 lack time" in facts
    images = "[...document.images].every(one => one.complete && one.naturalWidth > 1000)"
    assert page.evaluate(images)


def test_where_nothing_is_good_the_reason_stands_for_every_number(page: Page, out: Path) -> None:
    page.goto((out / "c_bad/report.html").as_uri())
    assert page.inner_text(".headline") == f"Function\nNo numbers\n{NOT_GOOD}"
    assert page.inner_text("#numbers").count(NOT_GOOD) == 7


def test_without_mm_there_are_px_and_reasons(page: Page, out: Path) -> None:
    page.goto((out / "a #1 é/report.html").as_uri())
    assert "80.24 px" in page.inner_text(".headline")
    assert page.inner_text("#numbers").count(NO_MM) == 3
    assert "Only told to a px." in page.inner_text("body")


@pytest.mark.parametrize("name", ["b_half/report.html", "index.html"])
def test_neither_a_phone_nor_a_screen_needs_scrolling_sideways(
    page: Page, out: Path, name: str
) -> None:
    page.goto((out / name).as_uri())
    for width in (360, 1200):
        page.set_viewport_size({"width": width, "height": 740})
        assert page.evaluate("document.documentElement.scrollWidth") == width


def test_texts_are_shown_and_never_run(page: Page, out: Path, tmp_path: Path) -> None:
    strip = replace(sine_strip(), sources={"mm_per_row": HOSTILE})
    hostile = replace(analysed(strip, name=HOSTILE), model=HOSTILE, notes=(HOSTILE,))
    pictures = out / "b_half/poster.png", out / "b_half/curves.png"
    write_strip_page(hostile, *pictures, tmp_path / "report.html")
    page.goto((tmp_path / "report.html").as_uri())
    assert page.inner_text("h1") == HOSTILE
    assert page.inner_text("body").count(HOSTILE) == 4
    assert page.evaluate("window.hacked") is None


def test_the_index_lists_numbers_reasons_and_what_could_not_be_read(page: Page, out: Path) -> None:
    page.goto((out / "index.html").as_uri())
    assert page.inner_text("header p").startswith("3 measured, 1 not measured. Medians over")
    rows = {row[1].split("\n")[0]: row for row in table_cells(page, "table.sortable tbody tr")}
    assert list(rows) == ["a #1 é", "b_half", "c_bad"]
    assert rows["b_half"][2:] == [
        *("4.01 mm\nIQR 0.00", "1.99 mm\nIQR 0.00", "50 %\nIQR 0", "82 %\nIQR 0"),
        *("600 bpm\nIQR 0", "50 %"),
    ]
    assert rows["c_bad"][2:] == [NOT_GOOD] * 5 + ["0 %"]
    assert rows["a #1 é"][5] == NO_MM
    assert f"in/{HOSTILE}.png" in page.inner_text(".problems")
    poster = page.locator("img[src='b_half/poster.png']")
    assert poster.evaluate("one => one.decode().then(() => one.naturalWidth > 1000)")
    # What is unknown stays last, whichever way it is sorted.
    page.click("th button:text-is('EF')")
    assert [cell.split("\n")[0] for cell in table_cells(page, "table.sortable tbody tr")[0]][
        1
    ] == "b_half"
    page.click("td a:text-is('c_bad')")
    assert page.url.endswith("/c_bad/report.html")


def test_results_have_a_row_a_strip(out: Path) -> None:
    with (out / "results.csv").open(newline="") as file:
        bare, half, bad = csv.DictReader(file)
    assert [row["view"] for row in (bare, half, bad)] == ["M-mode"] * 3
    told = ("beats", "beats_counted", "good_share", "heart_rate_bpm")
    assert [half[key] for key in told] == ["4", "2", "0.5", "600"]
    assert [bad[key] for key in told] == ["4", "0", "0", ""]
    assert [bare[key] for key in told] == ["4", "4", "", "600"]
    assert bad["ef_percent_reason"] == bad["lvidd_mm_reason"] == NOT_GOOD
    assert (bare["ef_percent"], bare["ef_percent_reason"]) == ("", NO_MM)
    assert (bare["lvidd_mm"], bare["lvidd_mm_reason"], half["lvidd_px"]) == ("", "", "")
    assert float(bare["lvidd_px"]) == pytest.approx(80, rel=0.01)
