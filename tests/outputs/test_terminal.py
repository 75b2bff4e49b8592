from dataclasses import replace

import numpy as np

from echoweave.function.analysis import BiplaneAnalysis, Measured
from echoweave.mmode.outputs.summary import summarise_strip
from echoweave.outputs.summary import summarise_clip, summarise_pair
from echoweave.outputs.terminal import describe_numbers
from tests.mmode.hearts import COLUMNS, analysed, half_good, sine_strip

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


def test_a_strip_has_medians_and_quartiles() -> None:
    told = describe_numbers(summarise_strip(analysed(sine_strip(), half_good())))
    assert told.splitlines() == [
        "mouse_1: M-mode, 4 beats, 2 of them count",
        "  LVIDd  4.01 mm  IQR 0.00 over the beats",
        "  LVIDs  1.99 mm  IQR 0.00 over the beats",
        "  FS        50 %  IQR 0 over the beats",
        "  EF        82 %  IQR 0 over the beats",
        "  EDV      70 µL  IQR 0 over the beats",
        "  ESV      13 µL  IQR 0 over the beats",
        "  HR     600 bpm  IQR 0 over the beats",
    ]


def test_a_strip_without_a_good_window_has_reasons_and_no_zeros() -> None:
    bad = analysed(sine_strip(), np.full(COLUMNS, 0.1))
    head, *lines = describe_numbers(summarise_strip(bad)).splitlines()
    assert head == "mouse_1: M-mode, 4 beats, 0 of them count"
    assert len(lines) == 7
    assert all(line.endswith("  no beat lies in a good window") for line in lines)
