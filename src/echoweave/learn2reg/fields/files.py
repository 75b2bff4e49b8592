"""Displacement files of the challenge, in today's form and in that of 2020.

Both hold displacements in voxels of the fixed file's grid, component a along its axis a, to be
added to the identity and given to scipy's ``map_coordinates``. Today's form ("full") has full
resolution and the component last; the form of 2020 ("half") has the component first, each zoomed
by .5 with a quadratic spline, while its values still count full voxels (Submission page of
learn2reg.grand-challenge.org, 2020; evaluation of MDL-UzL/L2R).
"""

import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO, Literal

import numpy as np
from numpy.typing import NDArray

from echoweave.errors import InputError, Problem
from echoweave.io.atomic import whole_file
from echoweave.io.limits import open_regular
from echoweave.io.nifti import read_nifti
from echoweave.learn2reg.fields.native import from_native, native_shape, to_native

FieldForm = Literal["full", "half"]
FieldDtype = Literal["float16", "float32"]
# Of the abdominal CT among the tasks of 2020.
TASK = "task_03"
_ZOOM_ORDER = 2
_AGAIN = "predict the pair again on the common grid, or put back a sound copy"


def field_file_name(fixed: str, moving: str, form: FieldForm = "full", suffix: str = ".npz") -> str:
    """Return the file's name, in the form of 2020 with its folder.

    Args:
        fixed: Name of the case, ``"l2r_0001"``; its number is what counts.
        moving: The same.
        form: The form of the file.
        suffix: ".npz", or ".nii.gz" in today's form.
    """
    if form == "half":
        return f"{TASK}/disp_{case_number(fixed)}_{case_number(moving)}.npz"
    return f"disp_{case_number(fixed)}_0000_{case_number(moving)}_0000{suffix}"


def case_number(name: str) -> str:
    """Return the four digits of a case in names of files: "0001" of "l2r_0001"."""
    return name.rpartition("_")[2].zfill(4)


def write_field(
    path: Path,
    dvf: NDArray[np.float32],
    axes: tuple[str, str],
    form: FieldForm = "full",
    dtype: FieldDtype = "float32",
) -> None:
    """Write a field of the house, whole or not at all.

    Args:
        path: ".npz", or ".nii.gz" in today's form.
        dvf: float32 [3, Z, Y, X] in voxels, fixed -> moving.
        axes: Of the fixed and of the moving file.
        form: The form of 2020 is always float16.
        dtype: Of today's form; NIfTI knows float32 only.
    """
    write_native_field(path, to_native(dvf, axes), form, dtype)


def write_native_field(
    path: Path,
    native: NDArray[np.float32],
    form: FieldForm = "full",
    dtype: FieldDtype = "float32",
) -> None:
    """Write a field float32 [3, I, J, K] as :func:`write_field` does.

    Raises:
        ValueError: The form of 2020 with an odd side, whose grid could not be found again.
    """
    array = as_stored(native, form, dtype)
    with whole_file(path) as temporary:
        if path.suffix == ".npz":
            np.savez_compressed(temporary, array)
            return
        # Slow to import, and .npz is what is written usually.
        from nibabel.nifti1 import Nifti1Image

        Nifti1Image(array.astype(np.float32), np.eye(4)).to_filename(temporary)


def as_stored(
    native: NDArray[np.float32], form: FieldForm, dtype: FieldDtype
) -> NDArray[np.floating]:
    """Return the array of the file; arguments and errors as of :func:`write_native_field`."""
    if form == "full":
        return np.ascontiguousarray(np.moveaxis(native, 0, -1)).astype(dtype)
    if any(side % 2 for side in native.shape[1:]):
        raise ValueError(f"the form of 2020 needs even sides, not {native.shape[1:]}")
    return _zoomed(native, 0.5).astype(np.float16)


def read_field(
    path: Path, shape: tuple[int, int, int], axes: tuple[str, str]
) -> NDArray[np.float32]:
    """Read a field of either form into the house.

    Args:
        path: The file.
        shape: (Z, Y, X) of the common grid.
        axes: Of the fixed and of the moving file.

    Returns:
        float32 [3, Z, Y, X] in voxels, fixed -> moving.

    Raises:
        InputError: It cannot be read, has another shape, or a displacement is not finite.
    """
    return from_native(read_native_field(path, native_shape(shape, axes[0])), axes)


