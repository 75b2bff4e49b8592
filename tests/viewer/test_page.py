import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from .study import write_viewer


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_viewer(tmp_path_factory.mktemp("viewer"))


def test_the_study_in_the_page(index: Path) -> None:
    text = index.read_text().partition('id="study">')[2].partition("</script>")[0]
    study = json.loads(text)
    first, second, third = study["sequences"]
    assert first["closure"] == pytest.approx(0.85)
    assert first["dice"] == {"sparse2d": None, "dense3d": None}
    assert second["dice"] == {"sparse2d": 0.9, "dense3d": 0.95}
    assert third["closure"] is None
    assert [row["role"] for row in study["sequences"]] == ["hold-out", "", ""]
    assert study["volumes"]["patient0002"]["dense3d"]["ef_error"] == 5.0


def test_the_page_loads_nothing_from_elsewhere(index: Path) -> None:
    page = index.read_text()
    assert "http://" not in page
    assert "https://" not in page
    assert "@STYLE@" not in page


@pytest.fixture(scope="module")
def browser_page(browser: Browser) -> Page:
    page = browser.new_page(viewport={"width": 1200, "height": 900})
    page.set_default_timeout(10_000)
    return page


@pytest.fixture
def viewer(browser_page: Page, index: Path) -> Iterator[Page]:
    """The page at patient0002 4CH; anything on the console is a failure."""
    noise: list[str] = []
    browser_page.on("console", lambda message: noise.append(message.text))
    browser_page.on("pageerror", lambda error: noise.append(str(error)))
    browser_page.goto("about:blank")
    browser_page.goto(f"{index.as_uri()}#patient0002_4CH")
    browser_page.wait_for_function("echoweave && state.clip?.name === 'patient0002_4CH'")
    yield browser_page
    assert noise == []


HOSTILE = (
    "</script><script>window.hacked = 1</script>",
    "<!--<script>",
    "\"'><img src=x onerror='window.hacked = 1'>&amp;",
)


def test_names_from_files_are_shown_and_never_run(browser_page: Page, tmp_path: Path) -> None:
    browser_page.goto(write_viewer(tmp_path, HOSTILE).as_uri())
    browser_page.wait_for_function("echoweave && state.clip")
    rows = browser_page.eval_on_selector_all("#list span", "spans => spans.map(s => s.textContent)")
    assert tuple(rows) == HOSTILE
    for name, quality in zip(names(browser_page), HOSTILE, strict=True):
        browser_page.click(f"#list button[data-name={name}]")
        browser_page.wait_for_function(f"state.clip.name === '{name}'")
        assert f"{quality} quality" in browser_page.text_content("#subtitle")
    assert browser_page.evaluate("window.hacked") is None
    browser_page.goto("about:blank")


def test_a_diastole_is_called_one(viewer: Page) -> None:
    told = "a diastole, played backwards from ED to ES"
    assert told in viewer.inner_text("#subtitle")
    viewer.click("#list button[data-name=patient0003_4CH]")
    viewer.wait_for_function("state.clip.name === 'patient0003_4CH'")
    assert told not in viewer.inner_text("#subtitle")


def position(viewer: Page) -> str:
    return viewer.inner_text("#position")


def names(viewer: Page) -> list[str]:
    return [str(name) for name in viewer.eval_on_selector_all("#list button", DATA_NAMES)]


DATA_NAMES = "buttons => buttons.map(button => button.dataset.name)"
PIXELS = "document.getElementById('frame').toDataURL()"


def test_keys_move_through_the_frames(viewer: Page) -> None:
    assert position(viewer) == "Frame 1 / 4 ED"
    viewer.keyboard.press("ArrowRight")
    assert position(viewer) == "Frame 2 / 4"
    viewer.keyboard.press("s")
    assert position(viewer) == "Frame 4 / 4 ES"
    viewer.keyboard.press("ArrowRight")
    assert position(viewer) == "Frame 4 / 4 ES"
    viewer.keyboard.press("d")
    assert position(viewer) == "Frame 1 / 4 ED"


def test_the_slider_scrubs_and_the_curves_follow(viewer: Page) -> None:
    cursor = "Number(document.querySelector('.cursor').getAttribute('x1'))"
    before = viewer.evaluate(cursor)
    viewer.fill("#slider", "2")
    assert position(viewer) == "Frame 3 / 4"
    assert viewer.evaluate(cursor) > before


