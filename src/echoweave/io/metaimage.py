"""Read MetaImage files (.mhd beside .raw or .zraw, .mha), the format of the legacy CAMUS release.

ITK's reader prints on stderr, holds the interpreter lock while it reads and does not say what
is wrong; the checks before training need a reader that does neither and that does say. What ITK
reads besides is read alike: booleans in any form, pixels in the header file or behind a header.
"""

import os
import re
import zlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from echoweave.io.limits import UnhandledError, check_shape, open_regular

_DTYPES = {
    "MET_CHAR": "i1",
    "MET_UCHAR": "u1",
    "MET_SHORT": "i2",
    "MET_USHORT": "u2",
    "MET_INT": "i4",
    "MET_UINT": "u4",
    "MET_LONG": "i4",
    "MET_ULONG": "u4",
    "MET_LONG_LONG": "i8",
    "MET_ULONG_LONG": "u8",
    "MET_FLOAT": "f4",
    "MET_DOUBLE": "f8",
}
_BOOLEANS = {"true": True, "t": True, "1": True, "false": False, "f": False, "0": False}
_WHOLE = re.compile(r"[0-9]{1,9}")
_SIGNED = re.compile(r"-?[0-9]{1,9}")
_DECIMAL = re.compile(r"[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?")
# ITK writes the first; the others are older names of the same.
_SPACING = ("ElementSpacing", "ElementSize")
_MATRIX = ("TransformMatrix", "Rotation", "Orientation")
_MAX_HEADER = 65536
_LOCAL = re.compile(rb"^ElementDataFile[ \t]*[=:][ \t]*LOCAL[ \t]*\r?\n", re.MULTILINE)
# Deflate cannot shrink further, so a longer promise than this is broken whatever the file holds.
_MAX_DEFLATE_RATIO = 1032


def read_metaimage(
    path: Path,
) -> tuple[NDArray[np.generic], tuple[float, ...], NDArray[np.float64] | None]:
    """Read the header at ``path`` and the pixels in it or beside it.

    Returns:
        The array with the slowest axis first ([T, Y, X]), the spacing in the same order, and where
        the axes run, for :func:`echoweave.io.axes.straighten`.

    Raises:
        ValueError: What is wrong, as one clause.
        OSError: A file cannot be opened.
    """
    header, header_bytes = _read_header(path)
    if header.get("ElementNumberOfChannels", "1") != "1":
        raise ValueError("the pixels are RGB or vectors, not grey values")
    shape = tuple(int(size) for size in reversed(_numbers(header, "DimSize", _WHOLE)))
    key = next((key for key in _SPACING if key in header), _SPACING[0])
    spacing = tuple(float(value) for value in reversed(_numbers(header, key, _DECIMAL)))
    if not len(shape) == len(spacing) == int(_numbers(header, "NDims", _WHOLE)[0]):
        raise ValueError(f"NDims, DimSize and {key} do not agree")
    directions = _directions(header, len(shape))
    dtype = _dtype(header)
    payload = _read_pixels(path, header, header_bytes, check_shape(shape) * dtype.itemsize)
    array = np.frombuffer(payload, dtype).reshape(shape)
    return array.astype(dtype.newbyteorder("=")), spacing, directions


def pixel_file(path: Path) -> Path:
    """Return the file that the header at ``path`` says its pixels are in; perhaps itself.

    Raises:
        ValueError: The header is broken, or names no single file beside it.
        OSError: It cannot be opened.
    """
    return _pixel_path(path, _read_header(path)[0])


def _read_header(path: Path) -> tuple[dict[str, str], int]:
    """Return the entries of the header, and how many bytes it takes where pixels follow."""
    with open_regular(path) as file:
        content = file.read(_MAX_HEADER)
    local = _LOCAL.search(content)
    end = local.end() if local else len(content)
    header: dict[str, str] = {}
    for line in content[:end].decode("utf-8-sig", errors="replace").splitlines():
        key, *value = (part.strip() for part in re.split("[=:]", line, maxsplit=1))
        if not value:
            continue
        if header.get(key, value[0]) != value[0]:
            raise ValueError(f"the header gives {key[:40]} twice, with different values")
        header[key] = value[0]
    if "NDims" not in header:
        raise ValueError("not a MetaImage header")
    return header, end


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


