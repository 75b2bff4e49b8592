"""Strips of a study, measured by hand."""

from dataclasses import replace

import numpy as np

from echoweave.mmode.analyse import mask_between
from echoweave.mmode.analysis import StripAnalysis
from echoweave.mmode.function.borders import Borders
from echoweave.mmode.function.measure import measure_strip
from echoweave.mmode.strip import Strip
from echoweave.mmode.study.store import StoredStrip, StripKind
from tests.mmode.hearts import analysed, sine_strip


def stored_strip(
    strip: Strip | None = None,
    name: str = "m1_a",
    kind: StripKind = "recorded",
    split: str = "testing",
) -> StoredStrip:
    """A strip of the animal that its name begins with, whose windows are as high as the strip."""
    animal = name.partition("_")[0]
    return StoredStrip(name, animal, kind, split, "mouse", 50.0, strip or sine_strip())


def found_in(
    strip: Strip, upper: np.ndarray, lower: np.ndarray, confidence: np.ndarray | None = None
) -> StripAnalysis:
    """What a network gives that draws these borders."""
    borders = Borders(np.asarray(upper, float), np.asarray(lower, float))
    found = analysed(replace(strip, mask=np.zeros(strip.pixels.shape, np.uint8)), confidence)
    mm, ms = strip.mm_per_row, strip.ms_per_column
    return replace(
        found,
        strip=strip,
        borders=borders,
        mask=mask_between(borders, strip.pixels.shape),
        function=measure_strip(
            borders.diameter, mm, ms, found.species, strip.breaks, confidence, found.threshold
        ),
    )
