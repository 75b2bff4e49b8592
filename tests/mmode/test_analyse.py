"""One strip, from its pixels to its numbers, with networks that are known by hand."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from echoweave.inference.many import InputIdentity
from echoweave.mmode.analyse import analyse_strip, mask_between
from echoweave.mmode.analysis import StripAnalysis
from echoweave.mmode.bundle import read_mmode_bundle
from echoweave.mmode.function.borders import Borders
from echoweave.mmode.segmenter import MModeSegmenter
from echoweave.mmode.strip import Strip
from tests.mmode.dark import write_dark_bundle
from tests.mmode.hearts import COLUMNS, MM_PER_ROW, sine_strip

Analyse = Callable[..., StripAnalysis]


@pytest.fixture(scope="module")
def analyse(tmp_path_factory: pytest.TempPathFactory) -> Analyse:
    bundle = read_mmode_bundle(write_dark_bundle(tmp_path_factory.mktemp("a") / "dark", size=100))
    segmenter = MModeSegmenter(bundle, threads=1)
    identity = InputIdentity("mouse_1", "b" * 64, "c" * 64)
    return lambda strip, species="mouse", **more: analyse_strip(
        strip, identity, species, segmenter, **more
    )


def with_pixels(pixels: np.ndarray) -> Strip:
    return replace(sine_strip(), pixels=pixels, mask=None)


def faint_strip() -> Strip:
    """Too dark to be good, and its lumen still darker."""
    return with_pixels(np.where(sine_strip().pixels == 10, 0, 110).astype(np.uint8))


def value(found: StripAnalysis, name: str) -> float | None:
    return found.function.numbers[name].value


def test_the_numbers_of_a_strip_by_hand(analyse: Analyse) -> None:
    found = analyse(sine_strip())
    assert value(found, "lvidd_mm") == pytest.approx(4, rel=0.01)
    assert value(found, "lvids_mm") == pytest.approx(2, rel=0.01)
    assert value(found, "heart_rate_bpm") == pytest.approx(600, rel=0.001)
    assert found.function.good_share == 1
    assert (found.model, found.name) == ("quicknat (Nothing)", "mouse_1")
    assert found.notes == ()
    # 40 rows wide at the systole of column 40: 2 mm, and 7 * 8 / 4.4 uL.
    assert found.diameter[40] == pytest.approx(2, abs=MM_PER_ROW)
    assert found.volume is not None
    assert found.volume[40] == pytest.approx(12.727, rel=0.05)
    assert found.column_times[40] == 50


def test_wild_borders_of_a_bad_stretch_change_nothing(analyse: Analyse) -> None:
    pixels = sine_strip().pixels.copy()
    wild = np.random.default_rng(0).integers(20, 90, (100, COLUMNS - 300), dtype=np.uint8)
    # Dark, and so bad; the windows that reach into it are judged together with what they show.
    wild[:10] = wild[95:] = 0
    pixels[:, 300:] = wild // 3
    found = analyse(with_pixels(pixels))
    assert found.confidence is not None
    assert found.confidence[:200].min() > 0.9
    assert found.confidence[400:].max() < 0.1
    assert value(found, "heart_rate_bpm") == pytest.approx(600, rel=0.005)
    assert value(found, "lvidd_mm") == pytest.approx(4, rel=0.01)
    counted = found.function.beats[found.function.beats["good"]]
    assert counted["end_ms"].max() < 300 * 1.25


def test_nothing_good_is_missing(analyse: Analyse) -> None:
    found = analyse(faint_strip())
    assert found.function.good_share == 0
    assert {one.reason for one in found.function.numbers.values()} == {
        "no beat lies in a good window"
    }
    assert "only 0 % of the strip are good" in found.notes


def test_nobody_judges_where_it_is_not_asked_for(analyse: Analyse) -> None:
    found = analyse(faint_strip(), judge=False)
    assert found.confidence is None
    assert found.function.counted == len(found.function.beats) == 4
    assert found.notes == ("no window was judged: every beat counts",)


def test_a_bright_strip_has_no_lumen(analyse: Analyse) -> None:
    found = analyse(with_pixels(np.full((100, 300), 200, np.uint8)))
    assert not found.mask.any()
    assert np.isnan(found.diameter).all()
    assert {one.reason for one in found.function.numbers.values()} == {"no left ventricle is found"}


def test_lumen_from_edge_to_edge_is_as_high_as_the_strip(analyse: Analyse) -> None:
    found = analyse(with_pixels(np.full((100, 300), 70, np.uint8)))
    assert found.diameter == pytest.approx(5)
    assert found.mask.all()


@pytest.mark.parametrize("columns", [1, 10])
def test_strips_of_few_columns(analyse: Analyse, columns: int) -> None:
    found = analyse(with_pixels(sine_strip().pixels[:, :columns]))
    assert found.mask.shape == (100, columns)
    assert found.diameter == pytest.approx(4, abs=0.3)
    assert value(found, "lvidd_mm") is None


def test_what_is_unknown_is_said(analyse: Analyse) -> None:
    bare = replace(sine_strip(), mm_per_row=None, ms_per_column=None, breaks=(200,), notes=("old",))
    found = analyse(bare, species="human")
    assert (found.length_unit, found.time_unit, found.volume) == ("px", "columns", None)
    assert found.column_times[7] == 7
    assert found.notes == (
        "old",
        "the depth of a pixel is unknown: diameters are in px; --mm-per-px tells it",
        "the time of a pixel is unknown, so there are no beats; --ms-per-px tells it",
        "time is missing at 1 of 2 joins: no beat goes across",
        "the model was trained on the other species (mouse)",
    )


def test_the_mask_has_pixels_whose_centres_lie_inside() -> None:
    borders = Borders(np.array([1.4, 1.6, np.nan, 0.0]), np.array([2.5, 3.6, np.nan, 4.0]))
    assert mask_between(borders, (4, 4)).T.tolist() == [
        *([0, 1, 0, 0], [0, 0, 1, 1], [0, 0, 0, 0], [1, 1, 1, 1])
    ]
