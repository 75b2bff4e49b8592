"""What differs between a mouse and a person, and the formulas that both share."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]


class Species(NamedTuple):
    """Whose heart it is.

    Attributes:
        name: "mouse" or "human".
        volume_unit: "ul" or "ml".
        mm_per_length: Millimetres in the unit of length of Teichholz' formula.
        lowest_bpm: No slower rhythm is looked for.
        highest_bpm: No faster one.
    """

    name: str
    volume_unit: str
    mm_per_length: float
    lowest_bpm: float
    highest_bpm: float


# The limits are wide: awake mice have 500 to 800 beats a minute, deeply anaesthetised ones a third.
SPECIES: Mapping[str, Species] = MappingProxyType(
    {
        "mouse": Species("mouse", "ul", 1.0, 50.0, 1000.0),
        "human": Species("human", "ml", 10.0, 30.0, 250.0),
    }
)


def teichholz_volume(diameter_mm: Values, species: Species) -> Values:
    """Return the volume of left ventricles of these diameters, in the unit of the species.

    V = 7 D³ / (2.4 + D). D in cm gives ml (Teichholz et al., Am. J. Cardiol. 37, 1976); for mice
    D goes in as mm and uL come out, as Vevo machines have it.
    """
    length = diameter_mm / species.mm_per_length
    return np.asarray(7 * length**3 / (2.4 + length))


def lost_percent(diastole: Values, systole: Values) -> Values:
    """Return the share that systole takes away: EF from volumes, FS from diameters; NaN of 0."""
    known = np.where(diastole > 0, diastole, np.nan)
    return np.asarray(100 * (known - systole) / known)
