"""A strip measured by hand, for tests that only look at what is made of it."""

import numpy as np

from echoweave.mmode.analyse import mask_between
from echoweave.mmode.analysis import StripAnalysis
from echoweave.mmode.function.borders import Borders, find_borders
from echoweave.mmode.function.measure import measure_strip
from echoweave.mmode.function.species import SPECIES
from echoweave.mmode.strip import LUMEN, Strip

ROWS, COLUMNS, PERIOD = 100, 480, 80
MM_PER_ROW, MS_PER_COLUMN = 0.05, 1.25


def sine_strip() -> Strip:
    """Six beats of 100 ms, 600 a minute; 80 rows (4 mm) wide at ED and 40 rows (2 mm) at ES."""
    half = 30 + 10 * np.cos(2 * np.pi * np.arange(COLUMNS) / PERIOD)
    borders = Borders(50 - half, 50 + half)
    mask = mask_between(borders, (ROWS, COLUMNS))
    pixels = np.where(mask == LUMEN, 10, 180).astype(np.uint8)
    return Strip(pixels, MM_PER_ROW, MS_PER_COLUMN, mask, seams=2, secrets=frozenset({"LINDE"}))


def analysed(
    strip: Strip, confidence: np.ndarray | None = None, name: str = "mouse_1"
) -> StripAnalysis:
    """Measure a strip from its own mask."""
    assert strip.mask is not None
    borders = find_borders((strip.mask == LUMEN).astype(np.float32), strip.breaks)
    mouse = SPECIES["mouse"]
    return StripAnalysis(
        name=name,
        model="nnunet (recorded M-mode)",
        model_digest="a" * 64,
        input_digest="b" * 64,
        species=mouse,
        strip=strip,
        mask=mask_between(borders, strip.pixels.shape),
        borders=borders,
        confidence=confidence,
        threshold=0.5,
        function=measure_strip(
            borders.diameter,
            strip.mm_per_row,
            strip.ms_per_column,
            mouse,
            strip.breaks,
            confidence,
        ),
        request="c" * 64,
    )


def half_good() -> np.ndarray:
    """Confidence of which the first half is good and the second is not."""
    return np.repeat([0.9, 0.1], COLUMNS // 2)
