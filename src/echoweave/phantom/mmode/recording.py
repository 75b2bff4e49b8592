"""One M-mode recording of a phantom animal: the strip, and what is true of it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from echoweave.mmode.strip import LUMEN, OUTSIDE
from echoweave.phantom.anatomy import Float
from echoweave.phantom.artefacts import Artefacts
from echoweave.phantom.mmode.beat_train import BeatTrain, Heart
from echoweave.phantom.mmode.population import Population
from echoweave.phantom.mmode.scan import Recorded, scan
from echoweave.phantom.mmode.scan_line import ScanLine
from echoweave.phantom.mmode.stretches import Interval, draw_stretches, good_and_bad
from echoweave.phantom.scanner import QUALITY

_QUALITY_SHARES = (0.45, 0.4, 0.15)
# Slow movement of the probe over a whole recording, as a share of the movement of a breath.
_SLIDE = 1.0


@dataclass(frozen=True)
class MModeRecording:
    """One of them.

    Attributes:
        name: ``"mouse0001_1"``.
        pixels: uint8 [Y, X].
        mm_per_row: Depth of a row.
        ms_per_column: Time from one column to the next.
        line: What it shows.
        beats: How that moves.
        upper_mm: Depth of the septum's left side in each column, [X].
        lower_mm: That of the posterior wall's inner side.
        quality: "Good", "Medium" or "Poor".
        good: Where it is seen well, from second to second.
        bad: Where badly.
    """

    name: str
    pixels: NDArray[np.uint8]
    mm_per_row: float
    ms_per_column: float
    line: ScanLine
    beats: BeatTrain
    upper_mm: Float
    lower_mm: Float
    quality: str
    good: list[Interval]
    bad: list[Interval]

    @property
    def times_s(self) -> Float:
        """When each column was recorded, [X]."""
        return np.arange(int(self.pixels.shape[1]), dtype=float) * self.ms_per_column / 1000

    @property
    def length_s(self) -> float:
        """How long it is."""
        return int(self.pixels.shape[1]) * self.ms_per_column / 1000

    @property
    def mask(self) -> NDArray[np.uint8]:
        """The lumen, [Y, X]: pixels whose middle lies between the borders."""
        middles = (np.arange(len(self.pixels)) + 0.5)[:, None] * self.mm_per_row
        inside = (middles > self.upper_mm) & (middles < self.lower_mm)
        return np.where(inside, LUMEN, OUTSIDE).astype(np.uint8)

    def rows_of(self, depths_mm: Float) -> Float:
        """Turn depths into rows, 0 the middle of the first one."""
        return np.asarray(depths_mm / self.mm_per_row - 0.5)

    def is_good(self, start_s: float, end_s: float) -> bool:
        """Return whether all of that time lies where it is seen well."""
        return any(first <= start_s and end_s <= last for first, last in self.good)


def draw_recording(
    name: str,
    population: Population,
    heart: Heart,
    rate: float,
    size: tuple[int, int],
    artefacts: Artefacts,
    wholly_bad: bool,
    rng: np.random.Generator,
) -> MModeRecording:
    """Return a recording.

    Args:
        name: What it is called.
        population: What breathing and the scanner are like.
        heart: Whose it is.
        rate: As a share of the usual rate of that heart.
        size: (rows, columns).
        artefacts: Of a plain phantom nothing moves but the heart, and all is seen well.
        wholly_bad: Whether nothing is.
        rng: Draws everything else.
    """
    rows, columns = size
    times = np.arange(columns) * population.ms_per_column / 1000
    length_s = columns * population.ms_per_column / 1000
    beats = BeatTrain.draw(heart, rate, length_s, rng)
    line = ScanLine.draw(heart, length_s, artefacts.anatomy, rng)
    # So many digits as the table gives.
    mm_per_row = float(f"{line.depth_mm / rows:.4g}")
    shifts, stretches = (
        _breathing(population, times, rng),
        draw_stretches(length_s, wholly_bad, rng),
    )
    if not artefacts.anatomy:
        shifts, stretches = np.zeros(columns), ()
    quality = str(rng.choice(list(QUALITY), p=_QUALITY_SHARES))
    recorded = Recorded(line, beats, shifts, stretches, QUALITY[quality], artefacts)
    pixels = scan(recorded, rows, mm_per_row, times, population.pulse_mm, rng)
    surfaces = line.surfaces_mm(beats.diameters_mm(times), shifts)
    good, bad = good_and_bad(stretches, length_s)
    return MModeRecording(
        name=name,
        pixels=pixels,
        mm_per_row=mm_per_row,
        ms_per_column=population.ms_per_column,
        line=line,
        beats=beats,
        upper_mm=surfaces[4],
        lower_mm=surfaces[5],
        quality=quality,
        good=good,
        bad=bad,
    )


def _breathing(population: Population, times_s: Float, rng: np.random.Generator) -> Float:
    """Return how far the heart lies lower than usual: short breaths, and a slow slide."""
    breath = rng.uniform(*population.breath_s)
    reach = rng.uniform(*population.breath_mm)
    phase = times_s / breath + rng.uniform()
    breaths = (0.5 - 0.5 * np.cos(2 * np.pi * phase)) ** 2 - 0.4
    slide = _SLIDE * rng.uniform(-1, 1) * (times_s / times_s[-1] - 0.5)
    return np.asarray(reach * (breaths + slide))