def test_play_goes_on_by_itself_and_space_stops_it(viewer: Page) -> None:
    viewer.keyboard.press(" ")
    viewer.wait_for_function("state.frame === 2")
    viewer.keyboard.press(" ")
    assert viewer.inner_text("#play") == "Play"
    assert viewer.evaluate("state.timer") is None


def test_layers_and_opacity_change_the_picture(viewer: Page) -> None:
    both = viewer.evaluate(PIXELS)
    viewer.uncheck("#show-dense3d")
    without = viewer.evaluate(PIXELS)
    assert without != both
    viewer.keyboard.press("6")
    assert viewer.evaluate(PIXELS) == both
    viewer.fill("[aria-label='Opacity of 2D+time dense']", "0.2")
    assert viewer.evaluate(PIXELS) not in (both, without)


def test_outlines_are_fine_however_small_the_frames_are(viewer: Page) -> None:
    # 64 x 64 pixels of 2 mm x 1 mm: sixteen canvas pixels each way across, twice as many down.
    canvas = viewer.evaluate("[frame.width, frame.height]")
    assert canvas == [1024, 2048]


def test_layers_that_a_sequence_lacks_cannot_be_switched(viewer: Page) -> None:
    assert viewer.is_disabled("#show-fused")
    assert viewer.is_enabled("#show-sparse2d")


def test_search_and_sort(viewer: Page) -> None:
    viewer.select_option("#sort", label="Image quality")
    assert names(viewer) == ["patient0001_4CH", "patient0003_4CH", "patient0002_4CH"]
    viewer.select_option("#sort", label="Dice of 2D sparse, worst first")
    assert names(viewer) == ["patient0003_4CH", "patient0002_4CH", "patient0001_4CH"]
    viewer.select_option("#sort", label="EF error of 2D sparse, worst first")
    assert names(viewer)[0] == "patient0002_4CH"
    viewer.fill("#search", "testing medium")
    assert names(viewer) == ["patient0003_4CH"]


def test_what_the_registration_has_seen_is_said_and_can_be_searched(viewer: Page) -> None:
    viewer.fill("#search", "hold-out")
    assert names(viewer) == ["patient0001_4CH"]
    viewer.click("#list button")
    viewer.wait_for_function("state.clip.name === 'patient0001_4CH'")
    assert "registration: hold-out, closure Dice 0.850" in viewer.inner_text("#subtitle")


def test_the_next_sequence_by_key(viewer: Page) -> None:
    viewer.keyboard.press("ArrowDown")
    viewer.wait_for_function("state.clip.name === 'patient0003_4CH'")
    assert viewer.inner_text("#title") == "patient0003 4CH"
    assert "No predicted volumes" in viewer.inner_text("#volumes")


def test_volumes_and_ef(viewer: Page) -> None:
    rows = viewer.inner_text("#volumes").splitlines()
    assert rows[-1].split() == ["Reference", "90.0", "45.0", "50.0"]
    assert any(row.split()[-4:] == ["100.0", "45.0", "55.0", "5.0"] for row in rows)


def test_a_cavity_without_a_size_of_pixels(browser_page: Page, tmp_path: Path) -> None:
    page = write_viewer(tmp_path, ("", "", ""), (0, 1), "px")
    browser_page.goto(f"{page.as_uri()}#patient0002_4CH")
    browser_page.wait_for_function("state.clip?.name === 'patient0002_4CH'")
    assert browser_page.locator("#curves h3").all_inner_texts() == ["LV cavity (px²)"]
    # 10 x 20 and 10 x 14 pixels of 2 x 1 native ones, on the axis.
    shown = browser_page.locator("#curves text").all_text_contents()
    assert {"280", "400"} <= set(shown)
    head, *_, last = browser_page.inner_text("#volumes").splitlines()
    assert head.split() == ["EDV", "px³", "ESV", "px³", "EF", "%", "EF", "error"]
    assert last.split() == ["Reference", "90.0", "45.0", "50.0"]
    browser_page.goto("about:blank")


def test_a_phone_needs_no_sideways_scrolling(viewer: Page) -> None:
    viewer.set_viewport_size({"width": 390, "height": 844})
    assert viewer.evaluate("document.documentElement.scrollWidth") == 390
    viewer.set_viewport_size({"width": 1200, "height": 900})
