"""A case of the wing: a CT on the common grid, and the organs that are labelled in it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class CaseVolume:
    """A volume on the common grid; arrays run from inferior, anterior and right (ITK's LPS).

    Attributes:
        name: ``"l2r_0001"``, ``"msd-liver_liver_12"``: cohort and number, safe in file names.
        cohort: ``"l2r"`` for the cohort that is measured, or the name of another one.
        image: int16 [Z, Y, X] in Hounsfield units.
        labels: uint8 [Z, Y, X], 0 and numbers of :data:`~echoweave.learn2reg.organs.ORGANS`; None
            where nothing is labelled.
        known: The organs that the labels tell apart, sorted; elsewhere 0 means "none of these".
        spacing: (sz, sy, sx) in mm.
        axes: Where the axes (i, j, k) of its file run, in ITK's letters: ``"LPS"``, ``"RAS"``.
    """

    name: str
    cohort: str
    image: NDArray[np.int16]
    labels: NDArray[np.uint8] | None
    known: tuple[int, ...]
    spacing: tuple[float, float, float]
    axes: str
