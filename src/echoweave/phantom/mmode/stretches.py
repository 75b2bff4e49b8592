"""Stretches of a recording in which the heart is seen badly, and where it is seen well."""

from dataclasses import dataclass

import numpy as np

from echoweave.phantom.anatomy import Float

KINDS = ("noise", "faint", "off")
# Length of a bad stretch, as a share of the recording.
_SHARE = (0.2, 0.45)
_NONE = 0.45
# On either side of a bad stretch, as a share of it, nobody would call it one or the other.
_DOUBT = 0.05

Interval = tuple[float, float]


@dataclass(frozen=True)
class BadStretch:
    """One of them.

    Attributes:
        kind: "noise": more of it; "faint": walls hardly echo; "off": the probe has left the heart.
        start_s: When it begins.
        end_s: When it is over.
    """

    kind: str
    start_s: float
    end_s: float

    def weights(self, times_s: Float) -> Float:
        """Return how bad it is at each time, 0 to 1, [T]; 0.5 at either end."""
        soft = max(_DOUBT * (self.end_s - self.start_s), 1e-6)
        rising = np.clip((times_s - self.start_s) / soft, -1, 1)
        falling = np.clip((self.end_s - times_s) / soft, -1, 1)
        return np.asarray(0.25 * (1 + rising) * (1 + falling))


def draw_stretches(
    length_s: float, wholly: bool, rng: np.random.Generator
) -> tuple[BadStretch, ...]:
    """Return the bad stretches of a recording, often none; ``wholly``: all of it is bad."""
    kind = str(rng.choice(KINDS))
    if wholly:
        return (BadStretch(kind, -length_s, 2 * length_s),)
    if rng.uniform() < _NONE:
        return ()
    long_s = rng.uniform(*_SHARE) * length_s
    start = rng.uniform(-0.3, 1) * (length_s - 0.5 * long_s)
    return (BadStretch(kind, start, start + long_s),)


def good_and_bad(
    stretches: tuple[BadStretch, ...], length_s: float
) -> tuple[list[Interval], list[Interval]]:
    """Return where a recording is good and where bad, from second to second."""
    good, bad, at = [], [], 0.0
    for stretch in stretches:
        doubt = _DOUBT * (stretch.end_s - stretch.start_s)
        good.append((at, stretch.start_s - doubt))
        bad.append((max(stretch.start_s, 0.0), min(stretch.end_s, length_s)))
        at = stretch.end_s + doubt
    good.append((at, length_s))
    return [one for one in good if one[1] > one[0]], bad
