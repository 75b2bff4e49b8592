"""What is measured in: mm, cm² and ml, or px, px² and px³ where no pixel has a known size."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

Unit = Literal["mm", "px"]


@dataclass(frozen=True)
class Units:
    """The units that go with a unit of length.

    Attributes:
        length: As columns and readers call it.
        area: As columns call its square.
        volume: As columns call the unit of volumes.
        volume_size: Cubes of ``length`` in it.
        area_title: The unit of areas in pictures.
        area_size: Squares of ``length`` in it.
        volume_title: The unit of volumes, for readers.
    """

    length: Unit
    area: str
    volume: str
    volume_size: float
    area_title: str
    area_size: float
    volume_title: str


UNITS: Mapping[Unit, Units] = MappingProxyType(
    {
        "mm": Units("mm", "mm2", "ml", 1000.0, "cm²", 100.0, "ml"),
        "px": Units("px", "px2", "px3", 1.0, "px²", 1.0, "px³"),
    }
)
