"""Read clips from multi-frame DICOM files of ultrasound."""

from pathlib import Path

from pydicom import Dataset

from echoweave.clips.clip import Box, EchoClip
from echoweave.clips.dicom_file import DicomFile, opened_dicom
from echoweave.clips.frame_times import frame_times
from echoweave.clips.limits import refuse_still
from echoweave.clips.regions import choose_2d
from echoweave.clips.tags import items, numbers, text
from echoweave.clips.views import view_in
from echoweave.io.limits import UnhandledError

# SNOMED CT and the older SNOMED RT, as of context group 12226.
_VIEW_CODES = {"399232001": "2CH", "G-A19B": "2CH", "399214001": "4CH", "G-A19C": "4CH"}
_VIEW_TEXTS = ("ViewName", "SeriesDescription", "ProtocolName")


def read_dicom(path: Path, told_view: str | None = None) -> EchoClip:
    """Read a multi-frame DICOM file.

    Args:
        path: The file.
        told_view: The view as the user says; None: as the file says, and another one is refused.

    Raises:
        UnhandledError: It is no ultrasound, a still image, colour Doppler, encrypted, compressed in
            another way, of another view, or longer than clips are.
        ValueError: It is no DICOM file, damaged or cut short.
        OSError: It cannot be opened.
    """
    with opened_dicom(path) as file:
        return _read(file, told_view)


def _read(file: DicomFile, told_view: str | None) -> EchoClip:
    header, shape = file.header, file.shape
    refuse_still(shape[0])
    view, view_source = _view(header)
    if told_view is None and not view:
        _refuse_other_view(header)
    region = choose_2d(file.regions) if file.regions else None
    box = region.box if region else Box(0, 0, *shape[1:])
    frames, notes = file.decode(box)
    times_ms, time_source = frame_times(header, shape[0])
    spacing, spacing_source = _spacing(header, region.spacing_mm if region else None)
    sources = {"times_ms": time_source, "spacing": spacing_source, "view": view_source}
    return EchoClip(
        frames=frames,
        box=box,
        spacing=spacing,
        times_ms=times_ms,
        view=view,
        patient=file.patient,
        secrets=file.secrets,
        sources={name: source for name, source in sources.items() if source},
        notes=notes,
    )


def _spacing(
    header: Dataset, of_region: tuple[float, float] | None
) -> tuple[tuple[float, float] | None, str]:
    if of_region is not None:
        return of_region, "PhysicalDeltaY and PhysicalDeltaX of the region"
    spacing = numbers(header, "PixelSpacing")
    if len(spacing) == 2 and min(spacing) > 0:
        return (spacing[0], spacing[1]), "PixelSpacing"
    return None, ""


def _view(header: Dataset) -> tuple[str, str]:
    codes = items(header, "ViewCodeSequence")
    for code in codes:
        view = _VIEW_CODES.get(text(code, "CodeValue"))
        if view:
            return view, "ViewCodeSequence"
    for keyword in _VIEW_TEXTS:
        view = view_in(text(header, keyword))
        if view:
            return view, keyword
    return "", ""


def _refuse_other_view(header: Dataset) -> None:
    meanings = [text(code, "CodeMeaning") for code in items(header, "ViewCodeSequence")]
    if meanings:
        what = f"its view is {meanings[0][:60] or 'another'!r}, neither apical 2- nor 4-chamber"
        raise UnhandledError(what, "leave it out, or give --view if that is wrong")
