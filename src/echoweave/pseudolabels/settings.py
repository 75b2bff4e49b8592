"""The settings of the pseudo-labels, section ``pseudolabels`` of the config."""

from dataclasses import dataclass
from typing import Literal

from echoweave.pseudolabels.files import DIRECTIONS

Propagation = Literal["composed", "nearest", "direct"]
Fusion = Literal["distance", "paper", "nearest"]


@dataclass(frozen=True)
class PseudolabelSettings:
    """How the labels are made.

    Attributes:
        propagation: How masks are carried, see :func:`~echoweave.pseudolabels.propagate.carry`.
        fusion: How both directions are joined, see :func:`~echoweave.pseudolabels.fuse.fuse`.
        drift_correction: Correct both directions before they are fused, so that they arrive at
            the other reference, see :func:`~echoweave.pseudolabels.drift.correct_drift`.
    """

    propagation: Propagation
    fusion: Fusion
    drift_correction: bool


@dataclass(frozen=True)
class QualitySettings:
    """Which labels are good enough to train on, ``pseudolabels.quality``.

    Attributes:
        min_score: Frames with a lower score are left out, 0 to 1; 0 keeps all.
        ignore_over_mm: Pixels where both directions disagree and place the outline further apart
            than this become the ignore label; None keeps all.
    """

    min_score: float
    ignore_over_mm: float | None

    @property
    def directions(self) -> tuple[str, ...]:
        """Those of ``DIRECTIONS`` that are read: doubt is where forward and backward differ."""
        return ("fused",) if self.ignore_over_mm is None else DIRECTIONS
