"""Read and write images: MetaImage and NIfTI in, whatever SimpleITK writes out."""

import errno
import math
import os
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from echoweave.errors import InputError, Problem
from echoweave.io.atomic import whole_file
from echoweave.io.axes import straighten
from echoweave.io.limits import UnhandledError
from echoweave.io.metaimage import read_metaimage
from echoweave.io.nifti import read_nifti

# Of the NIfTI files that ITK writes, in bytes: 352 and a margin.
_LARGEST_HEADER = 4096
# Third spacing of the sequences that we write: mm between frames for tools that want a volume.
FRAME_STEP = 1.5


# Of these a header's pixels are made, so they are no image that could be read instead.
_PIXELS = (".raw", ".zraw", ".img")


class Image(NamedTuple):
    """A grey-value image or label mask in the orientation of the house.

    Attributes:
        array: [Y, X] or [T, Y, X].
        spacing_mm: (sy, sx).
        axes: "LP" or "RA" as the header says, "" if it does not; see :mod:`echoweave.io.axes`.
    """

    array: NDArray[Any]
    spacing_mm: tuple[float, float]
    axes: str


def read_image(path: Path) -> Image:
    """Read a .mhd, .mha, .nii or .nii.gz file with 2 or 3 dimensions.

    A third axis of length one before the time is dropped, as are those of length one after it.

    Raises:
        InputError: The file is missing, unreadable, truncated, RGB, of other dimensions, lies
            oblique, has no usable spacing, or holds NaN or infinite values.
    """
    try:
        array, spacing, directions = _read(path)
        array, spacing = _without_flat_axes(array, spacing)
        if array.ndim not in (2, 3):
            raise ValueError(f"{array.ndim} dimensions where 2 or 3 are needed")
        sy, sx = spacing[-2:]
        if not all(math.isfinite(value) and value > 0 for value in (sy, sx)):
            raise InputError(
                Problem(
                    str(path),
                    "spacing",
                    f"the pixel spacing is {sx:g} x {sy:g} mm",
                    "correct the header: distances in mm depend on it",
                )
            )
        if array.dtype.kind == "f" and not np.isfinite(array).all():
            raise ValueError("holds NaN or infinite values")
        array, spacing, axes = straighten(array, spacing, directions)
    except FileNotFoundError as error:
        raise InputError(_missing(path)) from error
    except OSError as error:
        raise _unreadable(path, error.strerror or str(error)) from error
    except UnhandledError as error:
        raise InputError(Problem(str(path), "", str(error), error.remedy)) from error
    except InputError:
        raise
    except ValueError as error:
        raise _unreadable(path, str(error)) from error
    return Image(array, (spacing[-2], spacing[-1]), axes)


def read_array(path: Path) -> NDArray[Any]:
    """Return the array of an image that we wrote.

    Raises:
        InputError: As :func:`read_image`, but the remedy is to make the image again.
    """
    try:
        return read_image(path).array
    except InputError as error:
        again = [replace(problem, remedy="delete it and rerun") for problem in error.problems]
        raise InputError(again) from error


def write_sequence(path: Path, array: NDArray[Any], spacing: tuple[float, float]) -> None:
    """Write frames or labels [T, Y, X], as a volume with ``FRAME_STEP`` between the frames."""
    if array.ndim != 3:
        raise ValueError(f"a sequence is [T, Y, X], not {array.shape}")
    write_image(path, array, spacing)


def write_image(
    path: Path,
    array: NDArray[Any],
    spacing: tuple[float, float],
    frame_step: float = FRAME_STEP,
) -> None:
    """Write [Y, X] or [T, Y, X] in the format of the suffix.

    Args:
        path: Where to.
        array: The pixels.
        spacing: (sy, sx).
        frame_step: Third spacing of [T, Y, X], in mm.
    """
    # SimpleITK is slow to import, and whoever only reads can go without.
    import SimpleITK as sitk  # noqa: N813

    image: Any = sitk.GetImageFromArray(array)
    image.SetSpacing((spacing[1], spacing[0], frame_step)[: array.ndim])
    if path.suffix != ".mhd":
        with whole_file(path) as temporary:
            sitk.WriteImage(image, str(temporary))
            _check_written(temporary, array.nbytes)
        return
    # The header names its pixel file, so both get their names in a folder of their own first.
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".") as folder:
        temporary = Path(folder) / path.name
        sitk.WriteImage(image, str(temporary))
        temporary.with_suffix(".raw").replace(path.with_suffix(".raw"))
        temporary.replace(path)


def _check_written(path: Path, n_bytes: int) -> None:
    """ITK says nothing when a disk is full: look whether all pixels are in the NIfTI file.

    Raises:
        OSError: They are not.
    """
    size = path.stat().st_size
    if path.suffix == ".gz" and size > 4:
        # A gzip file ends with the size of its content.
        with path.open("rb") as file:
            file.seek(-4, os.SEEK_END)
            size = int.from_bytes(file.read(), "little")
    if not n_bytes < size <= n_bytes + _LARGEST_HEADER:
        raise OSError(errno.EIO, "only a part could be written", str(path))


def _read(
    path: Path,
) -> tuple[NDArray[np.generic], tuple[float, ...], NDArray[np.float64] | None]:
    if path.suffix in (".mhd", ".mha"):
        return read_metaimage(path)
    if path.name.endswith((".nii", ".nii.gz")):
        return read_nifti(path)
    raise ValueError("not a .mhd, .mha, .nii or .nii.gz file")


def _without_flat_axes(
    array: NDArray[np.generic], spacing: tuple[float, ...]
) -> tuple[NDArray[np.generic], tuple[float, ...]]:
    """Drop axes of length one until there are three: a clip may be stored as x, y, 1, t."""
    while array.ndim > 3 and 1 in array.shape[:-2]:
        axis = array.shape.index(1)
        array = array.squeeze(axis)
        spacing = spacing[:axis] + spacing[axis + 1 :]
    return array, spacing


def _missing(path: Path) -> Problem:
    """Say that there is no file, and which one of another format lies in its place."""
    stem = path.name.partition(".")[0]
    beside = sorted(path.parent.glob(f"{stem}.*")) if path.parent.is_dir() else []
    others = [one.name for one in beside if one.suffix not in _PIXELS and one.name != path.name]
    if others:
        what = f"the file is missing, and {others[0]} in its place is not read"
        return Problem(str(path), "", what, f"store it as {path.name}")
    return Problem(str(path), "", "the file is missing", "put it back from the original data")


def _unreadable(path: Path, what: str) -> InputError:
    return InputError(Problem(str(path), "", what, "replace it with a sound copy"))
