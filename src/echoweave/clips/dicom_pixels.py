"""Decode the pictures of a DICOM file.

What pydicom needs for compressed pictures is chosen here, one library a transfer syntax, so that
no file is decoded by whatever else is installed.
"""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow
from pydicom import Dataset
from pydicom.encaps import generate_frames
from pydicom.pixels.processing import apply_color_lut
from pydicom.pixels.utils import iter_pixels, pixel_array
from pydicom.uid import (
    JPEG2000,
    UID,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    RLELossless,
)

from echoweave.clips.clip import Box
from echoweave.clips.greys import COLOUR_EVERY, ColourMeter, grey8, luma
from echoweave.clips.limits import refuse_doppler
from echoweave.clips.tags import number, numbers, text
from echoweave.io.limits import UnhandledError

_NATIVE = (ImplicitVRLittleEndian, ExplicitVRLittleEndian, ExplicitVRBigEndian)
# Transfer syntax -> pydicom's name for the library that decodes it; Pillow itself decodes JPEG.
DECODERS = dict.fromkeys((*_NATIVE, JPEGBaseline8Bit), "") | {
    RLELossless: "pylibjpeg",
    JPEG2000Lossless: "pylibjpeg",
    JPEG2000: "pylibjpeg",
}
# Whose frames say for themselves how large they are.
_JPEG = (JPEGBaseline8Bit, JPEG2000Lossless, JPEG2000)
_GREY = ("MONOCHROME1", "MONOCHROME2")
_PALETTE = "PALETTE COLOR"
_YBR = ("YBR_FULL", "YBR_FULL_422")
# JPEG 2000 turns the last two into RGB by itself.
_COLOURS = ("RGB", *_YBR, "YBR_ICT", "YBR_RCT")


@contextmanager
def explained(what: str) -> Iterator[None]:
    """Turn whatever pydicom and its decoders trip over in a damaged file into a ValueError."""
    try:
        yield
    except (UnhandledError, MemoryError):
        raise
    except Exception as error:
        said = str(error).partition("\n")[0][:120] or type(error).__name__
        raise ValueError(f"{what} ({said})") from error


def check_pixels(header: Dataset) -> None:
    """Look at how pixels are described.

    Raises:
        UnhandledError: In a way that is not read.
        ValueError: In a way that contradicts itself.
    """
    photometric = text(header, "PhotometricInterpretation")
    samples = 3 if photometric in _COLOURS else 1
    if photometric not in (*_GREY, *_COLOURS, _PALETTE):
        what = f"PhotometricInterpretation is {photometric[:16] or 'missing'}"
        raise UnhandledError(what, "store it in grey or as RGB")
    bits = number(header, "BitsAllocated")
    if bits not in ((8, 16) if samples == 1 else (8,)):
        raise UnhandledError(f"{bits:g} bits a sample", "store it with 8 bits")
    if number(header, "SamplesPerPixel") != samples:
        raise ValueError(f"SamplesPerPixel does not go with {photometric}")


def decode_pictures(
    dataset: Dataset, syntax: UID, shape: tuple[int, int, int], box: Box
) -> tuple[NDArray[np.uint8], tuple[str, ...]]:
    """Return the frames in grey, uint8 [T, Y, X], and what was done to them.

    Args:
        dataset: The whole file.
        syntax: A key of ``DECODERS``.
        shape: Frames, rows and columns that its header promises.
        box: Where the 2-D image lies.

    Raises:
        UnhandledError: There is colour in the box.
        ValueError: Pictures are missing or damaged.
    """
    if "PixelData" not in dataset:
        raise ValueError("holds no pictures, or is cut short before them")
    content = dataset.PixelData
    if syntax in _NATIVE:
        _check_length(dataset, shape, len(content))
    else:
        _check_encapsulated(syntax, shape, content)
    meter = ColourMeter()
    greys = []
    with explained("its pictures cannot be decoded"):
        for index, picture in enumerate(_decoded(dataset, syntax)):
            if picture.ndim == 3 and index % COLOUR_EVERY == 0:
                meter.add(picture[box.slices])
            greys.append(luma(picture) if picture.ndim == 3 else picture)
    if len(greys) != shape[0] or any(grey.shape != shape[1:] for grey in greys):
        raise ValueError(f"{len(greys)} of {shape[0]} frames can be read")
    refuse_doppler(meter.is_doppler)
    frames, note = grey8(np.stack(greys), _window(dataset))
    if dataset.PhotometricInterpretation == "MONOCHROME1":
        frames = 255 - frames
    return frames, (note,) if note else ()


