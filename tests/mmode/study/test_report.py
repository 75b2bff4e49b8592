"""The page of a study in a browser."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Page

from echoweave.io.png import write_grey
from echoweave.mmode.study.report import render_mmode_report
from tests.mmode.study.conftest import BAD, NETWORK, RECORDED, SHORT
from tests.quiet_page import quiet_page, table_cells


@pytest.fixture(scope="module")
def page(browser: Browser, study: Path) -> Iterator[Page]:
    """The report beside what was measured."""
    figures = [study / "agreement.png", study / "curves.png"]
    for path in figures:
        write_grey(path, np.full((300, 1400), 200, np.uint8))
    report = study / "report.html"
    render_mmode_report(study / "tables", figures, study / "testing", NETWORK, report)
    with quiet_page(browser) as opened:
        opened.goto(report.as_uri())
        yield opened


def rows(page: Page, title: str) -> list[list[str]]:
    return table_cells(page, f"section:has(h2:text-is('{title}')) tbody tr")


def test_what_was_measured_of_whom(page: Page) -> None:
    said = page.inner_text("header p")
    assert said == "3 test strips of 3 animals (patients); numbers by quicknat"
    animals = rows(page, "Animals")
    assert [row[:4] for row in animals] == [
        ["007", "recorded", "1", "4"],
        ["12", "recorded", "0", "0"],
        ["patient0001", "virtual", "0", "0"],
    ]
    assert animals[0][4] == "4.01 (0.00)"
    # Missing, and never 0.
    assert set(animals[1][4:]) == set(animals[2][4:]) == {"-"}


def test_recordings_say_how_many_beats_count(page: Page) -> None:
    recordings = {name: cells for name, *cells in rows(page, "Recordings")}
    assert recordings[RECORDED][:4] == ["100 %", "4", "4", "4.01"]
    assert recordings[BAD][:4] == ["0 %", "4", "0", "-"]
    # From ED to ES the largest diameter.
    assert recordings[SHORT][:4] == ["-", "0", "0", "4.00"]


def test_the_networks_are_compared(page: Page) -> None:
    networks = rows(page, "The networks on test strips")
    assert [row[:3] for row in networks] == [
        ["quicknat", "recorded", "2"],
        ["quicknat", "virtual", "1"],
    ]
    assert "quicknat on 1 test windows" in page.inner_text("body")


def test_every_picture_is_there(page: Page) -> None:
    # Two figures, and a window with what was found in it and its mask.
    widths = page.evaluate("[...document.images].map(one => one.complete && one.naturalWidth)")
    assert len(widths) == 5
    assert widths == [1400, 1400, 32, 32, 32]


def test_recordings_lead_to_their_reports(page: Page) -> None:
    address = page.url
    page.click(f"a:text-is('{RECORDED}')")
    assert page.inner_text("h1") == RECORDED
    page.goto(address)


def test_neither_a_phone_nor_a_screen_needs_scrolling_sideways(page: Page) -> None:
    for width in (1200, 360):
        page.set_viewport_size({"width": width, "height": 740})
        assert page.evaluate("document.documentElement.scrollWidth") == width
