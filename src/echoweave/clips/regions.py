"""Parts of an ultrasound picture, and which of them is the 2-D image.

DICOM PS3.3 C.8.5.5, US Region Calibration Module.
"""

from dataclasses import dataclass

from echoweave.clips.clip import Box

# Values of RegionSpatialFormat, RegionDataType, and of PhysicalUnitsXDirection and -Y-.
TWO_D, WAVEFORM = 1, 4
TISSUE, ECG = 1, 10
CENTIMETRES, SECONDS = 3, 4


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
