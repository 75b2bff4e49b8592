"""Read MetaImage files (.mhd beside .raw or .zraw), the format of the legacy CAMUS release.

ITK's reader prints on stderr, holds the interpreter lock while it reads and does not say what
is wrong; the checks before training need a reader that does neither and that does say.
"""

import re
import zlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from echoweave.io.limits import check_shape, open_regular

_DTYPES = {
    "MET_CHAR": "i1",
    "MET_UCHAR": "u1",
    "MET_SHORT": "i2",
    "MET_USHORT": "u2",
    "MET_INT": "i4",
    "MET_UINT": "u4",
    "MET_FLOAT": "f4",
    "MET_DOUBLE": "f8",
}
_WHOLE = re.compile(r"[0-9]{1,9}")
_DECIMAL = re.compile(r"[-+]?[0-9]*\.?[0-9]+\.?([eE][-+]?[0-9]+)?")
_MAX_HEADER = 65536
# Deflate cannot shrink further, so a longer promise than this is broken whatever the file holds.
_MAX_DEFLATE_RATIO = 1032


def read_metaimage(path: Path) -> tuple[NDArray[np.generic], tuple[float, ...]]:
    """Read the header at ``path`` and the pixels beside it.

    Returns:
        The array with the slowest axis first ([T, Y, X]), and the spacing in the same order.

    Raises:
        ValueError: What is wrong, as one clause.
        OSError: A file cannot be opened.
    """
    header = _read_header(path)
    if header.get("ElementNumberOfChannels", "1") != "1":
        raise ValueError("the pixels are RGB or vectors, not grey values")
    shape = tuple(int(size) for size in reversed(_numbers(header, "DimSize", _WHOLE)))
    # ITK writes the first, and older tools the second.
    given = (key for key in ("ElementSpacing", "ElementSize") if key in header)
    key = next(given, "ElementSpacing")
    spacing = tuple(float(value) for value in reversed(_numbers(header, key, _DECIMAL)))
    if not len(shape) == len(spacing) == int(_numbers(header, "NDims", _WHOLE)[0]):
        raise ValueError(f"NDims, DimSize and {key} do not agree")
    dtype = _dtype(header)
    payload = _read_pixels(path, header, check_shape(shape) * dtype.itemsize)
    array = np.frombuffer(payload, dtype).reshape(shape)
    return array.astype(dtype.newbyteorder("=")), spacing


def pixel_file(path: Path) -> Path:
    """Return the file that the header at ``path`` says its pixels are in.

    Raises:
        ValueError: The header is broken, or names no single file beside it.
        OSError: It cannot be opened.
    """
    return path.parent / _pixel_name(_read_header(path))


def _read_header(path: Path) -> dict[str, str]:
    with open_regular(path) as file:
        text = file.read(_MAX_HEADER).decode("utf-8-sig", errors="replace")
    header: dict[str, str] = {}
    for line in text.splitlines():
        key, equals, value = (part.strip() for part in line.partition("="))
        if not equals:
            continue
        if header.get(key, value) != value:
            raise ValueError(f"the header gives {key[:40]} twice, with different values")
        header[key] = value
    if "NDims" not in header:
        raise ValueError("not a MetaImage header")
    return header


def _entry(header: dict[str, str], key: str) -> str:
    if key not in header:
        raise ValueError(f"the header has no {key}")
    return header[key]


def _numbers(header: dict[str, str], key: str, form: re.Pattern[str]) -> list[str]:
    """Return the numbers of an entry, at least one; Python itself would read more as numbers."""
    words = _entry(header, key).split()
    if not words or not all(form.fullmatch(word) for word in words):
        raise ValueError(f"{key} = {header[key][:40]} is not a list of numbers")
    return words


def _dtype(header: dict[str, str]) -> np.dtype[np.generic]:
    name = _entry(header, "ElementType")
    if name not in _DTYPES:
        raise ValueError(f"ElementType {name[:40]} is not handled")
    if header.get("BinaryData", "True") != "True" or header.get("HeaderSize", "0") != "0":
        raise ValueError("text pixels and raw files with a header are not handled")
    msb = header.get("BinaryDataByteOrderMSB", header.get("ElementByteOrderMSB", "False"))
    return np.dtype((">" if msb == "True" else "<") + _DTYPES[name])


def _pixel_name(header: dict[str, str]) -> str:
    """Return the name of the pixel file; a path elsewhere is refused, even if there is a file."""
    name = _entry(header, "ElementDataFile")
    if name == "LOCAL" or name.split()[:1] == ["LIST"] or Path(name).name != name:
        raise ValueError(f"ElementDataFile is {name[:80]}, but only one file beside it is read")
    return name


def _read_pixels(path: Path, header: dict[str, str], n_bytes: int) -> bytes:
    raw = path.parent / _pixel_name(header)
    if not raw.is_file():
        raise ValueError(f"its pixel file {raw.name} is missing")
    size = raw.stat().st_size
    if header.get("CompressedData", "False") == "True":
        return _inflate(raw, size, n_bytes)
    if size < n_bytes:
        raise ValueError(f"{raw.name} is truncated: {size} bytes for an image of {n_bytes}")
    if size > n_bytes:
        raise ValueError(f"{raw.name} holds {size} bytes, but the header promises {n_bytes}")
    return raw.read_bytes()


def _inflate(raw: Path, size: int, n_bytes: int) -> bytes:
    if size * _MAX_DEFLATE_RATIO < n_bytes:
        raise ValueError(f"{raw.name} is truncated: {size} bytes for an image of {n_bytes}")
    stream = zlib.decompressobj()
    try:
        # One byte more, so that the end of the stream and its checksum are read too.
        payload = stream.decompress(raw.read_bytes(), n_bytes + 1)
    except zlib.error as error:
        raise ValueError(f"{raw.name} cannot be decompressed ({error})") from error
    if len(payload) > n_bytes:
        raise ValueError(f"{raw.name} holds more than the {n_bytes} bytes that the header promises")
    if len(payload) < n_bytes or not stream.eof:
        raise ValueError(f"{raw.name} is truncated: {len(payload)} of {n_bytes} bytes")
    return payload
