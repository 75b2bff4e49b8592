import json
import math
from dataclasses import replace
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

import echoweave.outputs.summary
from echoweave.clips.times import mean_frame_rate
from echoweave.errors import InputError
from echoweave.function.analysis import BiplaneAnalysis, ClipAnalysis, Measured
from echoweave.outputs.summary import (
    load_summary,
    rounded,
    store_summary,
    summarise_clip,
    summarise_pair,
)

from .hearts import NO_BEAT, in_pixels, phantom_heart, without_beats

SCHEMA = Path(echoweave.outputs.summary.__file__).with_name("summary.schema.json")
HEARTS = {
    "whole": phantom_heart(),
    "no beats": without_beats(phantom_heart()),
    "pixels": in_pixels(phantom_heart()),
}


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(json.loads(SCHEMA.read_text()))


@pytest.mark.parametrize("heart", HEARTS.values(), ids=HEARTS)
def test_what_is_written_is_read(tmp_path: Path, heart: ClipAnalysis) -> None:
    summary = summarise_clip(heart)
    store_summary(summary, tmp_path / "summary.json")
    assert load_summary(tmp_path / "summary.json") == summary


def test_a_number_comes_with_interval_spread_and_unit() -> None:
    heart = replace(phantom_heart(), measured={"edv": Measured(120.0, 101.23456789, 140.0, 3.5)})
    assert summarise_clip(heart)["numbers"]["edv"] == {
        "value": 120.0,
        "low": 101.235,
        "high": 140.0,
        "spread": 3.5,
        "reason": "",
        "unit": "ml",
    }


def test_where_there_is_no_number_there_is_a_reason() -> None:
    ef = summarise_clip(without_beats(phantom_heart()))["numbers"]["ef_percent"]
    assert (ef["value"], ef["low"], ef["reason"]) == (None, None, NO_BEAT)


def test_lengths_are_in_px_where_pixels_have_no_size() -> None:
    summary = summarise_clip(in_pixels(phantom_heart()))
    assert summary["units"] == {"length": "px", "area": "px2", "volume": "px3"}
    assert summary["numbers"]["length_ed"]["unit"] == "px"
    assert summary["labels"] == {"1": "cavity"}
    assert (summary["spacing_mm"], summary["duration_ms"]) == (None, None)


def test_two_views_have_the_units_of_their_clips() -> None:
    pair = BiplaneAnalysis(("a", "b"), {"edv": Measured(120.0)}, ("the views agree",))
    summary = summarise_pair(pair, summarise_clip(phantom_heart()))
    assert (summary["clips"], summary["numbers"]["edv"]["unit"]) == (["a", "b"], "ml")


def test_the_frame_rate_is_the_mean_one() -> None:
    # 60 ms between frames.
    assert mean_frame_rate(phantom_heart().times_ms) == pytest.approx(1000 / 60)
    assert mean_frame_rate(in_pixels(phantom_heart()).times_ms) is None


def test_numbers_are_written_with_six_digits_and_never_as_nan() -> None:
    assert rounded(1234567.89) == 1234570.0
    assert rounded(math.nan) is None


def test_a_summary_that_breaks_the_schema_is_not_written(tmp_path: Path) -> None:
    summary = summarise_clip(replace(phantom_heart(), view="PLAX"))
    with pytest.raises(ValueError, match="view: 'PLAX' is not one of"):
        store_summary(summary, tmp_path / "summary.json")
    assert not list(tmp_path.iterdir())


BROKEN = {
    "no file": (None, "not a readable summary"),
    "no JSON": ('{"kind": "cl', "not a readable summary"),
    "too deep": ("[" * 100_000, "not a readable summary"),
    "a list": ("[]", "is not of type 'object'"),
    "another format": (
        json.dumps(summarise_clip(phantom_heart()) | {"format": 2}),
        "format: 1 was",
    ),
}


@pytest.mark.parametrize(("text", "what"), BROKEN.values(), ids=BROKEN)
def test_a_broken_summary_names_file_and_remedy(
    tmp_path: Path, text: str | None, what: str
) -> None:
    path = tmp_path / "summary.json"
    if text is not None:
        path.write_text(text)
    with pytest.raises(InputError) as caught:
        load_summary(path)
    assert str(caught.value).startswith(f"{path}: ")
    assert what in str(caught.value)
    assert "run again" in str(caught.value)


def test_a_value_beside_a_reason_is_refused(tmp_path: Path) -> None:
    summary = summarise_clip(phantom_heart())
    summary["numbers"]["edv"]["reason"] = "no heart"
    path = tmp_path / "summary.json"
    path.write_text(json.dumps(summary))
    with pytest.raises(InputError, match=r"numbers\.edv\.reason"):
        load_summary(path)
