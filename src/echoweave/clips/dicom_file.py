"""Open the DICOM files of ultrasound: what any of them must be, whatever is looked for in it."""

import io
import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pydicom
from numpy.typing import NDArray
from pydicom import Dataset
from pydicom.filereader import read_dataset
from pydicom.uid import UID

from echoweave.clips.clip import Box
from echoweave.clips.dicom_pixels import DECODERS, check_pixels, decode_pictures, explained
from echoweave.clips.limits import MAX_BYTES, check_frame_sizes
from echoweave.clips.people import patient_digest, secrets_of
from echoweave.clips.regions import Region, regions_of
from echoweave.clips.tags import number, text
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
_PREAMBLE, _HEAD_BYTES = 128, 132
# ContentInfo of CMS, enveloped: how the secure DICOM profile encrypts a file (RFC 5652).
_ENVELOPED = bytes.fromhex("06092a864886f70d010703")


@dataclass(frozen=True)
class DicomFile:
    """A file whose header was looked at and whose pictures were not.

    Attributes:
        header: All of it but the pictures.
        shape: Frames, rows and columns.
        regions: Parts of the picture that it describes.
        patient: See :class:`~echoweave.clips.clip.EchoClip`.
        secrets: See there.
    """

    header: Dataset
    shape: tuple[int, int, int]
    regions: list[Region]
    patient: str
    secrets: frozenset[str]
    _syntax: UID
    _content: io.BytesIO

    def decode(self, box: Box) -> tuple[NDArray[np.uint8], tuple[str, ...]]:
        """Return the frames in grey, uint8 [T, Y, X], and what was done to them.

        Args:
            box: Where the picture lies that may not be in colours.

        Raises:
            UnhandledError: There is colour in the box.
            ValueError: Pictures are missing or damaged.
        """
        self._content.seek(0)
        with explained("damaged"):
            dataset = pydicom.dcmread(self._content)
        return decode_pictures(dataset, self._syntax, self.shape, box)


@contextmanager
def opened_dicom(path: Path) -> Iterator[DicomFile]:
    """Open a DICOM file of ultrasound.

    Raises:
        UnhandledError: It is no ultrasound, encrypted, compressed in another way, or longer than
            clips are.
        ValueError: It is no DICOM file, or its header is damaged.
        OSError: It cannot be opened.
    """
    with open_regular(path) as file, _quiet():
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise ValueError(f"{size / 2**30:.1f} GiB, more than a clip holds")
        _check_head(file.read(_HEAD_BYTES))
        file.seek(0)
        # Of a file itself pydicom would ask for as many bytes as a damaged length promises.
        yield _look_at(io.BytesIO(file.read()))


def _look_at(content: io.BytesIO) -> DicomFile:
    syntax = _check_syntax(content)
    content.seek(0)
    with explained("its header is damaged"):
        header = pydicom.dcmread(content, stop_before_pixels=True)
        patient, secrets = patient_digest(header), secrets_of(header)
    shape = _check_header(header)
    regions = regions_of(header, *shape[1:])
    return DicomFile(header, shape, regions, patient, secrets, syntax, content)


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
    """Return frames, rows and columns of an ultrasound in grey or in colours."""
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
    check_frame_sizes(*shape)
    check_pixels(header)
    return shape
