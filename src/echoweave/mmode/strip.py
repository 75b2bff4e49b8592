"""What an M-mode recording is once it is read, whatever it came from."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

# Of a mask: whether the column's lumen is known at all.
OUTSIDE, LUMEN, UNKNOWN = 0, 1, 255


@dataclass(frozen=True)
class Strip:
    """One recording: depth goes down its rows, time to the right along its columns.

    Attributes:
        pixels: uint8 [Y, X], grey.
        mm_per_row: Depth of a pixel; None if unknown.
        ms_per_column: Time from one column to the next; None if unknown.
        mask: uint8 [Y, X]: ``LUMEN`` between the walls of the left ventricle and ``OUTSIDE``
            beyond them; columns that nobody has marked are ``UNKNOWN`` throughout. None where
            there is no annotation at all.
        breaks: Columns that do not follow in time on the column before them: there the frames of
            a scrolling recording could not be joined. No beat goes on across them.
        seams: Joins between frames that the strip was put together of, breaks included.
        sources: Of "mm_per_row" and "ms_per_column", where each comes from, for readers:
            "PhysicalDeltaY of the region", "strips.tsv".
        notes: What else the reader should know, one clause each.
        secrets: Words of the file that name people or studies. None of them may reach an output.
    """

    pixels: NDArray[np.uint8]
    mm_per_row: float | None = None
    ms_per_column: float | None = None
    mask: NDArray[np.uint8] | None = None
    breaks: tuple[int, ...] = ()
    seams: int = 0
    sources: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    secrets: frozenset[str] = frozenset()
