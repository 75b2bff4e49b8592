from dataclasses import replace

from echoweave.function.analysis import BiplaneAnalysis, Measured
from echoweave.outputs.summary import summarise_clip, summarise_pair
from echoweave.outputs.terminal import describe_numbers

from .hearts import phantom_heart


def test_numbers_stand_under_each_other_with_intervals_or_reasons() -> None:
    measured = {
        "ef_percent": Measured(54.6, 48.2, 61.0, 2.4),
        "edv": Measured(121.4, 101.0, 140.0),
        "esv": Measured(55.2),
        "heart_rate_bpm": Measured(None, reason="the frame rate is unknown"),
        "gls_percent": Measured(-18.24, None, None, 1.0),
    }
    heart = replace(phantom_heart(), name="clip", measured=measured)
    assert describe_numbers(summarise_clip(heart)).splitlines() == [
        "clip: 4CH, 25 frames, 2 beats",
        "  EF      55 %  90 % interval 48 to 61, ± 2 over the beats",
        "  EDV   121 ml  90 % interval 101 to 140",
        "  ESV    55 ml",
        "  HR            the frame rate is unknown",
        "  GLS  \N{MINUS SIGN}18.2 %  ± 1.0 over the beats",
    ]


def test_a_terminal_obeys_nothing_in_it() -> None:
    heart = replace(phantom_heart(), name="\x1b[2J")
    assert "\x1b" not in describe_numbers(summarise_clip(heart))


def test_two_views_together() -> None:
    pair = BiplaneAnalysis(("anna_2CH", "anna_4CH"), {"ef_percent": Measured(54.6, 48.2, 61.0)})
    told = describe_numbers(summarise_pair(pair, summarise_clip(phantom_heart())))
    assert told.splitlines() == [
        "anna_2CH + anna_4CH: both views together",
        "  EF  55 %  90 % interval 48 to 61",
    ]
