"""Read NIfTI-1 files (.nii, .nii.gz), the format of the newer CAMUS release.

ITK's reader fills what a truncated file lacks with whatever is in memory and says nothing, and
nibabel's ``load`` passes over a wrong checksum; the checks before training need both noticed.
"""

import gzip
import io
import math
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

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

    content = path.read_bytes()
    try:
        content = gzip.decompress(content) if path.suffix == ".gz" else content
    except gzip.BadGzipFile as error:
        raise ValueError(f"damaged or not gzip at all ({error})") from error
    except (EOFError, zlib.error) as error:
        raise ValueError(f"truncated or damaged ({error})") from error
    if not Nifti1Header.may_contain_header(content):
        raise ValueError("truncated or not a NIfTI-1 file")
    try:
        # nibabel's own check would turn a spacing of zero into 1 mm.
        return _read(Nifti1Header(content[: Nifti1Header.sizeof_hdr], check=False), content)
    except HeaderDataError as error:
        raise ValueError(f"the header is damaged ({error})") from error
    except KeyError as error:
        raise ValueError(f"data type {error} is not one of NIfTI-1") from error


def _read(header: Any, content: bytes) -> tuple[NDArray[np.generic], tuple[float, ...]]:
    shape, dtype = header.get_data_shape(), header.get_data_dtype()
    while len(shape) > 3 and shape[-1] == 1:
        shape = shape[:-1]
    if dtype.fields or len(shape) == 5:
        raise ValueError("the pixels are RGB or vectors, not grey values")
    if dtype.kind not in "iuf" or min(shape, default=0) < 1:
        raise ValueError(f"pixels of type {dtype} and shape {shape} are not handled")
    # Before nibabel reads: it allocates what the header promises.
    start, n_bytes = float(header["vox_offset"]), math.prod(shape) * dtype.itemsize
    if not header.sizeof_hdr <= start <= len(content) - n_bytes:
        held = f"{len(content)} bytes for {n_bytes} from byte {start:g} on"
        raise ValueError(f"truncated or damaged: {held}")
    array = header.data_from_fileobj(io.BytesIO(content)).T.reshape(shape[::-1])
    scale = _MM.get(int(header["xyzt_units"]) & 7, 1.0)
    spacing = tuple(float(value) * scale for value in header.get_zooms()[: len(shape)])
    return array.astype(array.dtype.newbyteorder("="), copy=False), spacing[::-1]