def _boolean(header: dict[str, str], key: str, default: bool) -> bool:
    word = header.get(key, str(default))
    if word.lower() not in _BOOLEANS:
        raise ValueError(f"{key} = {word[:40]} is neither True nor False")
    return _BOOLEANS[word.lower()]


def _directions(header: dict[str, str], ndim: int) -> NDArray[np.float64] | None:
    """Return where the axes run, one a column; a header lists one axis after the other."""
    key = next((key for key in _MATRIX if key in header), None)
    if key is None or ndim not in (2, 3, 4):
        return None
    values = _numbers(header, key, _DECIMAL)
    if len(values) != ndim**2:
        raise ValueError(f"{key} has {len(values)} numbers for {ndim} dimensions")
    matrix = np.array(values, dtype=float).reshape(ndim, ndim).T
    return matrix[:3, :3]


def _dtype(header: dict[str, str]) -> np.dtype[np.generic]:
    name = _entry(header, "ElementType")
    if name not in _DTYPES:
        raise ValueError(f"ElementType {name[:40]} is not handled")
    if not _boolean(header, "BinaryData", default=True):
        raise UnhandledError("pixels as text are not read", "store them as binary data")
    other = _boolean(header, "ElementByteOrderMSB", default=False)
    msb = _boolean(header, "BinaryDataByteOrderMSB", default=other)
    return np.dtype((">" if msb else "<") + _DTYPES[name])


def _pixel_path(path: Path, header: dict[str, str]) -> Path:
    """Return where the pixels are; a path elsewhere is refused, even if there is a file."""
    name = _entry(header, "ElementDataFile")
    if name == "LOCAL":
        return path
    if name.split()[:1] == ["LIST"] or "%" in name.split(" ")[0]:
        remedy = "store the image with one pixel file"
        raise UnhandledError(f"ElementDataFile is {name[:80]}, but only one file is read", remedy)
    pixels = path.parent / name
    if Path(os.path.normpath(pixels)).parent != Path(os.path.normpath(path.parent)):
        what = f"ElementDataFile is {name[:80]}, but only a file beside it is read"
        raise UnhandledError(what, "put the pixel file beside it and correct the header")
    return path.parent / pixels.name


def _read_pixels(path: Path, header: dict[str, str], header_bytes: int, n_bytes: int) -> bytes:
    raw = _pixel_path(path, header)
    skipped = header_bytes if raw == path else _leading_bytes(header)
    if not raw.is_file():
        raise ValueError(f"its pixel file {raw.name} is missing")
    size = raw.stat().st_size
    if skipped < 0:
        skipped = max(size - n_bytes, 0)
    size = max(size - skipped, 0)
    if _boolean(header, "CompressedData", default=False):
        return _inflate(raw, skipped, size, n_bytes)
    if size < n_bytes:
        raise ValueError(f"{raw.name} is truncated: {size} bytes for an image of {n_bytes}")
    if size > n_bytes:
        raise ValueError(f"{raw.name} holds {size} bytes, but the header promises {n_bytes}")
    return _tail(raw, skipped)


def _tail(raw: Path, skipped: int) -> bytes:
    with raw.open("rb") as file:
        file.seek(skipped)
        return file.read()


def _leading_bytes(header: dict[str, str]) -> int:
    """Return how much of the pixel file comes before the pixels; -1: whatever is too much."""
    number = int(_numbers({"HeaderSize": "0", **header}, "HeaderSize", _SIGNED)[0])
    if number < -1 or (number and _boolean(header, "CompressedData", default=False)):
        raise UnhandledError(f"HeaderSize {number} is not read", "store the pixels alone")
    return number


def _inflate(raw: Path, skipped: int, size: int, n_bytes: int) -> bytes:
    if size * _MAX_DEFLATE_RATIO < n_bytes:
        raise ValueError(f"{raw.name} is truncated: {size} bytes for an image of {n_bytes}")
    stream = zlib.decompressobj()
    try:
        # One byte more, so that the end of the stream and its checksum are read too.
        payload = stream.decompress(_tail(raw, skipped), n_bytes + 1)
    except zlib.error as error:
        raise ValueError(f"{raw.name} cannot be decompressed ({error})") from error
    if len(payload) > n_bytes:
        raise ValueError(f"{raw.name} holds more than the {n_bytes} bytes that the header promises")
    if len(payload) < n_bytes or not stream.eof:
        raise ValueError(f"{raw.name} is truncated: {len(payload)} of {n_bytes} bytes")
    return payload
