"""Left-ventricular volumes by Simpson's method of discs, ejection fraction and strain.

Source: Lang et al., Recommendations for cardiac chamber quantification, JASE 28 (2015): 20 discs
perpendicular to the long axis; of the two views' long axes the longer one gives the disc height.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from echoweave.evaluation.chamber import DISCS, Chamber
from echoweave.units import Units

Mode = Literal["ase", "camus"]
MODES: tuple[Mode, ...] = ("ase", "camus")
# Long axes of the two views that differ by more than this share of the longer one.
FORESHORTENED = 0.1

Views = Mapping[str, Chamber | None]


@dataclass(frozen=True)
class Beat:
    """Volumes of one beat, in the units that it was measured with.

    Attributes:
        method: "biplane", "2CH" or "4CH" (single plane), or "" if no view could be measured.
        edv: Volume at ED; NaN if not measurable, as are those below.
        esv: Volume at ES.
        ef_percent: 100 (EDV - ESV) / EDV.
        foreshortened: Whether the long axes of the two views differ by more than 10 % at ED.
        gls_percent: Global longitudinal strain: relative change of the endocardial contour's
            length from ED to ES, mean over the views; negative if the ventricle shortens.
        length_ed: Long axis at ED, the longer one of the views.
        length_es: The same at ES.
    """

    method: str
    edv: float
    esv: float
    ef_percent: float
    foreshortened: bool
    gls_percent: float
    length_ed: float
    length_es: float


def volume_names(units: Units) -> dict[str, str]:
    """Return the volumes and EF among the fields of :class:`Beat`, and their columns."""
    return {"edv": f"edv_{units.volume}", "esv": f"esv_{units.volume}", "ef_percent": "ef_percent"}


_NOTHING = Beat("", math.nan, math.nan, math.nan, False, math.nan, math.nan, math.nan)


def measure_beat(ed: Views, es: Views, mode: Mode, units: Units) -> Beat:
    """Measure one beat from the views that show the ventricle both at ED and at ES.

    Args:
        ed: View name ("2CH", "4CH") -> chamber at ED; None or left out if there is none.
        es: The same at ES.
        mode: "ase": the disc height comes from the long axes at that instant. "camus": one disc
            height for both instants, from the longest axis of all (as in the public CAMUS
            notebook); it overrates ESV, so that EF comes out lower.
        units: Those of the chambers' lengths, and of the volumes.
    """
    pairs = {
        view: (chamber, es_chamber)
        for view, chamber in sorted(ed.items())
        if chamber is not None and (es_chamber := es.get(view)) is not None
    }
    if not pairs:
        return _NOTHING
    ed_found = [pair[0] for pair in pairs.values()]
    es_found = [pair[1] for pair in pairs.values()]
    ed_length, es_length = (_longest(chambers) for chambers in (ed_found, es_found))
    tallest = max(ed_length, es_length)
    ed_height, es_height = (tallest, tallest) if mode == "camus" else (ed_length, es_length)
    edv = simpson(ed_found, ed_height) / units.volume_size
    esv = simpson(es_found, es_height) / units.volume_size
    return Beat(
        method="biplane" if len(pairs) == 2 else next(iter(pairs)),
        edv=edv,
        esv=esv,
        ef_percent=ejection_fraction(edv, esv),
        foreshortened=is_foreshortened(ed_found),
        gls_percent=float(np.mean([_strain(*pair) for pair in pairs.values()])),
        length_ed=ed_length,
        length_es=es_length,
    )


def simpson(chambers: list[Chamber], length: float) -> float:
    """Return pi/4 * sum(a_i b_i) * length / 20, in cubes of the unit of length.

    Args:
        chambers: Two views (biplane), or one, whose discs are then taken as circles.
        length: The long axis that the discs share.
    """
    first, last = chambers[0].diameters, chambers[-1].diameters
    return float(np.pi / 4 * np.sum(first * last) * length / DISCS)


def ejection_fraction(edv: float, esv: float) -> float:
    """Return 100 (EDV - ESV) / EDV in percent; NaN if EDV is 0 or unknown."""
    return 100.0 * (edv - esv) / edv if edv > 0 else math.nan


def is_foreshortened(chambers: list[Chamber]) -> bool:
    """Whether the long axes of the views differ by more than 10 % of the longer one."""
    lengths = [chamber.length for chamber in chambers]
    return (max(lengths) - min(lengths)) / max(lengths) > FORESHORTENED


def _longest(chambers: list[Chamber]) -> float:
    return max(chamber.length for chamber in chambers)


def _strain(ed: Chamber, es: Chamber) -> float:
    return 100.0 * (es.contour_length / ed.contour_length - 1.0)
