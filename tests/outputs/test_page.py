import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, Page
from scipy.ndimage import gaussian_filter

from echoweave.function.analysis import ClipAnalysis, Measured
from echoweave.outputs.page import encode_frames, write_report_page
from tests.quiet_page import quiet_page

from .hearts import NO_BEAT, in_pixels, phantom_heart, without_beats

HEARTS = {
    "whole": phantom_heart(),
    "no beats": without_beats(phantom_heart()),
    "pixels": in_pixels(phantom_heart()),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("reports")
    for name, heart in HEARTS.items():
        write_report_page(heart, out / f"{name}.html")
    return out


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """An empty page; anything on the console is a failure."""
    with quiet_page(browser) as opened:
        yield opened


@pytest.fixture
def report(page: Page, folder: Path) -> Page:
    return show(page, folder / "whole.html")


def show(page: Page, path: Path) -> Page:
    page.goto(path.as_uri())
    page.wait_for_selector("body[data-ready]")
    return page


def position(report: Page) -> str:
    return report.inner_text("#position")


PIXELS = "document.getElementById('frame').toDataURL()"
WIDTHS = "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"


def test_it_loads_nothing_from_elsewhere(folder: Path) -> None:
    text = (folder / "whole.html").read_text()
    assert "http://" not in text
    assert "https://" not in text
    assert "@STYLE@" not in text


def test_the_numbers_stand_there_with_intervals_and_spread(report: Page) -> None:
    ef = phantom_heart().measured["ef_percent"]
    assert ef.value is not None
    rows = report.eval_on_selector_all(
        "#numbers tbody tr", "rows => rows.map(row => [...row.cells].map(c => c.textContent))"
    )
    interval = f"{0.85 * ef.value:.0f} to {1.15 * ef.value:.0f}"
    assert rows[0] == ["Ejection fraction", f"{ef.value:.0f} %", interval, "± 1"]
    assert rows[-1] == ["Dice, left atrium", "0.86", "0.80 to 0.98", ""]
    assert f"{ef.value:.0f} %" in report.inner_text(".headline")


def test_where_there_is_no_number_the_reason_stands(page: Page, folder: Path) -> None:
    show(page, folder / "no beats.html")
    assert NO_BEAT in page.inner_text(".headline")
    assert page.inner_text("#numbers").count(NO_BEAT) == 8
    assert "Beat by beat" not in page.inner_text("body")


def test_what_was_assumed_the_model_and_the_warning_stand_there(page: Page, folder: Path) -> None:
    body = show(page, folder / "pixels.html").inner_text("body")
    assert "The size of a pixel is unknown: lengths are in px and volumes in px³." in body
    assert "the clip plays at 25 frames a second" in body
    assert "EchoWeave phantom, weak3d (bundle aaaaaaaaaaaa)" in body
    assert "4CH (the option --view)" in body
    assert "Not a medical device: for research only." in body


def test_keys_move_through_the_frames_and_to_ed_and_es(report: Page) -> None:
    assert position(report) == "Frame 1 / 25, 0 ms, ED of beat 1"
    report.keyboard.press("ArrowRight")
    assert position(report) == "Frame 2 / 25, 60 ms"
    report.keyboard.press("s")
    assert position(report) == "Frame 6 / 25, 300 ms, ES of beat 1"
    report.keyboard.press("d")
    assert position(report) == "Frame 13 / 25, 720 ms, ED of beat 2"


def test_slider_and_curve_seek_and_the_cursor_follows(report: Page) -> None:
    cursor = "Number(document.querySelector('#curve-volume .cursor').getAttribute('x1'))"
    before = report.evaluate(cursor)
    report.fill("#slider", "12")
    assert position(report).startswith("Frame 13 / 25")
    # Half way between 46 and 462.
    assert (before, report.evaluate(cursor)) == (46, 254)
    box = report.locator("#curve-quality").bounding_box()
    assert box is not None
    report.mouse.click(box["x"] + box["width"] * 462 / 480, box["y"] + box["height"] / 2)
    assert position(report).startswith("Frame 25 / 25")


def test_it_plays_in_its_own_time_and_stops(report: Page) -> None:
    report.keyboard.press(" ")
    report.wait_for_function("state.frame === 4")
    report.keyboard.press(" ")
    assert report.inner_text("#play") == "Play"
    stopped = position(report)
    report.wait_for_timeout(150)
    assert position(report) == stopped


def test_every_structure_is_switched_by_itself(report: Page) -> None:
    every = report.evaluate(PIXELS)
    seen = {every}
    for number, name in enumerate(("cavity", "myocardium", "atrium"), 1):
        report.uncheck(f"#show-{name}")
        seen.add(report.evaluate(PIXELS))
        report.keyboard.press(str(number))
        assert report.evaluate(PIXELS) == every
    assert len(seen) == 4


def test_a_clip_of_the_cavity_alone_has_one_switch(page: Page, folder: Path) -> None:
    show(page, folder / "pixels.html")
    assert page.inner_text("#structures").strip() == "LV cavity"
    assert position(page) == "Frame 1 / 25, ED of beat 1"


@pytest.mark.parametrize("name", HEARTS)
def test_a_phone_needs_no_scrolling_sideways(page: Page, folder: Path, name: str) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    show(page, folder / f"{name}.html")
    assert page.evaluate(WIDTHS) == [360, 360]
    numbers = "[numbers.scrollWidth, numbers.parentElement.clientWidth]"
    content, room = page.evaluate(numbers)
    assert content <= room


def test_paper_shows_ed_and_es_and_no_buttons(report: Page) -> None:
    assert not report.is_visible("#other")
    report.emulate_media(media="print")
    report.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert report.is_visible("#other")
    assert not report.is_visible("#play")
    assert report.evaluate("other.toDataURL()") != report.evaluate(PIXELS)


HOSTILE = "</script><img src=x onerror='window.hacked = 1'>@STUDY@"


def test_texts_are_shown_and_never_run(page: Page, tmp_path: Path) -> None:
    heart = replace(
        phantom_heart(),
        name=HOSTILE,
        model=HOSTILE,
        sources={"view": HOSTILE},
        notes=(HOSTILE,),
        measured={"ef_percent": Measured(None, reason=HOSTILE)},
    )
    write_report_page(heart, tmp_path / "report.html")
    show(page, tmp_path / "report.html")
    assert page.inner_text("h1") == HOSTILE
    assert page.inner_text("body").count(HOSTILE) == 6
    assert page.evaluate("window.hacked") is None


def test_frames_without_a_cavity_leave_a_gap_in_the_curve(page: Page, tmp_path: Path) -> None:
    heart = phantom_heart()
    volume = heart.curves.volume.copy()
    volume[3:5] = np.nan
    nothing = np.full(25, np.nan)
    curves = replace(heart.curves, volume=volume, quality=nothing)
    write_report_page(replace(heart, curves=curves), tmp_path / "report.html")
    show(page, tmp_path / "report.html")
    line = page.get_attribute("#curve-volume path", "d")
    assert line is not None
    assert (line.count("M"), line.count("L")) == (2, 21)
    assert page.text_content("#curve-quality").strip().endswith("no frame has a value")


def of_speckle(n_frames: int) -> ClipAnalysis:
    """Frames of 600 x 800 that are as hard to compress as real ones."""
    rng = np.random.default_rng(0)
    speckle = gaussian_filter(rng.gamma(1.0, 60.0, (n_frames, 600, 800)), (0, 1.5, 1.5))
    return replace(phantom_heart(), shown=speckle.clip(0, 255).astype(np.uint8))


def test_a_hundred_frames_of_600_by_800_stay_below_five_megabytes() -> None:
    # Four frames stand for a hundred: each frame is stored by itself.
    frames = encode_frames(of_speckle(4).shown, largest=4_000_000 * 4 // 100)
    assert 25 * sum(map(len, frames)) <= 4_000_000


def test_the_study_holds_no_nan_and_counts_frames_from_zero(folder: Path) -> None:
    text = (folder / "pixels.html").read_text().partition('id="study">')[2]
    study: dict[str, Any] = json.loads(text.partition("</script>")[0])
    assert study["times_ms"] is None
    assert study["marks"][1] == {"frame": 5, "phase": "ES", "beat": 1}
