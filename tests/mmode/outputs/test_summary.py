from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from echoweave.mmode.analysis import StripAnalysis
from echoweave.mmode.function.measure import measure_strip
from echoweave.mmode.function.species import SPECIES
from echoweave.mmode.outputs.summary import summarise_strip
from echoweave.mmode.strip import LUMEN, Strip
from echoweave.outputs.summary import load_summary, store_summary
from tests.mmode.hearts import COLUMNS, MM_PER_ROW, analysed, half_good, sine_strip


def first_columns(count: int) -> Strip:
    strip = sine_strip()
    assert strip.mask is not None
    return replace(strip, pixels=strip.pixels[:, :count], mask=strip.mask[:, :count])


def marked(strip: Strip, columns: slice) -> Strip:
    """The strip with lumen in these columns alone."""
    assert strip.mask is not None
    mask = np.zeros_like(strip.mask)
    mask[:, columns] = strip.mask[:, columns]
    return replace(strip, mask=mask)


def human(strip: Strip) -> StripAnalysis:
    """The same walls in a person: 1 mm a row and 10 ms a column, 75 beats a minute."""
    strip = replace(strip, mm_per_row=1.0, ms_per_column=10.0)
    found, person = analysed(strip), SPECIES["human"]
    function = measure_strip(found.borders.diameter, 1.0, 10.0, person)
    return replace(found, species=person, function=function)


WHOLE = sine_strip()
CASES = {
    "half good": analysed(WHOLE, half_good()),
    "nothing good": analysed(WHOLE, np.full(COLUMNS, 0.1)),
    "nothing judged": analysed(WHOLE, np.full(COLUMNS, np.nan)),
    "no mm": analysed(replace(WHOLE, mm_per_row=None)),
    "no ms": analysed(replace(WHOLE, ms_per_column=None), half_good()),
    "no lumen": analysed(marked(WHOLE, slice(0)), half_good()),
    "ten columns": analysed(first_columns(10), half_good()[:10]),
    "one column": analysed(first_columns(1)),
    "a break": analysed(replace(WHOLE, breaks=(200,))),
    "no lumen at the ends": analysed(marked(WHOLE, slice(20, -30))),
    "human": human(WHOLE),
}


@pytest.mark.parametrize("case", CASES)
def test_every_summary_is_as_the_schema_has_it(case: str, tmp_path: Path) -> None:
    summary = summarise_strip(CASES[case])
    store_summary(summary, tmp_path / "summary.json")
    assert load_summary(tmp_path / "summary.json") == summary
    for key, number in summary["numbers"].items():
        assert (number["value"] is None) == bool(number["reason"]), key
        assert number["value"] != 0, key


def values(case: str) -> dict[str, float | None]:
    numbers = summarise_strip(CASES[case])["numbers"]
    return {key: number["value"] for key, number in numbers.items()}


def reasons(case: str) -> set[str]:
    return {number["reason"] for number in summarise_strip(CASES[case])["numbers"].values()}


def test_numbers_of_a_mouse_by_hand() -> None:
    found = values("half good")
    # 80 and 40 rows of .05 mm; Teichholz in mm: 7 * 64 / 6.4 and 7 * 8 / 4.4.
    expected = {"lvidd": 4.0, "lvids": 2.0, "fs_percent": 50.0, "edv": 70.0, "esv": 12.727}
    expected |= {"ef_percent": 81.82, "heart_rate_bpm": 600.0}
    # The walls of a mask are steps of a row.
    assert found == {key: pytest.approx(value, rel=0.02) for key, value in expected.items()}
    numbers = summarise_strip(CASES["half good"])["numbers"]
    units = {key: number["unit"] for key, number in numbers.items()}
    assert units == {
        **{"lvidd": "mm", "lvids": "mm", "edv": "ul", "esv": "ul", "heart_rate_bpm": "bpm"},
        **{"fs_percent": "percent", "ef_percent": "percent"},
    }


