"""Read M-mode from DICOM files of ultrasound.

DICOM PS3.3 C.8.5.5, US Region Calibration Module.
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from echoweave.clips.dicom_file import opened_dicom
from echoweave.clips.limits import refuse_doppler
from echoweave.clips.regions import (
    CENTIMETRES,
    COLOUR_FLOW,
    MMODE,
    NOT_SAID,
    SECONDS,
    TISSUE,
    Region,
)
from echoweave.io.limits import UnhandledError
from echoweave.mmode.strip import Strip
from echoweave.mmode.strips.stitch import stitch

_REMEDY = "export the M-mode with its regions, or store the strip as PNG and give its scale"


def read_mmode_dicom(path: Path) -> Strip:
    """Read the M-mode of one frame, or of frames that scroll.

    Raises:
        UnhandledError: It is no ultrasound, has no M-mode of tissue, shows colour Doppler, is
            encrypted, compressed in another way, drawn over in place, or longer than clips are.
        ValueError: It is no DICOM file, damaged or cut short.
        OSError: It cannot be opened.
    """
    with opened_dicom(path) as file:
        region = choose_mmode(file.regions)
        frames, notes = file.decode(region.box)
    joined = stitch(frames[(slice(None), *region.box.slices)])
    strip = Strip(
        pixels=joined.pixels,
        breaks=joined.breaks,
        seams=joined.seams,
        notes=notes,
        secrets=file.secrets,
    )
    return strip if region.delta is None else _scaled(strip, *region.delta)


def choose_mmode(regions: Sequence[Region]) -> Region:
    """Return the largest M-mode of tissue whose columns are seconds and whose rows are cm.

    Raises:
        UnhandledError: There is none, or colour Doppler lies over one.
    """
    timed = [
        one
        for one in regions
        if one.spatial_format == MMODE and one.units == (CENTIMETRES, SECONDS)
    ]
    refuse_doppler(any(one.data_type == COLOUR_FLOW for one in timed))
    shown = [one for one in timed if one.data_type in (NOT_SAID, TISSUE)]
    if shown:
        return max(shown, key=lambda one: one.area)
    if not regions:
        raise UnhandledError("it describes no regions, so nothing tells the M-mode", _REMEDY)
    found = ", ".join(_described(one) for one in regions)
    what = f"none of its regions is M-mode of tissue over seconds (4) and cm (3): {found}"
    raise UnhandledError(what, _REMEDY)


def _described(region: Region) -> str:
    y, x = region.units
    return f"{region.title} of data type {region.data_type} in units {x} and {y}"


def _scaled(strip: Strip, cm_per_row: float, s_per_column: float) -> Strip:
    sources = {
        "mm_per_row": "PhysicalDeltaY of the region",
        "ms_per_column": "PhysicalDeltaX of the region",
    }
    return replace(
        strip, mm_per_row=10 * cm_per_row, ms_per_column=1000 * s_per_column, sources=sources
    )
