"""What one fold finds in one frame, in a few numbers: how far folds agree, and how sure each is."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import softmax

from echoweave.bundles.grid import Spacing
from echoweave.bundles.networks import Scores
from echoweave.evaluation.chamber import find_chamber
from echoweave.evaluation.volumes import simpson
from echoweave.labels import CAVITY


class FoldOpinion(NamedTuple):
    """What one fold finds in one frame.

    Attributes:
        cavity: bool [y, x], its cavity on the networks' grid, packed to bits.
        volume: Single-plane Simpson volume, in cubes of the unit of the spacing; NaN without one.
        expected_dice: By label but the background: the Dice of its mask that its own
            probabilities make one expect, 2 sum(p m) / (sum(p) + sum(m)).
    """

    cavity: NDArray[np.uint8]
    volume: float
    expected_dice: tuple[float, ...]


def opinion(logits: Scores, label_values: Sequence[int], spacing: Spacing) -> FoldOpinion:
    """Sum up the logits [labels, y, x] of a fold.

    Args:
        logits: Of one frame.
        label_values: The label that each of them stands for.
        spacing: (sy, sx) of their grid.
    """
    probabilities = softmax(logits, axis=0)
    found = probabilities.argmax(axis=0)
    cavity = found == list(label_values).index(CAVITY)
    chamber = find_chamber(cavity, spacing)
    volume = simpson([chamber], chamber.length) if chamber else np.nan
    expected = [
        _expected_dice(probabilities[number], found == number)
        for number in range(1, len(label_values))
    ]
    return FoldOpinion(np.packbits(cavity), volume, tuple(expected))


def _expected_dice(probability: NDArray[np.float32], mask: NDArray[np.bool_]) -> float:
    total = float(probability.sum()) + np.count_nonzero(mask)
    return 2 * float(probability[mask].sum()) / total if total else np.nan


def clip_doubt(opinions: Sequence[FoldOpinion], cavity: int) -> float:
    """Return how unsure one fold is of the cavity's volume in a clip; larger is less sure.

    What its probabilities make one expect to be wrong, plus how far its volume curve jumps from
    frame to frame. Both can be told of a patient whom the fold has not seen without the other
    folds, which have seen that patient.

    Args:
        opinions: Of one fold, a frame each.
        cavity: Place of the cavity in ``expected_dice``.
    """
    expected = np.array([one.expected_dice[cavity] for one in opinions])
    volumes = np.array([one.volume for one in opinions])
    known = volumes[np.isfinite(volumes)]
    if len(known) < 3 or np.isnan(expected).all():
        return 1.0
    roughness = np.abs(np.diff(known, 2)).mean() / known.mean()
    return float(1 - np.nanmean(expected) + roughness)


def missing_dice(opinions: Sequence[FoldOpinion], structure: int) -> float:
    """Return how much Dice of a structure one fold expects to be missing, mean over the frames.

    Args:
        opinions: Of one fold, a frame each.
        structure: Place of the structure in ``expected_dice``.
    """
    expected = np.array([one.expected_dice[structure] for one in opinions])
    return float(1 - np.nanmean(expected)) if np.isfinite(expected).any() else 1.0
