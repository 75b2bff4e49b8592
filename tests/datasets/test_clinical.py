"""Numbers of a cfg as people write them."""

import math
from pathlib import Path

import pytest

from echoweave.datasets.clinical import read_numbers, read_quality, read_sex
from echoweave.errors import Problem


def ef(text: str) -> float | str:
    """The EF, or what is wrong with it; NaN if unknown."""
    problems: list[Problem] = []
    found = read_numbers({"EF": text}, Path("Info_4CH.cfg"), problems, [])
    return problems[0].what if problems else found.get("ef_percent", math.nan)


@pytest.mark.parametrize("text", ["52", "52.0", "52,0", " 52 ", "+52", "52%", "52 %", "52 (%)"])
def test_one_number(text: str) -> None:
    assert ef(text.strip()) == 52


@pytest.mark.parametrize("text", ["", "N/A", "unknown", "nan", "-", "?"])
def test_words_are_unknown(text: str) -> None:
    assert isinstance(ef(text), float)
    assert math.isnan(float(ef(text)))


@pytest.mark.parametrize(
    "text", ["0.52", "0", "-52", "152", "1e999", "52 ml", "5 2", "1_0", "5.2.1"]
)
def test_what_cannot_be_read_or_cannot_be_is_said(text: str) -> None:
    assert isinstance(ef(text), str)


def test_names_in_other_letters() -> None:
    assert read_quality({"ImageQuality": "POOR"}) == "Poor"
    assert read_quality({"ImageQuality": "so-so"}) == "so-so"
    assert read_quality({}) == ""
    assert (read_sex({"Sex": "m"}), read_sex({"Sex": "Female"})) == ("M", "F")
