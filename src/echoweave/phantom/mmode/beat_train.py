"""The beats of one recording: when each begins, and how wide the ventricle is at any time."""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq

from echoweave.phantom.anatomy import Float
from echoweave.phantom.mmode.population import Population
from echoweave.phantom.timecourse import SINE, RealBeat, TimeCourse

# How much beats differ in length (standard deviation), and how much diameters do, as a share.
_JITTER = (0.01, 0.03)
_DIASTOLES, _SYSTOLES = 0.008, 0.012
# Of a normal deviate: no beat is an extrasystole.
_LARGEST = 2.0
# Share of a beat from ED to ES, but for a sine.
_SYSTOLE = (0.36, 0.48)
# The second recording of an animal: its rate as a share of the animal's.
_OTHER_RATE = (0.94, 1.06)


@dataclass(frozen=True)
class Heart:
    """What both recordings of an animal share.

    Attributes:
        rate_bpm: Usual rate.
        lvidd_mm: Diameter at ED.
        lvids_mm: Diameter at ES.
        wall_mm: Thickness of the (septum, posterior wall) at ED.
        course: The time course of a beat.
        systole: Share of a beat from ED to ES.
    """

    rate_bpm: float
    lvidd_mm: float
    lvids_mm: float
    wall_mm: tuple[float, float]
    course: TimeCourse
    systole: float

    @classmethod
    def draw(cls, population: Population, rng: np.random.Generator, sine: bool) -> "Heart":
        """Return that of one animal; with ``sine`` its diameter is one over time."""
        low, high = population.rate_bpm
        lvidd = rng.uniform(*population.lvidd_mm)
        ef = rng.uniform(*population.ef_percent)
        wall = rng.uniform(*population.wall_mm)

        def missing(lvids: float) -> float:
            return population.ejected_percent(lvidd, lvids) - ef

        return cls(
            rate_bpm=low * (high / low) ** rng.uniform(0.05, 0.95),
            lvidd_mm=lvidd,
            lvids_mm=float(brentq(missing, 0.1 * lvidd, lvidd)),
            wall_mm=(wall, wall * rng.uniform(0.92, 1.08)),
            course=SINE if sine else RealBeat.draw(rng),
            systole=0.5 if sine else rng.uniform(*_SYSTOLE),
        )


@dataclass(frozen=True)
class BeatTrain:
    """The beats of one recording, a steady rhythm; the first and the last one may be cut off.

    Attributes:
        heart: Whose they are.
        starts_s: When each beat begins, at ED, and when the last one ends, [N + 1].
        lvidd_mm: The diameters at those times, [N + 1].
        lvids_mm: That at the ES of each beat, [N].
    """

    heart: Heart
    starts_s: Float
    lvidd_mm: Float
    lvids_mm: Float

    @classmethod
    def draw(
        cls, heart: Heart, rate: float, length_s: float, rng: np.random.Generator
    ) -> "BeatTrain":
        """Return beats that cover ``length_s`` seconds from 0 on, ``rate`` times the usual rate."""
        usual_s = 60 / (heart.rate_bpm * rate)
        count = int(np.ceil(length_s / (0.9 * usual_s))) + 2
        jitter = rng.uniform(*_JITTER)
        lengths = usual_s * (1 + jitter * _deviates(rng, count))
        # It begins anywhere in a beat.
        starts = np.concatenate([[0.0], np.cumsum(lengths)]) - rng.uniform(0, 1) * lengths[0]
        return cls(
            heart=heart,
            starts_s=starts,
            lvidd_mm=heart.lvidd_mm * (1 + _DIASTOLES * _deviates(rng, count + 1)),
            lvids_mm=heart.lvids_mm * (1 + _SYSTOLES * _deviates(rng, count)),
        )

    @property
    def systoles_s(self) -> Float:
        """When the ES of each beat is, [N]."""
        return np.asarray(self.starts_s[:-1] + self.heart.systole * np.diff(self.starts_s))

    def phases(self, times_s: Float) -> Float:
        """Return how many beats are over, a share of the one that goes on included, [T]."""
        beats = np.arange(len(self.starts_s), dtype=float)
        return np.asarray(np.interp(times_s, self.starts_s, beats))

    def contractions(self, times_s: Float) -> Float:
        """Return how far the heart has contracted, 0 at ED and 1 at ES, [T]."""
        return np.array([self._contraction(phase % 1) for phase in self.phases(times_s)])

    def diameters_mm(self, times_s: Float) -> Float:
        """Return the diameter of the ventricle, [T]."""
        beats, phases = np.divmod(self.phases(times_s), 1)
        beats = np.minimum(beats.astype(int), len(self.lvids_mm) - 1)
        # The filling leads to the ED of the next beat.
        diastoles = self.lvidd_mm[beats + (phases >= self.heart.systole)]
        return np.asarray(
            diastoles - (diastoles - self.lvids_mm[beats]) * self.contractions(times_s)
        )

    def _contraction(self, phase: float) -> float:
        systole = self.heart.systole
        if phase < systole:
            return self.heart.course.systole(phase / systole)
        return self.heart.course.diastole((phase - systole) / (1 - systole))


def draw_rates(rng: np.random.Generator, recordings: int) -> list[float]:
    """Return the rate of each recording of an animal, as a share of its usual one."""
    return [1.0, *(float(rate) for rate in rng.uniform(*_OTHER_RATE, recordings - 1))]


def _deviates(rng: np.random.Generator, count: int) -> Float:
    return np.clip(rng.standard_normal(count), -_LARGEST, _LARGEST)
