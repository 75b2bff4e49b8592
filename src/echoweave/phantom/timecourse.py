"""When the heart contracts: how far at each instant of the beat.

Volumes over a real beat change little while all valves are closed, fall fast as the ventricle
ejects and more slowly later (Guyton and Hall, Textbook of Medical Physiology, chapter 9); after the
relaxation the ventricle fills fast, rests and gets its last part from the atrium.
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from echoweave.phantom.motion import smoothstep

# Contraction that goes before or after ejection: the shape changes, the volume hardly does.
_ISOVOLUMIC = 0.04
_KICK_START = 0.68


class TimeCourse(Protocol):
    """How far the heart has contracted, and the mitral valve opened."""

    def systole(self, phase: float) -> float:
        """Return the contraction (0 at ED, 1 at ES) at ``phase`` 0..1 of systole."""

    def diastole(self, phase: float) -> float:
        """Return the contraction (1 at ES, 0 at ED) at ``phase`` 0..1 of diastole."""

    def opening(self, phase: float) -> float:
        """Return how far the mitral valve is open, 0 to 1, at ``phase`` 0..1 of diastole."""


class Cosine:
    """Contraction as a cosine in time: the plain beat, the same in everybody."""

    def systole(self, phase: float) -> float:
        """See :class:`TimeCourse`."""
        return float(0.5 * (1 - np.cos(np.pi * phase)))

    def diastole(self, phase: float) -> float:
        """See :class:`TimeCourse`: early filling, then the atrial kick."""
        at = np.array(phase)
        return float(1 - 0.72 * smoothstep(at / 0.5) - 0.28 * smoothstep((at - 0.65) / 0.35))

    def opening(self, phase: float) -> float:
        """See :class:`TimeCourse`."""
        return _opening(phase)


class Sine(Cosine):
    """One wave of a sine a beat, where systole takes half of it."""

    def diastole(self, phase: float) -> float:
        """See :class:`TimeCourse`: the systole turned."""
        return 1 - self.systole(phase)


COSINE, SINE = Cosine(), Sine()


@dataclass(frozen=True)
class RealBeat:
    """The beat of one patient.

    Attributes:
        delay: Share of ED to ES before the ejection begins.
        haste: Exponent below 1: the smaller it is, the more is ejected early.
        relaxation: Share of ES to ED before the filling begins.
        early: Share of the filling that comes before the atrium contracts.
    """

    delay: float
    haste: float
    relaxation: float
    early: float

    @classmethod
    def draw(cls, rng: np.random.Generator) -> "RealBeat":
        """Return that of one patient."""
        return cls(
            delay=rng.uniform(0.05, 0.4),
            haste=rng.uniform(0.6, 1.0),
            relaxation=rng.uniform(0.08, 0.16),
            early=rng.uniform(0.5, 0.8),
        )

    def systole(self, phase: float) -> float:
        """See :class:`TimeCourse`."""
        ejection = _eased((phase - self.delay) / (1 - self.delay), self.haste)
        return _ISOVOLUMIC * _eased(phase / self.delay) + (1 - _ISOVOLUMIC) * ejection

    def diastole(self, phase: float) -> float:
        """See :class:`TimeCourse`."""
        early = _eased((phase - self.relaxation) / (0.5 - self.relaxation), self.haste)
        kick = _eased((phase - _KICK_START) / (1 - _KICK_START))
        filling = self.early * early + (1 - self.early) * kick
        return 1 - _ISOVOLUMIC * _eased(phase / self.relaxation) - (1 - _ISOVOLUMIC) * filling

    def opening(self, phase: float) -> float:
        """See :class:`TimeCourse`."""
        return _opening((phase - self.relaxation) / (1 - self.relaxation))


def _opening(phase: float) -> float:
    early = smoothstep(np.array(phase / 0.15)) * (1 - smoothstep(np.array((phase - 0.3) / 0.3)))
    kick = smoothstep(np.array((phase - 0.6) / 0.15)) * (
        1 - smoothstep(np.array((phase - 0.85) / 0.15))
    )
    return float(max(early, 0.6 * kick))


def _eased(share: float, haste: float = 1.0) -> float:
    """Return a smooth step from 0 to 1, the earlier the smaller ``haste``."""
    return float(smoothstep(np.clip(share, 0.0, 1.0) ** haste))
