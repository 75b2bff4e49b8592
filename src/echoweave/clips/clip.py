"""What a recording is once it is read, whatever file it came from."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Box(NamedTuple):
    """Rows and columns of a picture, the last ones not included."""

    top: int
    left: int
    bottom: int
    right: int

    @property
    def slices(self) -> tuple[slice, slice]:
        """Index of the box in [Y, X]."""
        return slice(self.top, self.bottom), slice(self.left, self.right)


@dataclass(frozen=True)
class EchoClip:
    """One recording, as it was made.

    Attributes:
        frames: uint8 [T, Y, X], grey; colours are their luma. The whole picture as stored: the
            native grid that masks are given back on.
        box: Where in the picture the 2-D image lies; all of it where nothing says otherwise.
        spacing: (sy, sx) in mm; None if unknown.
        times_ms: When each frame was recorded, [T], the first at 0; None if unknown.
        view: "2CH", "4CH", or "" if the file does not say.
        patient: A digest that two recordings of one person in one study share; "" if unknown.
            It never reaches an output.
        secrets: Words of the file that name people or studies: names, ids, UIDs. None of them
            may reach an output.
        sources: Of "spacing", "times_ms" and "view", where each comes from, for readers:
            "PhysicalDeltaX of the region", "the option --spacing".
        notes: What else the reader should know, one clause each.
    """

    frames: NDArray[np.uint8]
    box: Box
    spacing: tuple[float, float] | None = None
    times_ms: NDArray[np.float64] | None = None
    view: str = ""
    patient: str = ""
    secrets: frozenset[str] = frozenset()
    sources: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
