"""Read NIfTI-1 files (.nii, .nii.gz), the format of the newer CAMUS release.

ITK's reader fills what a truncated file lacks with whatever is in memory and says nothing, and
nibabel's ``load`` passes over a wrong checksum; the checks before training need both noticed.
"""

import gzip
import io
import zlib
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from echoweave.io.limits import check_shape, open_regular

# Where pixels start at the latest: behind the header come its extensions.
_MAX_OFFSET = 2**20
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
    # Slow to import, and whoever only parses the workflow can go without.
    from nibabel.nifti1 import Nifti1Header
    from nibabel.spatialimages import HeaderDataError

    with open_regular(path) as raw:
        file = gzip.GzipFile(fileobj=raw) if path.suffix == ".gz" else raw
        try:
            head = file.read(Nifti1Header.sizeof_hdr)
            if not Nifti1Header.may_contain_header(head):
                raise ValueError("truncated or not a NIfTI-1 file")
            # nibabel's own check would turn a spacing of zero into 1 mm.
            return _read(Nifti1Header(head, check=False), head, file)
        except gzip.BadGzipFile as error:
            raise ValueError(f"damaged or not gzip at all ({error})") from error
        except (EOFError, zlib.error) as error:
            raise ValueError(f"truncated or damaged ({error})") from error
        except HeaderDataError as error:
            raise ValueError(f"the header is damaged ({error})") from error
        except KeyError as error:
            raise ValueError(f"data type {error} is not one of NIfTI-1") from error


def _read(
    header: Any, head: bytes, file: BinaryIO | gzip.GzipFile
) -> tuple[NDArray[np.generic], tuple[float, ...]]:
    shape, dtype = header.get_data_shape(), header.get_data_dtype()
    while len(shape) > 3 and shape[-1] == 1:
        shape = shape[:-1]
    if dtype.fields or len(shape) == 5:
        raise ValueError("the pixels are RGB or vectors, not grey values")
    if dtype.kind not in "iuf":
        raise ValueError(f"pixels of type {dtype} are not handled")
    # Nothing is read before it is known how much there must be: gzip shrinks zeros to nothing.
    n_bytes = check_shape(shape[::-1]) * dtype.itemsize
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
    scale = _MM.get(int(header["xyzt_units"]) & 7, 1.0)
    spacing = tuple(float(value) * scale for value in header.get_zooms()[: len(shape)])
    return array.astype(array.dtype.newbyteorder("="), copy=False), spacing[::-1]
