"""Two views of one patient, from their summaries alone."""

from typing import Any

import pytest

from echoweave.bundles.bundle import read_bundle
from echoweave.inference.pairs import measure_pair
from tests.bundles.bright import write_bright_bundle


def told(view: str, ef: float | None = 50.0, rate: float = 60.0, **changes: Any) -> dict[str, Any]:
    """What is read of a summary where there is a reason against a number."""
    reason = "" if ef is not None else "less than one beat"
    return {
        "name": f"anna_{view}",
        "view": view,
        "units": {"length": "mm"},
        "numbers": {
            "ef_percent": {"value": ef, "reason": reason},
            "heart_rate_bpm": {"value": rate, "reason": ""},
        },
    } | changes


@pytest.mark.parametrize(
    ("first", "second", "reason"),
    [
        (told("2CH", None), told("4CH"), "2CH: less than one beat"),
        (
            told("2CH", 30.0),
            told("4CH", 51.0),
            "the views disagree: an ejection fraction of 30 and of 51 %",
        ),
        (
            told("2CH", rate=60.0),
            told("4CH", rate=90.0),
            "the views disagree: 60 and 90 beats a minute",
        ),
        (
            told("2CH", units={"length": "px"}),
            told("4CH"),
            "the size of a pixel is known in one of the views alone",
        ),
    ],
)
def test_views_that_do_not_belong_together_have_no_number(tmp_path, first, second, reason):
    bundle = read_bundle(write_bright_bundle(tmp_path / "bright"))
    pair = measure_pair([first, second], [tmp_path, tmp_path], bundle, alone=False)
    assert pair.clips == ("anna_2CH", "anna_4CH")
    assert {one.reason for one in pair.measured.values()} == {reason}
    assert all(one.value is None for one in pair.measured.values())
