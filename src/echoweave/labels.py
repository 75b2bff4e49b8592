"""Label values, and the structures that the tables name."""

from collections.abc import Collection, Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

BACKGROUND, CAVITY, MYOCARDIUM, ATRIUM = range(4)
N_LABELS = 4
# By value.
LABEL_NAMES = ("background", "cavity", "myocardium", "atrium")

# "epi" is the region inside the epicardium: Table 1 of Tafuro et al. reports it as "LV Myocardium".
STRUCTURES: Mapping[str, tuple[int, ...]] = MappingProxyType(
    {
        "cavity": (CAVITY,),
        "myocardium": (MYOCARDIUM,),
        "epi": (CAVITY, MYOCARDIUM),
        "atrium": (ATRIUM,),
    }
)
# Those that do not overlap: "epi" is two of them.
PARTS = ("cavity", "myocardium", "atrium")


def structures_of(label_values: Collection[int]) -> list[str]:
    """Return the names of ``STRUCTURES`` that can be told with these labels."""
    known = set(label_values)
    return [name for name, labels in STRUCTURES.items() if known.issuperset(labels)]


def parts_of(label_values: Collection[int]) -> list[str]:
    """Return the names of ``PARTS`` that can be told with these labels."""
    return [name for name in structures_of(label_values) if name in PARTS]


def structure_mask(labels: NDArray[np.uint8], structure: str) -> NDArray[np.bool_]:
    """Return the mask of one structure of ``STRUCTURES``, same shape as ``labels``."""
    return np.isin(labels, STRUCTURES[structure])