def _check_length(dataset: Dataset, shape: tuple[int, int, int], length: int) -> None:
    samples, bits = int(dataset.SamplesPerPixel), int(dataset.BitsAllocated)
    values = int(np.prod(shape, dtype=object)) * samples
    if dataset.PhotometricInterpretation == "YBR_FULL_422":
        values = values * 2 // 3
    if length < values * bits // 8:
        raise ValueError(f"cut short: {length} of {values * bits // 8} bytes of pictures")


def _check_encapsulated(syntax: UID, shape: tuple[int, int, int], content: bytes) -> None:
    """Look at every compressed frame before one is decoded."""
    with explained("its pictures are damaged"):
        frames = list(generate_frames(content, number_of_frames=shape[0]))
    if len(frames) < shape[0]:
        raise ValueError(f"cut short: {len(frames)} of {shape[0]} frames")
    if syntax not in _JPEG:
        return
    for index, frame in enumerate(frames):
        rows, columns = _size_of(frame, index)
        if (rows, columns) != shape[1:]:
            raise ValueError(
                f"frame {index}, counted from 0, has {columns} x {rows} pixels, not "
                f"{shape[2]} x {shape[1]}"
            )


def _size_of(frame: bytes, index: int) -> tuple[int, int]:
    """Return rows and columns of a compressed frame as it says itself."""
    try:
        with Pillow.open(io.BytesIO(frame), formats=("JPEG", "JPEG2000")) as picture:
            return picture.height, picture.width
    # Pillow raises SyntaxError and others on broken heads.
    except Exception as error:
        raise ValueError(f"frame {index}, counted from 0, is no readable picture") from error


def _decoded(dataset: Dataset, syntax: UID) -> Iterator[NDArray[Any]]:
    """Yield the frames as greys [Y, X], or as colours uint8 [Y, X, 3]."""
    photometric = dataset.PhotometricInterpretation
    if syntax == JPEGBaseline8Bit:
        for frame in generate_frames(dataset.PixelData, number_of_frames=dataset.NumberOfFrames):
            yield _decode_jpeg(frame, photometric)
        return
    for picture in _raw_pictures(dataset, syntax):
        if photometric == _PALETTE:
            colours = apply_color_lut(picture, dataset)
            yield (colours // 257).astype(np.uint8) if colours.dtype.itemsize > 1 else colours
        elif photometric in _YBR:
            yield cv2.cvtColor(picture[..., [0, 2, 1]], cv2.COLOR_YCrCb2RGB)
        else:
            yield picture


def _raw_pictures(dataset: Dataset, syntax: UID) -> Iterator[NDArray[Any]]:
    """Yield the frames as stored: pydicom's own change of colours takes ten times as long."""
    if syntax not in _NATIVE:
        yield from iter_pixels(dataset, raw=True, decoding_plugin=DECODERS[syntax])
        return
    # iter_pixels loses count after the first frame of YBR_FULL_422.
    for index in range(int(dataset.NumberOfFrames)):
        yield pixel_array(dataset, index=index, raw=True)


def _decode_jpeg(frame: bytes, photometric: str) -> NDArray[np.uint8]:
    """Return greys or colours, whichever of several ways of storing them was taken.

    Files say RGB of pictures that are not; what the picture itself says counts first.
    """
    with Pillow.open(io.BytesIO(frame), formats=("JPEG",)) as picture:
        if picture.mode == "L":
            return np.asarray(picture)
        if photometric == "RGB" and not {"jfif", "adobe"} & picture.info.keys():
            # It comes out as it was stored.
            picture.draft("YCbCr", picture.size)
            return np.asarray(picture)
        return np.asarray(picture.convert("RGB"))


def _window(dataset: Dataset) -> tuple[float, float] | None:
    """Return the values that are black and white in greys of more than 8 bits; None: not said."""
    if dataset.BitsAllocated == 8 or dataset.PhotometricInterpretation == _PALETTE:
        return None
    centres, widths = numbers(dataset, "WindowCenter"), numbers(dataset, "WindowWidth")
    if not centres or not widths or widths[0] < 1:
        return None
    return centres[0] - widths[0] / 2, centres[0] + widths[0] / 2