def test_beats_are_in_columns_and_say_whether_they_count() -> None:
    summary = summarise_strip(CASES["half good"])
    beats = [(one["start"], one["systole"], one["end"], one["good"]) for one in summary["beats"]]
    assert [good for *_, good in beats] == [True, True, False, False]
    for number, beat in enumerate(beats, start=1):
        # End-diastoles at 80, 160, ...: flat over some columns of the mask.
        assert beat[:3] == pytest.approx((80 * number, 80 * number + 40, 80 * number + 80), abs=1)
    # The third begins in the last good column, with 80 others.
    quality = [0.9, 0.9, (0.9 + 80 * 0.1) / 81, 0.1]
    assert [beat["quality"] for beat in summary["beats"]] == pytest.approx(quality, rel=1e-5)
    assert summary["quality"] == {"good_share": 0.5, "median": 0.5, "least": 0.1}
    assert summary["duration_ms"] == 479 * 1.25


def test_without_a_good_window_all_is_missing_for_this_reason() -> None:
    assert set(values("nothing good").values()) == {None}
    assert reasons("nothing good") == {"no beat lies in a good window"}
    summary = summarise_strip(CASES["nothing good"])
    assert summary["quality"]["good_share"] == 0
    assert [beat["good"] for beat in summary["beats"]] == [False] * 4


def test_where_nothing_was_judged_every_beat_counts() -> None:
    summary = summarise_strip(CASES["nothing judged"])
    assert [beat["good"] for beat in summary["beats"]] == [True] * 4
    assert summary["quality"] == {"good_share": None, "median": None, "least": None}


def test_without_mm_lengths_are_in_px_and_there_is_no_ef() -> None:
    found = values("no mm")
    assert found["lvidd"] == pytest.approx(4.0 / MM_PER_ROW, rel=0.01)
    assert found["fs_percent"] == pytest.approx(50, rel=0.01)
    assert [found[key] for key in ("ef_percent", "edv", "esv")] == [None] * 3
    assert reasons("no mm") == {"", "the depth of a pixel in mm is unknown"}
    summary = summarise_strip(CASES["no mm"])
    assert summary["units"]["length"] == summary["numbers"]["lvidd"]["unit"] == "px"
    assert summary["beats"][0]["lvidd"] == pytest.approx(80, rel=0.01)


@pytest.mark.parametrize(
    ("case", "reason"),
    [
        ("no ms", "the time from column to column is unknown"),
        ("no lumen", "no left ventricle is found"),
        ("ten columns", "shorter than two beats: 0.0125 s"),
        ("one column", "the diameter does not change with the heartbeat"),
    ],
)
def test_without_beats_all_is_missing_for_one_reason(case: str, reason: str) -> None:
    assert set(values(case).values()) == {None}
    assert reasons(case) == {reason}
    assert summarise_strip(CASES[case])["beats"] == []


def test_no_beat_goes_across_a_break() -> None:
    beats = summarise_strip(CASES["a break"])["beats"]
    assert beats
    assert not [beat for beat in beats if beat["start"] < 200 <= beat["end"]]
    assert values("a break")["heart_rate_bpm"] == pytest.approx(600, rel=0.01)


def test_columns_without_lumen_at_the_ends_take_no_beat_away() -> None:
    assert values("no lumen at the ends") == values("nothing judged")


def test_people_have_ml_from_cm() -> None:
    # 8 and 4 cm: 7 * 512 / 10.4 and 7 * 64 / 6.4.
    found = values("human")
    assert found["edv"] == pytest.approx(344.6, rel=0.02)
    assert found["esv"] == pytest.approx(70.0, rel=0.02)
    assert found["heart_rate_bpm"] == pytest.approx(75, rel=0.01)
    assert summarise_strip(CASES["human"])["numbers"]["edv"]["unit"] == "ml"


def test_what_is_not_as_the_schema_has_it_is_not_written(tmp_path: Path) -> None:
    summary = summarise_strip(CASES["half good"]) | {"species": "rat"}
    with pytest.raises(ValueError, match=r"species: 'rat' is not one of \['mouse', 'human'\]"):
        store_summary(summary, tmp_path / "summary.json")
    assert not (tmp_path / "summary.json").exists()


def test_the_mask_lies_between_the_borders() -> None:
    found = CASES["half good"]
    strip = found.strip
    assert strip.mask is not None
    np.testing.assert_array_equal(found.mask, strip.mask == LUMEN)
