"""Read NIfTI-1 files (.nii, .nii.gz), the format of the newer CAMUS release.

ITK's reader fills what a truncated file lacks with whatever is in memory and says nothing; the
checks before training need one that notices.
"""

import gzip
import math
import struct
import zlib
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from echoweave.io.metaimage import MAX_DEFLATE_RATIO

_HEADER_BYTES = 348
_DTYPES = {
    2: "u1",
    4: "i2",
    8: "i4",
    16: "f4",
    64: "f8",
    256: "i1",
    512: "u2",
    768: "u4",
}
_RGB_CODES = (128, 2304)
# Spatial units of the header that are not mm (or unknown, which means mm).
_MM = {1: 1000.0, 3: 0.001}


def read_nifti(path: Path) -> tuple[NDArray[np.generic], tuple[float, ...]]:
    """Read the NIfTI-1 file at ``path``; 2-D headers are fine.

    Returns:
        The array with the slowest axis first ([T, Y, X]), and the spacing (mm for the first
        three axes of the file) in the same order.

    Raises:
        ValueError: What is wrong, as one clause.
        OSError: The file cannot be opened.
    """
    zipped = path.suffix == ".gz"
    limit = path.stat().st_size * (MAX_DEFLATE_RATIO if zipped else 1)
    try:
        with gzip.open(path) if zipped else path.open("rb") as file:
            return _read(file, limit)
    except gzip.BadGzipFile as error:
        raise ValueError(f"damaged or not gzip at all ({error})") from error
    except (EOFError, zlib.error) as error:
        raise ValueError(f"truncated or damaged ({error})") from error


def _read(
    file: BinaryIO | gzip.GzipFile, limit: int
) -> tuple[NDArray[np.generic], tuple[float, ...]]:
    header = file.read(_HEADER_BYTES)
    order = _byte_order(header)
    dim = struct.unpack_from(order + "8h", header, 40)
    (code,) = struct.unpack_from(order + "h", header, 70)
    pixdim = struct.unpack_from(order + "8f", header, 76)
    offset, slope, intercept = struct.unpack_from(order + "3f", header, 108)
    shape, spacing = list(dim[1 : dim[0] + 1]), list(pixdim[1 : dim[0] + 1])
    while len(shape) > 3 and shape[-1] == 1:
        shape.pop()
        spacing.pop()
    if code in _RGB_CODES or len(shape) == 5:
        raise ValueError("the pixels are RGB or vectors, not grey values")
    if code not in _DTYPES or not shape or min(shape) < 1:
        raise ValueError(f"data type {code} of shape {tuple(shape)} is not handled")
    if not _HEADER_BYTES <= offset <= limit:
        raise ValueError(f"the pixels cannot start at byte {offset}")
    dtype = np.dtype(order + _DTYPES[code])
    payload = _read_pixels(file, int(offset), math.prod(shape) * dtype.itemsize, limit)
    array = np.frombuffer(payload, dtype, math.prod(shape)).reshape(shape[::-1])
    array = array.astype(dtype.newbyteorder("="))
    if math.isfinite(slope) and math.isfinite(intercept) and slope != 0:
        array = array if (slope, intercept) == (1, 0) else array * slope + intercept
    scale = _MM.get(header[123] & 7, 1.0)
    return array, tuple(value * scale for value in reversed(spacing))


def _byte_order(header: bytes) -> str:
    if len(header) < _HEADER_BYTES or header[344:347] not in (b"n+1", b"ni1"):
        raise ValueError("truncated or not a NIfTI-1 file")
    return "<" if header[:4] == struct.pack("<i", _HEADER_BYTES) else ">"


def _read_pixels(file: BinaryIO | gzip.GzipFile, offset: int, n_bytes: int, limit: int) -> bytes:
    if n_bytes > limit:
        raise ValueError(f"truncated: too small for an image of {n_bytes} bytes")
    file.seek(offset)
    # One byte more than needed: gzip verifies its checksum when it reaches the end.
    payload = file.read(n_bytes + 1)
    if len(payload) < n_bytes:
        raise ValueError(f"truncated: {len(payload)} of {n_bytes} bytes of pixels")
    return payload
