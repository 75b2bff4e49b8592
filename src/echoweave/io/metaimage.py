"""Read MetaImage files (.mhd beside .raw or .zraw), the format of the legacy CAMUS release.

ITK's reader prints on stderr, holds the interpreter lock while it reads and does not say what
is wrong; the checks before training need a reader that does neither and that does say.
"""

import zlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

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
# Deflate cannot shrink further, so a longer promise than this is broken whatever the file holds.
MAX_DEFLATE_RATIO = 1032


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
    shape = tuple(int(size) for size in reversed(_entry(header, "DimSize").split()))
    key = "ElementSpacing" if "ElementSpacing" in header else "ElementSize"
    spacing = tuple(float(value) for value in reversed(_entry(header, key).split()))
    if len(spacing) != len(shape) or min(shape, default=0) < 1:
        raise ValueError(f"DimSize and {key} do not describe an image")
    dtype = _dtype(header)
    count = int(np.prod(shape, dtype=object))
    payload = _read_pixels(path, header, count * dtype.itemsize)
    array = np.frombuffer(payload, dtype, count).reshape(shape)
    return array.astype(dtype.newbyteorder("=")), spacing


def pixel_file(path: Path) -> Path:
    """Return the file that the header at ``path`` says its pixels are in."""
    name = _entry(_read_header(path), "ElementDataFile")
    if name in ("LOCAL", "LIST") or name.startswith("LIST "):
        raise ValueError(f"ElementDataFile = {name} is not handled, only one raw file is")
    return path.parent / name


def _read_header(path: Path) -> dict[str, str]:
    with path.open("rb") as file:
        text = file.read(65536).decode("utf-8-sig", errors="replace")
    lines = (line.partition("=") for line in text.splitlines())
    header = {key.strip(): value.strip() for key, equals, value in lines if equals}
    if "NDims" not in header:
        raise ValueError("not a MetaImage header")
    return header


def _entry(header: dict[str, str], key: str) -> str:
    if key not in header:
        raise ValueError(f"the header has no {key}")
    return header[key]


def _dtype(header: dict[str, str]) -> np.dtype[np.generic]:
    name = _entry(header, "ElementType")
    if name not in _DTYPES:
        raise ValueError(f"ElementType {name} is not handled")
    if header.get("BinaryData", "True") != "True" or header.get("HeaderSize", "0") != "0":
        raise ValueError("text pixels and raw files with a header are not handled")
    msb = header.get("BinaryDataByteOrderMSB", header.get("ElementByteOrderMSB", "False"))
    return np.dtype((">" if msb == "True" else "<") + _DTYPES[name])


def _read_pixels(path: Path, header: dict[str, str], n_bytes: int) -> bytes:
    raw = pixel_file(path)
    if not raw.is_file():
        raise ValueError(f"its pixel file {raw.name} is missing")
    compressed = header.get("CompressedData", "False") == "True"
    size = raw.stat().st_size
    if size * (MAX_DEFLATE_RATIO if compressed else 1) < n_bytes:
        raise ValueError(f"{raw.name} is truncated: {size} bytes for an image of {n_bytes}")
    if not compressed:
        with raw.open("rb") as file:
            return file.read(n_bytes)
    try:
        payload = zlib.decompressobj().decompress(raw.read_bytes(), n_bytes)
    except zlib.error as error:
        raise ValueError(f"{raw.name} cannot be decompressed ({error})") from error
    if len(payload) < n_bytes:
        raise ValueError(f"{raw.name} is truncated: {len(payload)} of {n_bytes} bytes")
    return payload
