import csv
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from echoweave.errors import Problem
from echoweave.function.analysis import BiplaneAnalysis, Measured
from echoweave.outputs.index import write_index
from echoweave.outputs.poster import write_poster
from echoweave.outputs.summary import Summary, summarise_clip, summarise_pair
from tests.quiet_page import quiet_page

from .hearts import NO_BEAT, in_pixels, phantom_heart, without_beats

HOSTILE = "<img src=x onerror='window.hacked = 1'>"
PROBLEMS = [
    Problem("in/doppler.dcm", "", "a colour Doppler clip", "give a grey one"),
    Problem(f"in/{HOSTILE}.avi", "Rows", "0 rows", "replace it with a sound copy"),
]


def with_ef(name: str, ef: float) -> Summary:
    number = {"ef_percent": Measured(ef, ef - 5, ef + 5)}
    return summarise_clip(replace(phantom_heart(), name=name, measured=number))


CLIPS = [
    with_ef("b", 9.0),
    with_ef("a", 55.0),
    summarise_clip(replace(without_beats(phantom_heart()), name="c")),
    summarise_clip(replace(in_pixels(phantom_heart()), name="d")),
]
PAIR = summarise_pair(
    BiplaneAnalysis(("a", "b"), {"ef_percent": Measured(51.0, 47.0, 55.0, 1.2)}, ("far apart",)),
    CLIPS[0],
)


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("index")
    for clip in CLIPS:
        write_poster(phantom_heart(), folder / clip["name"] / "poster.png")
        (folder / clip["name"] / "report.html").write_text("<p>a report</p>")
    write_index(CLIPS, [PAIR], PROBLEMS, folder)
    return folder


@pytest.fixture
def page(browser: Browser, out: Path) -> Iterator[Page]:
    """The index; anything on the console is a failure."""
    with quiet_page(browser) as opened:
        opened.goto((out / "index.html").as_uri())
        yield opened


def names(page: Page) -> list[str]:
    links = "table:has(img) tbody td:nth-child(2) a"
    return [str(name) for name in page.eval_on_selector_all(links, "all => all.map(a => a.text)")]


def sort_by(page: Page, head: str) -> list[str]:
    page.click(f"table:has(img) th button:text-is('{head}')")
    return names(page)


def test_every_clip_has_its_ef_with_the_interval_or_the_reason(page: Page) -> None:
    rows = [row.inner_text() for row in page.query_selector_all("table:has(img) tbody tr")]
    assert [row.split()[0] for row in rows] == ["a", "b", "c", "d"]
    assert "55 %\n50 to 60" in rows[0]
    assert NO_BEAT in rows[2]
    assert "px³" in rows[3]


def test_heads_sort_by_number_and_leave_the_unknown_last(page: Page) -> None:
    assert names(page) == ["a", "b", "c", "d"]
    # 9, then 24 and 55: as text 9 would be the last.
    assert sort_by(page, "EF") == ["b", "d", "a", "c"]
    assert sort_by(page, "EF") == ["a", "d", "b", "c"]
    assert sort_by(page, "Clip") == ["a", "b", "c", "d"]


def test_posters_are_shown_and_lead_to_the_reports(page: Page) -> None:
    # They are loaded once they are looked at.
    for poster in page.locator("img").all():
        poster.scroll_into_view_if_needed()
    page.wait_for_function("[...document.images].every(one => one.complete && one.naturalWidth)")
    page.click("table:has(img) tbody tr:first-child img")
    assert page.url.endswith("/a/report.html")


def test_two_views_stand_together(page: Page) -> None:
    pair = page.inner_text("table:not(:has(img)) tbody tr")
    assert pair.startswith("a + b\nfar apart")
    assert "51 %\n47 to 55" in pair


def test_what_could_not_be_read_is_said_and_never_run(page: Page) -> None:
    said = page.inner_text(".problems")
    assert "in/doppler.dcm\ta colour Doppler clip\tgive a grey one" in said
    assert f"in/{HOSTILE}.avi: Rows" in said
    assert page.evaluate("window.hacked") is None


def test_a_phone_needs_no_scrolling_sideways(page: Page) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    assert page.evaluate("document.documentElement.scrollWidth") == 360


def test_names_of_files_that_no_address_may_hold(browser: Browser, tmp_path: Path) -> None:
    name = "a #1 100% é"
    write_poster(phantom_heart(), tmp_path / name / "poster.png")
    write_index([with_ef(name, 50.0)], [], [], tmp_path)
    page = browser.new_page()
    page.goto((tmp_path / "index.html").as_uri())
    page.wait_for_function("document.images[0].naturalWidth > 0")
    page.close()


def test_a_folder_of_nothing_but_problems_has_an_index(tmp_path: Path) -> None:
    write_index([], [], PROBLEMS, tmp_path)
    assert "2 not measured" in (tmp_path / "index.html").read_text()
    assert (tmp_path / "results.csv").read_text().count("\n") == 1


def results(out: Path) -> list[dict[str, str]]:
    with (out / "results.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def test_results_have_a_row_a_clip_and_one_a_pair(out: Path) -> None:
    rows = results(out)
    assert [(row["name"], row["kind"], row["view"]) for row in rows] == [
        ("a", "clip", "4CH"),
        ("b", "clip", "4CH"),
        ("c", "clip", "4CH"),
        ("d", "clip", "4CH"),
        ("a + b", "pair", "2CH + 4CH"),
    ]
    ends = ("ef_percent", "ef_percent_low", "ef_percent_high", "ef_percent_spread")
    assert [rows[4][end] for end in ends] == ["51", "47", "55", "1.2"]


def test_results_have_units_in_their_names_and_reasons_beside(out: Path) -> None:
    rows = results(out)
    assert rows[2]["edv_ml"] == rows[2]["edv_px3"] == ""
    assert rows[2]["edv_ml_reason"] == NO_BEAT
    assert float(rows[3]["edv_px3"]) > 0
    assert {"length_ed_mm_low", "length_ed_px_high", "heart_rate_bpm", "dice_atrium"} <= rows[
        0
    ].keys()
