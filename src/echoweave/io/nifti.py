"""Read NIfTI-1 and NIfTI-2 files (.nii, .nii.gz), the format of the newer CAMUS release.

ITK's reader fills what a truncated file lacks with whatever is in memory and says nothing, and
nibabel's ``load`` passes over a wrong checksum; the checks before training need both noticed.

Of the two places for the axes the sform counts before the qform, as for ITK and nibabel.
"""

import gzip
import io
import threading
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import numpy as np
from numpy.typing import NDArray

from echoweave.fewer_imports import hidden
from echoweave.io.limits import CLIP, Limit, UnhandledError, check_shape, open_regular

_IMPORTING = threading.Lock()
# Where pixels start at the latest: behind the header come its extensions.
_MAX_OFFSET = 2**20
# Spatial units of the header that are not mm (or unknown, which means mm).
_MM = {1: 1000.0, 3: 0.001}
# NIfTI says where x and y run towards right and anterior; the house and ITK the other way.
_TO_ITK = np.array([[-1.0], [-1.0], [1.0]])
# Headers keep single precision and tools round; another scale is another spacing.
_SPACING_TOLERANCE = 0.01

_Image = tuple[NDArray[np.generic], tuple[float, ...], NDArray[np.float64] | None]


def read_nifti(path: Path, limit: Limit = CLIP) -> _Image:
    """Read the NIfTI file at ``path``; 2-D headers are fine, zipped or not whatever its name.

    Returns:
        The array with the slowest axis first ([T, Y, X]), the spacing (mm for the first three
        axes of the file) in the same order, and where the axes run, for
        :func:`echoweave.io.axes.straighten`.

    Raises:
        ValueError: What is wrong, as one clause.
        OSError: The file cannot be opened.
    """
    with _opened(path) as (header, head, file):
        array = _read_pixels(header, head, file, limit)
        return array, *_geometry(header, array.ndim)


def read_nifti_geometry(
    path: Path,
) -> tuple[tuple[int, ...], tuple[float, ...], NDArray[np.float64] | None]:
    """Return the shape of a NIfTI file, and the rest as :func:`read_nifti`, from its header.

    Raises:
        ValueError: What is wrong with the header, as one clause.
        OSError: The file cannot be opened.
    """
    with _opened(path) as (header, _, _):
        shape = header.get_data_shape()[::-1]
        return shape, *_geometry(header, len(shape))


@contextmanager
def _opened(path: Path) -> Iterator[tuple[Any, bytes, BinaryIO | gzip.GzipFile]]:
    """Yield the header, its bytes, and the file that goes on behind them."""
    nibabel = import_nibabel()
    with open_regular(path) as raw:
        file = gzip.GzipFile(fileobj=raw) if raw.read(2) == b"\x1f\x8b" else raw
        raw.seek(0)
        try:
            header, head = _read_header(file, nibabel)
            yield header, head, file
        except gzip.BadGzipFile as error:
            raise ValueError(f"damaged or not gzip at all ({error})") from error
        except (EOFError, zlib.error) as error:
            raise ValueError(f"truncated or damaged ({error})") from error
        except nibabel.HeaderDataError as error:
            raise ValueError(f"the header is damaged ({error})") from error
        except KeyError as error:
            raise ValueError(f"data type {error} is not one of NIfTI") from error


class _Nibabel(NamedTuple):
    """What is used of nibabel."""

    Nifti1Header: Any
    Nifti2Header: Any
    HeaderDataError: type[Exception]


def import_nibabel() -> _Nibabel:
    """Import nibabel: slow, and whoever only parses the workflow can go without.

    One thread at a time: its modules import each other in a circle, which breaks if two begin it.
    It goes without pydicom, which takes five times as long and reads one extension of headers.
    """
    with _IMPORTING, hidden("pydicom"):
        from nibabel.nifti1 import Nifti1Header
        from nibabel.nifti2 import Nifti2Header
        from nibabel.spatialimages import HeaderDataError
    return _Nibabel(Nifti1Header, Nifti2Header, HeaderDataError)


