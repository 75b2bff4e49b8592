"""How mice and people differ from each other, and among themselves."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

Range = tuple[float, float]


@dataclass(frozen=True)
class Population:
    """The range of what is drawn for an animal or a person, and how they are recorded.

    Attributes:
        name: ``"mouse"`` or ``"human"``; animals are ``"mouse0001"``.
        rate_bpm: Beats a minute.
        lvidd_mm: Diameter of the left ventricle at ED.
        ef_percent: Ejection fraction by Teichholz.
        wall_mm: Thickness of septum and posterior wall at ED.
        breath_s: How long a breath takes.
        breath_mm: How far it moves the heart.
        mass_g: Of the body.
        pulse_mm: Length of the ultrasound pulse (standard deviation).
        ms_per_column: Time from one column to the next.
        teichholz_mm: The unit of diameters in Teichholz's formula: 1 mm as mice are measured, whose
            volumes come out in uL; 10 mm, and mL, for people.
    """

    name: str
    rate_bpm: Range
    lvidd_mm: Range
    ef_percent: Range
    wall_mm: Range
    breath_s: Range
    breath_mm: Range
    mass_g: Range
    pulse_mm: float
    ms_per_column: float
    teichholz_mm: float

    def volume(self, diameter_mm: float) -> float:
        """Return the volume of the ventricle, 7 D^3 / (2.4 + D).

        Teichholz et al. 1976, Am J Cardiol 37:7.
        """
        diameter = diameter_mm / self.teichholz_mm
        return 7 * diameter**3 / (2.4 + diameter)

    def ejected_percent(self, lvidd_mm: float, lvids_mm: float) -> float:
        """Return the ejection fraction of two diameters."""
        return 100 * (1 - self.volume(lvids_mm) / self.volume(lvidd_mm))


_MICE = Population(
    name="mouse",
    rate_bpm=(240, 900),
    lvidd_mm=(2.5, 4.2),
    ef_percent=(45, 85),
    wall_mm=(0.6, 0.9),
    breath_s=(0.26, 0.6),
    breath_mm=(0.04, 0.18),
    mass_g=(18, 48),
    pulse_mm=0.03,
    ms_per_column=0.83334,
    teichholz_mm=1.0,
)
_PEOPLE = Population(
    name="human",
    rate_bpm=(60, 180),
    lvidd_mm=(38, 60),
    ef_percent=(30, 75),
    wall_mm=(8, 11),
    breath_s=(2.5, 5),
    breath_mm=(0.6, 2.5),
    mass_g=(50_000, 100_000),
    pulse_mm=0.45,
    ms_per_column=4.0,
    teichholz_mm=10.0,
)
POPULATIONS: Mapping[str, Population] = MappingProxyType({"mouse": _MICE, "human": _PEOPLE})
