"""Read clips from multi-frame DICOM files of ultrasound."""

import io
import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pydicom
from pydicom import Dataset
from pydicom.filereader import read_dataset
from pydicom.uid import UID

from echoweave.clips.clip import Box, EchoClip
from echoweave.clips.dicom_pixels import DECODERS, check_pixels, decode_pictures, explained
from echoweave.clips.frame_times import frame_times
from echoweave.clips.limits import MAX_BYTES, check_clip_shape
from echoweave.clips.people import patient_digest, secrets_of
from echoweave.clips.regions import choose_2d, regions_of
from echoweave.clips.tags import items, number, numbers, text
from echoweave.clips.views import view_in
from echoweave.io.limits import UnhandledError, open_regular

# Ultrasound with many frames and one, today's and retired, and what exports make of it.
_CLASSES = (
    "1.2.840.10008.5.1.4.1.1.3",
    "1.2.840.10008.5.1.4.1.1.3.1",
    "1.2.840.10008.5.1.4.1.1.6",
    "1.2.840.10008.5.1.4.1.1.6.1",
    "1.2.840.10008.5.1.4.1.1.7",
    "1.2.840.10008.5.1.4.1.1.7.2",
    "1.2.840.10008.5.1.4.1.1.7.4",
)
# SNOMED CT and the older SNOMED RT, as of context group 12226.
_VIEW_CODES = {"399232001": "2CH", "G-A19B": "2CH", "399214001": "4CH", "G-A19C": "4CH"}
_VIEW_TEXTS = ("ViewName", "SeriesDescription", "ProtocolName")
_PREAMBLE, _HEAD_BYTES = 128, 132
# ContentInfo of CMS, enveloped: how the secure DICOM profile encrypts a file (RFC 5652).
_ENVELOPED = bytes.fromhex("06092a864886f70d010703")


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
    with open_regular(path) as file, _quiet():
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise ValueError(f"{size / 2**30:.1f} GiB, more than a clip holds")
        _check_head(file.read(_HEAD_BYTES))
        file.seek(0)
        # Of a file itself pydicom would ask for as many bytes as a damaged length promises.
        return _read(io.BytesIO(file.read()), told_view)


def _read(content: io.BytesIO, told_view: str | None) -> EchoClip:
    syntax = _check_syntax(content)
    content.seek(0)
    with explained("its header is damaged"):
        header = pydicom.dcmread(content, stop_before_pixels=True)
        patient, secrets = patient_digest(header), secrets_of(header)
    shape = _check_header(header)
    view, view_source = _view(header)
    if told_view is None and not view:
        _refuse_other_view(header)
    regions = regions_of(header, *shape[1:])
    region = choose_2d(regions) if regions else None
    box = region.box if region else Box(0, 0, *shape[1:])
    content.seek(0)
    with explained("damaged"):
        dataset = pydicom.dcmread(content)
    frames, notes = decode_pictures(dataset, syntax, shape, box)
    times_ms, time_source = frame_times(header, shape[0])
    spacing, spacing_source = _spacing(header, region.spacing_mm if region else None)
    sources = {"times_ms": time_source, "spacing": spacing_source, "view": view_source}
    return EchoClip(
        frames=frames,
        box=box,
        spacing=spacing,
        times_ms=times_ms,
        view=view,
        patient=patient,
        secrets=secrets,
        sources={name: source for name, source in sources.items() if source},
        notes=notes,
    )


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep pydicom from warning of values that it finds odd: what matters here is looked at."""
    logger = logging.getLogger("pydicom")
    level = logger.level
    logger.setLevel(logging.CRITICAL + 1)
    try:
        with warnings.catch_warnings(), pydicom.config.disable_value_validation():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.setLevel(level)


def _check_head(head: bytes) -> None:
    if _ENVELOPED in head:
        raise UnhandledError("it is encrypted", "decrypt it first")
    if head[_PREAMBLE:] != b"DICM":
        raise ValueError("not a DICOM file")


def _check_syntax(content: io.BytesIO) -> UID:
    """Return the transfer syntax, before more is read: a deflated file could grow to any size."""
    content.seek(_HEAD_BYTES)
    with explained("its header is damaged"):
        # The first group is stored in the same way whatever comes after it.
        meta = read_dataset(content, False, True, stop_when=lambda tag, *_: tag.group != 2)
        syntax = UID(text(meta, "TransferSyntaxUID"))
    if syntax not in DECODERS:
        what = f"its pictures are stored as {syntax.name or 'nothing that is named'}"
        raise UnhandledError(what, "store it as JPEG, JPEG 2000, RLE or uncompressed")
    return syntax


def _check_header(header: Dataset) -> tuple[int, int, int]:
    """Return frames, rows and columns of an ultrasound clip in grey or in colours."""
    modality, storage = text(header, "Modality"), UID(text(header, "SOPClassUID"))
    if modality not in ("US", ""):
        raise UnhandledError(f"its modality is {modality[:16]}, not US", "give an ultrasound clip")
    if storage not in _CLASSES:
        what = f"it is {storage.name or 'of no class'}, not an ultrasound clip"
        raise UnhandledError(what, "give an Ultrasound Multi-frame Image")
    sizes = [number(header, keyword) for keyword in ("Rows", "Columns")]
    count = number(header, "NumberOfFrames") if "NumberOfFrames" in header else 1.0
    if not all(size >= 1 and size == int(size) for size in (*sizes, count)):
        raise ValueError("Rows, Columns or NumberOfFrames are missing or no whole numbers")
    shape = (int(count), int(sizes[0]), int(sizes[1]))
    check_clip_shape(*shape)
    check_pixels(header)
    return shape


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
