"""Windows whose picture is judged: cut from stretches that people judged, and laid at use.

At use they overlap by half, and the confidence of a column is the mean of its windows'.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from echoweave.clips.clip import Box
from echoweave.io.atomic import whole_folder
from echoweave.io.png import write_grey
from echoweave.io.tables import write_tsv
from echoweave.mmode.strip import Strip
from echoweave.mmode.window_files import named_windows, window_animals, window_row
from echoweave.mmode.windows import mean_row, share_side, square_picture, tile_windows

# Body mass in grams below which a window has this share of the height of the strip (Echo2Pheno).
_SHARES = ((15.0, 0.5), (25.0, 0.6), (35.0, 0.75), (45.0, 0.9))

# (start, end) in seconds.
Stretches = Sequence[tuple[float, float]]


class NamedStrip(Protocol):
    """A strip and whose it is."""

    @property
    def name(self) -> str:
        """Of the recording."""

    @property
    def animal(self) -> str:
        """Or patient."""

    @property
    def mass_g(self) -> float | None:
        """Of the animal; None if unknown."""

    @property
    def strip(self) -> Strip:
        """The strip."""


def quality_side(height: int, mass_g: float | None) -> int:
    """Return the side of a window that is judged: as high as the heart may be.

    Args:
        height: Of the strip; no window is higher.
        mass_g: Of the animal: the smaller, the smaller its heart; None, as in people: the whole
            height.
    """
    if mass_g is None:
        return height
    return share_side(height, next((share for most, share in _SHARES if mass_g < most), 1.0))


def region_windows(strip: Strip, stretches: Stretches, side: int) -> list[Box]:
    """Return the windows that lie wholly within stretches of a strip, as far as it goes.

    They lie around the mean row of its mask, or in the middle where it has none.

    Args:
        strip: Its time scale is known.
        stretches: (start, end) in seconds.
        side: Of the windows; a shorter stretch has none.
    """
    assert strip.ms_per_column is not None
    height, width = strip.pixels.shape
    side = min(side, height)
    centre = None if strip.mask is None else mean_row(strip.mask)
    found = []
    for start_s, end_s in stretches:
        first = max(math.ceil(1000 * start_s / strip.ms_per_column), 0)
        last = min(math.floor(1000 * end_s / strip.ms_per_column), width)
        if last - first >= side:
            boxes = tile_windows((height, last - first), side, centre)
            found += [box._replace(left=box.left + first, right=box.right + first) for box in boxes]
    return found


def write_quality_windows(
    strips: Iterable[NamedStrip],
    animals: Iterable[str],
    regions: Mapping[str, tuple[Stretches, Stretches]],
    folder: Path,
) -> None:
    """Write good/ and bad/ windows, whole or not at all; either may be empty.

    Beside them the folder gets windows.tsv: window, recording, animal, left, top, side, quality.
    Strips that nobody judged, or whose time scale is unknown, have no windows.

    Args:
        strips: Of one split; splits are by animal. They are looked at once, one at a time.
        animals: Those of the strips.
        regions: By recording, the good and the bad stretches.
        folder: Of the split.

    Raises:
        InputError: Two animals would get one name.
    """
    names = window_animals(animals)
    rows: list[dict[str, Any]] = []
    with whole_folder(folder) as whole:
        for quality in ("good", "bad"):
            (whole / quality).mkdir()
        for one in strips:
            if one.name not in regions or one.strip.ms_per_column is None:
                continue
            side = quality_side(one.strip.pixels.shape[0], one.mass_g)
            good, bad = (region_windows(one.strip, part, side) for part in regions[one.name])
            judged = ["good"] * len(good) + ["bad"] * len(bad)
            windows = named_windows(names[one.animal], one.name, good + bad)
            for quality, (window, box) in zip(judged, windows, strict=True):
                write_grey(whole / quality / f"{window}.png", square_picture(one.strip.pixels, box))
                rows.append(window_row(window, one.name, one.animal, box) | {"quality": quality})
        write_tsv(pd.DataFrame(rows), whole / "windows.tsv")


def column_confidence(
    boxes: Sequence[Box], confidences: Sequence[float], width: int
) -> NDArray[np.float64]:
    """Return the mean confidence of the windows over each column, [width]; NaN where none lies.

    Args:
        boxes: Windows.
        confidences: Of each.
        width: Columns of the strip.
    """
    total, count = np.zeros(width), np.zeros(width)
    for box, confidence in zip(boxes, confidences, strict=True):
        total[box.left : box.right] += confidence
        count[box.left : box.right] += 1
    mean = np.full(width, np.nan)
    np.divide(total, count, out=mean, where=count > 0)
    return mean
