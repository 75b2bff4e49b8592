"""Parts of an ultrasound picture, and which of them is the 2-D image.

DICOM PS3.3 C.8.5.5, US Region Calibration Module.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from pydicom import Dataset

from echoweave.clips.clip import Box
from echoweave.clips.limits import refuse_doppler
from echoweave.clips.tags import items, number
from echoweave.io.limits import UnhandledError

# Values of RegionSpatialFormat, RegionDataType, and of PhysicalUnitsXDirection and -Y-.
TWO_D, MMODE, WAVEFORM = 1, 2, 4
NOT_SAID, TISSUE, COLOUR_FLOW, ECG = 0, 1, 2, 10
CENTIMETRES, SECONDS = 3, 4
_FORMATS = {1: "a 2-D image", 2: "M-mode", 3: "a spectrum", 4: "a curve", 5: "graphics"}


@dataclass(frozen=True)
class Region:
    """One part of the picture, as its file describes it.

    Attributes:
        box: Where it lies.
        spatial_format: RegionSpatialFormat.
        data_type: RegionDataType.
        delta: (PhysicalDeltaY, PhysicalDeltaX), in ``units`` a pixel; None if unknown.
        units: (PhysicalUnitsYDirection, PhysicalUnitsXDirection).
    """

    box: Box
    spatial_format: int
    data_type: int
    delta: tuple[float, float] | None
    units: tuple[int, int]

    @property
    def area(self) -> int:
        """Its pixels."""
        return (self.box.bottom - self.box.top) * (self.box.right - self.box.left)

    @property
    def title(self) -> str:
        """What it is, for readers."""
        return _FORMATS.get(self.spatial_format, "other data")

    @property
    def spacing_mm(self) -> tuple[float, float] | None:
        """(sy, sx); None if it is not measured in lengths."""
        if self.delta is None or self.units != (CENTIMETRES, CENTIMETRES):
            return None
        return 10 * self.delta[0], 10 * self.delta[1]


def regions_of(dataset: Dataset, rows: int, columns: int) -> list[Region]:
    """Return the regions that a file describes and that lie in its picture."""
    found = (_region(item) for item in items(dataset, "SequenceOfUltrasoundRegions"))
    inside = (replace(one, box=_cut(one.box, rows, columns)) for one in found if one is not None)
    return [one for one in inside if one.box.bottom > one.box.top and one.box.right > one.box.left]


def choose_2d(regions: Sequence[Region]) -> Region:
    """Return the largest 2-D image of tissue.

    Raises:
        UnhandledError: There is none, or colour Doppler lies over one.
    """
    flat = [one for one in regions if one.spatial_format == TWO_D]
    refuse_doppler(any(one.data_type == COLOUR_FLOW for one in flat))
    shown = [one for one in flat if one.data_type in (NOT_SAID, TISSUE)]
    if not shown:
        names = sorted({one.title for one in regions})
        what = f"its regions are {' and '.join(names)}, none a 2-D image of tissue"
        mmode = any(one.spatial_format == MMODE for one in regions)
        strip = ", or --mode m for the M-mode" if mmode else ""
        raise UnhandledError(what, f"give the clip of an apical view{strip}")
    return max(shown, key=lambda one: one.area)


def _region(item: Dataset) -> Region | None:
    corners = [
        number(item, f"RegionLocation{corner}") for corner in ("MinY0", "MinX0", "MaxY1", "MaxX1")
    ]
    if any(math.isnan(corner) or corner < 0 for corner in corners):
        return None
    top, left, bottom, right = (int(corner) for corner in corners)
    return Region(
        # The last row and column belong to it.
        Box(top, left, bottom + 1, right + 1),
        _whole(item, "RegionSpatialFormat"),
        _whole(item, "RegionDataType"),
        _delta(item),
        (_whole(item, "PhysicalUnitsYDirection"), _whole(item, "PhysicalUnitsXDirection")),
    )


def _delta(item: Dataset) -> tuple[float, float] | None:
    # Negative where the axis runs up or to the left.
    dy, dx = (abs(number(item, f"PhysicalDelta{axis}")) for axis in "YX")
    return (dy, dx) if dy > 0 and dx > 0 else None


def _whole(item: Dataset, keyword: str) -> int:
    value = number(item, keyword)
    return 0 if math.isnan(value) else int(value)


def _cut(box: Box, rows: int, columns: int) -> Box:
    return Box(box.top, box.left, min(box.bottom, rows), min(box.right, columns))