def read_native_field(path: Path, shape: tuple[int, int, int]) -> NDArray[np.float32]:
    """Read a field of either form, told by its shape.

    That of 2020 is zoomed by 2 with a quadratic spline, as the evaluation did.

    Args:
        path: The file.
        shape: (I, J, K) of the fixed file.

    Returns:
        float32 [3, I, J, K] in voxels, component a along axis a.

    Raises:
        InputError: It cannot be read, has another shape, or a displacement is not finite.
    """
    try:
        return native_field(_read(path), shape)
    except ValueError as error:
        raise _bad(path, str(error), _AGAIN) from error


def native_field(array: NDArray[np.floating], shape: tuple[int, int, int]) -> NDArray[np.float32]:
    """Return the field float32 [3, I, J, K] that a file of either form holds.

    Args:
        array: As stored.
        shape: (I, J, K) of the fixed file.

    Raises:
        ValueError: It has another shape, or a displacement is not finite; one clause.
    """
    full, half = (*shape, 3), (3, *(side // 2 for side in shape))
    even = not any(side % 2 for side in shape)
    if array.shape != full and not (even and array.shape == half):
        choices = f"{_shown(full)}, or in the form of 2020 {_shown(half)}" if even else _shown(full)
        raise ValueError(f"is {_shown(array.shape)}, and on the grid of its fixed image {choices}")
    values = array.astype(np.float32)
    n_bad = int(np.count_nonzero(~np.isfinite(values)))
    if n_bad:
        raise ValueError(f"{n_bad} displacements are not finite")
    return np.moveaxis(values, -1, 0) if array.shape == full else _zoomed(values, 2)


def find_field(folder: Path, fixed: str, moving: str) -> Path:
    """Return the file of a pair under any of its names.

    Raises:
        InputError: There is none, or more than one.
    """
    first, second = case_number(fixed), case_number(moving)
    stems = (f"disp_{first}_0000_{second}_0000", f"disp_{first}_{second}")
    places = [folder / f"{stem}{suffix}" for stem in stems for suffix in (".npz", ".nii.gz")]
    found = [path for path in (*places, folder / TASK / f"{stems[1]}.npz") if path.is_file()]
    if not found:
        what = f"no field of the pair: neither {stems[0]} nor {stems[1]}, .npz or .nii.gz"
        raise _bad(folder, what, "predict the pair, or give the folder that holds the fields")
    if len(found) > 1:
        names = " and ".join(str(path.relative_to(folder)) for path in found)
        raise _bad(folder, f"{names} are fields of one pair", "keep one of them")
    return found[0]


def load_npz(raw: BinaryIO) -> NDArray[np.floating]:
    """Return the one array of a .npz file, whatever its name.

    Raises:
        ValueError: What is wrong, as one clause.
    """
    if not zipfile.is_zipfile(raw):
        raise ValueError("truncated, damaged or not a .npz file")
    raw.seek(0)
    file = np.load(raw, allow_pickle=False)
    if len(file.files) != 1:
        raise ValueError(f"holds {len(file.files)} arrays, not one")
    try:
        array: NDArray[np.floating] = file[file.files[0]]
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise ValueError("damaged") from error
    if array.dtype.kind != "f":
        raise ValueError(f"holds {array.dtype}, not floating-point numbers")
    return array


def _read(path: Path) -> NDArray[np.floating]:
    """Return the array as the file has it.

    Raises:
        InputError: There is none, or it cannot be opened.
        ValueError: What is wrong, as one clause.
    """
    try:
        if path.suffix != ".npz":
            return read_nifti(path)[0].T.astype(np.float32, copy=False)
        with open_regular(path) as raw:
            return load_npz(raw)
    except FileNotFoundError as error:
        raise _bad(path, "the file is missing", "predict the pair") from error
    except OSError as error:
        raise _bad(path, f"cannot be read ({error.strerror or error})", _AGAIN) from error


def _zoomed(field: NDArray[np.float32], factor: float) -> NDArray[np.float32]:
    """Return every component at another resolution; its values stay."""
    from scipy.ndimage import zoom

    return np.stack([zoom(component, factor, order=_ZOOM_ORDER) for component in field])


def _shown(shape: Sequence[int]) -> str:
    return " x ".join(map(str, shape))


def _bad(path: Path, what: str, remedy: str) -> InputError:
    return InputError(Problem(str(path), "", what, remedy))
