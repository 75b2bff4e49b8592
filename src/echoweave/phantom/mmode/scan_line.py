"""What lies along the scan line of an M-mode, from the probe down, and how it moves."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from echoweave.phantom.anatomy import Float
from echoweave.phantom.mmode.beat_train import BeatTrain, Heart

# Decibels over plain myocardium of each layer, from the probe down.
_CHEST, _RIGHT_WALL, _BLOOD, _SEPTUM, _POSTERIOR, _BEHIND = 3.0, -2.0, -34.0, 0.0, -1.0, -9.0
# Bright lines: where, as a layer's upper surface and a share of the wall below it; how bright, and
# how thick as a share of the wall.
_LINES = (
    (3, 0.05, 4.0, 0.07),
    (3, 0.55, 2.5, 0.12),
    (4, -0.04, 3.0, 0.05),
    (5, 0.05, 4.5, 0.06),
    (6, 0.1, 19.0, 0.12),
    (6, 0.6, 8.0, 0.1),
    (6, 1.1, 4.0, 0.2),
)
# Layers of skin, fat and muscle over the chest wall: how many, and how much their echoes differ.
_SHEETS, _SHEETS_DB = 9, 6.0
# How fast the echo fades behind the heart, decibels a wall.
_FADING_DB = 9.0
_NOTHING_DB = -80.0


@dataclass(frozen=True)
class Island:
    """A papillary muscle or chordae that come into the line with every beat of a while.

    Attributes:
        place: Where in the lumen, 0 at the septum, 1 at the posterior wall.
        swing: How far it moves during a beat.
        size: Its half thickness, as a share of the diameter.
        level_db: Its echo over plain myocardium.
        phase: Where in the beat it is seen best, 0 to 1.
        share: For how much of the beat.
        while_s: From when to when it is seen at all.
    """

    place: float
    swing: float
    size: float
    level_db: float
    phase: float
    share: float
    while_s: tuple[float, float]

    @classmethod
    def draw(cls, length_s: float, rng: np.random.Generator) -> "Island":
        """Return one of a recording of this length."""
        muscle = rng.uniform() < 0.5
        start = rng.uniform(-0.2, 0.8) * length_s
        return cls(
            place=rng.uniform(0.76, 0.88) if muscle else rng.uniform(0.35, 0.75),
            swing=rng.uniform(0.02, 0.08),
            size=rng.uniform(0.035, 0.07) if muscle else rng.uniform(0.01, 0.02),
            level_db=rng.uniform(-6, -1) if muscle else rng.uniform(-10, -4),
            phase=rng.uniform(),
            share=rng.uniform(0.15, 0.4),
            while_s=(start, start + rng.uniform(0.15, 0.5) * length_s),
        )

    def levels(self, places: Float, phases: Float, times_s: Float) -> Float:
        """Return its echo in decibels at ``places`` of the lumen [P], for each time [P, T]."""
        off = (phases - self.phase + 0.5) % 1 - 0.5
        middle = self.place + self.swing * np.sin(2 * np.pi * phases)
        start, end = self.while_s
        amid = 2 * (times_s - start) / (end - start) - 1
        shown = -20 * (2 * off / self.share) ** 2 - 20 * amid**4
        return np.asarray(self.level_db + shown - 6 * ((places[:, None] - middle) / self.size) ** 2)


@dataclass(frozen=True)
class ScanLine:
    """The layers along the line at ED, when nothing is shifted.

    Surfaces are those of the probe, the chest wall's end, the right ventricle's wall's end, the
    septum's right and left side, the posterior wall's inner and outer side, and far behind it.

    Attributes:
        heart: The left ventricle.
        before_mm: Thickness of chest wall, wall and cavity of the right ventricle.
        below_mm: What is shown behind the posterior wall.
        septal: Share of the contraction that the septum moves; the posterior wall does the rest.
        islands: What lies in the lumen.
        sheets_db: The echo of each layer of the chest wall.
    """

    heart: Heart
    before_mm: tuple[float, float, float]
    below_mm: float
    septal: float
    islands: tuple[Island, ...]
    sheets_db: Float

    @classmethod
    def draw(
        cls, heart: Heart, length_s: float, islands: bool, rng: np.random.Generator
    ) -> "ScanLine":
        """Return that of one recording; with ``islands`` it may have some."""
        wall = heart.wall_mm[0]
        return cls(
            heart=heart,
            before_mm=(
                wall * rng.uniform(0.7, 1.2),
                wall * rng.uniform(0.25, 0.4),
                wall * rng.uniform(0.7, 1.3),
            ),
            below_mm=wall * rng.uniform(1.0, 1.5),
            septal=rng.uniform(0.3, 0.45),
            islands=tuple(
                Island.draw(length_s, rng) for _ in range(int(rng.integers(0, 4)) if islands else 0)
            ),
            sheets_db=_SHEETS_DB * rng.standard_normal(_SHEETS),
        )

    @property
    def resting_mm(self) -> Float:
        """Depths of the surfaces at ED, [8]: those that tissue is known by."""
        septum, posterior = self.heart.wall_mm
        layers = (*self.before_mm, septum, self.heart.lvidd_mm, posterior, 3 * self.below_mm)
        return np.concatenate([[0.0], np.cumsum(layers)])

    @property
    def depth_mm(self) -> float:
        """How deep the picture is to be."""
        return float(self.resting_mm[6]) + self.below_mm

    def surfaces_mm(self, diameters_mm: Float, shifts_mm: Float) -> Float:
        """Return the depths of the surfaces over time, [8, T].

        Args:
            diameters_mm: Of the ventricle, [T].
            shifts_mm: How far everything behind the chest wall has moved down, [T].
        """
        rest = np.repeat(self.resting_mm[:, None], len(diameters_mm), axis=1)
        upper = rest[4] + self.septal * (self.heart.lvidd_mm - diameters_mm) + shifts_mm
        lower = upper + diameters_mm
        septum, posterior = (
            _thickness(wall, diameters_mm, self.heart.lvidd_mm) for wall in self.heart.wall_mm
        )
        outer = lower + posterior
        right = rest[2] + 0.5 * shifts_mm
        behind = outer + 3 * self.below_mm
        return np.stack([rest[0], rest[1], right, upper - septum, upper, lower, outer, behind])

    def levels_db(self, resting_mm: Float) -> Float:
        """Return the echo of tissue that lies at these depths at ED, over plain myocardium, [P]."""
        surfaces, wall = self.resting_mm, self.heart.wall_mm[0]
        layer = np.clip(np.searchsorted(surfaces, resting_mm, side="right") - 1, 0, 6)
        of_layer = (_CHEST, _RIGHT_WALL, _BLOOD, _SEPTUM, _BLOOD, _POSTERIOR, _BEHIND)
        levels = np.array(of_layer)[layer]
        sheets = np.linspace(0, surfaces[1], _SHEETS)
        levels += np.where(layer == 0, np.interp(resting_mm, sheets, self.sheets_db), 0.0)
        levels -= np.where(layer == 6, _FADING_DB * (resting_mm - surfaces[6]) / wall, 0.0)
        for surface, share, brighter, thick in _LINES:
            off = (resting_mm - surfaces[surface] - share * wall) / (thick * wall)
            levels += np.where(_is_tissue(layer), brighter * np.exp(-0.5 * off**2), 0.0)
        return levels

    def is_blood(self, resting_mm: Float) -> NDArray[np.bool_]:
        """Return whether blood lies at these depths at ED, [P]."""
        layer = np.searchsorted(self.resting_mm, resting_mm, side="right") - 1
        return ~_is_tissue(layer)

    def island_levels_db(self, resting_mm: Float, beats: BeatTrain, times_s: Float) -> Float:
        """Return the echo of what lies in the lumen, [P, T]; little where nothing does."""
        places = (resting_mm - self.resting_mm[4]) / self.heart.lvidd_mm
        levels = np.full((len(places), len(times_s)), _NOTHING_DB)
        lumen = (places > 0) & (places < 1)
        phases = beats.phases(times_s) % 1
        for island in self.islands:
            seen = island.levels(places[lumen], phases, times_s)
            levels[lumen] = np.maximum(levels[lumen], seen)
        return levels


def _is_tissue(layer: NDArray[np.intp]) -> NDArray[np.bool_]:
    return np.asarray((layer != 2) & (layer != 4))


def _thickness(wall_mm: float, diameters_mm: Float, lvidd_mm: float) -> Float:
    """Return how thick a wall is that keeps its area around the cavity, [T]."""
    inner, resting = diameters_mm / 2, lvidd_mm / 2
    return np.asarray(np.sqrt(inner**2 + (resting + wall_mm) ** 2 - resting**2) - inner)