def _read_header(file: BinaryIO | gzip.GzipFile, nibabel: _Nibabel) -> tuple[Any, bytes]:
    """Return the header and its bytes."""
    head = file.read(nibabel.Nifti1Header.sizeof_hdr)
    if nibabel.Nifti1Header.may_contain_header(head):
        if head[344:347] == b"ni1":
            what = "the header of a pair, whose pixels lie in a file .img"
            raise UnhandledError(what, "store it as .nii.gz")
        # nibabel's own check would turn a spacing of zero into 1 mm.
        return nibabel.Nifti1Header(head, check=False), head
    head += file.read(nibabel.Nifti2Header.sizeof_hdr - len(head))
    if nibabel.Nifti2Header.may_contain_header(head):
        return nibabel.Nifti2Header(head, check=False), head
    raise ValueError("truncated or not a NIfTI file")


def _read_pixels(
    header: Any, head: bytes, file: BinaryIO | gzip.GzipFile, limit: Limit
) -> NDArray[np.generic]:
    shape, dtype = header.get_data_shape(), header.get_data_dtype()
    if dtype.fields or any(size > 1 for size in shape[4:]):
        raise ValueError("the pixels are RGB or vectors, not grey values")
    if dtype.kind not in "iuf":
        raise ValueError(f"pixels of type {dtype} are not handled")
    # Nothing is read before it is known how much there must be: gzip shrinks zeros to nothing.
    n_bytes = check_shape(shape[::-1], limit) * dtype.itemsize
    start = float(header["vox_offset"])
    if not len(head) <= start <= _MAX_OFFSET:
        raise ValueError(f"the header is damaged (the pixels start at byte {start:g})")
    end = int(start) + n_bytes
    content = head + file.read(end - len(head) + 1)
    if len(content) < end:
        raise ValueError(f"truncated: {len(content)} of {end} bytes")
    if len(content) > end:
        raise ValueError(f"holds more than the {end} bytes that its header promises")
    array = header.data_from_fileobj(io.BytesIO(content)).T.reshape(shape[::-1])
    native: NDArray[np.generic] = array.astype(array.dtype.newbyteorder("="), copy=False)
    return native


def _geometry(header: Any, ndim: int) -> tuple[tuple[float, ...], NDArray[np.float64] | None]:
    """Return the spacing, slowest axis first, and where the axes run; None where nothing tells."""
    scale = _MM.get(int(header["xyzt_units"]) & 7, 1.0)
    spacing = [float(value) * scale for value in header.get_zooms()]
    affine, sform = header.get_sform(coded=True)
    if affine is None:
        affine, _ = header.get_qform(coded=True)
    if affine is None:
        return tuple(spacing[::-1]), None
    columns = affine[:3, :3]
    if sform and min(spacing[:2]) > 0:
        lengths = np.linalg.norm(columns[:, :2], axis=0) * scale
        spacing[:2] = _agreed(spacing[:2], lengths.tolist(), scale)
    return tuple(spacing[::-1]), columns * _TO_ITK


def _agreed(pixdim: list[float], sform: list[float], scale: float) -> list[float]:
    """Return the spacing of x and y if one of two tells and the other holds the 1 of an empty one.

    Raises:
        UnhandledError: They tell different spacings.
    """
    unset = [scale, scale]
    if np.allclose(pixdim, sform, rtol=_SPACING_TOLERANCE, atol=0) or sform == unset:
        return pixdim
    if pixdim == unset:
        return sform
    what = (
        f"its pixdim says {pixdim[0]:g} x {pixdim[1]:g} mm and its sform "
        f"{sform[0]:g} x {sform[1]:g} mm"
    )
    raise UnhandledError(what, "correct the header: distances in mm depend on it")
