"""Displacement files of the challenge: how they are called, found, read and written."""

import math
from collections.abc import Iterable
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from echoweave.errors import InputError, Problem, for_each
from echoweave.io.atomic import whole_file
from echoweave.io.limits import Limit, open_regular
from echoweave.io.nifti import read_nifti
from echoweave.learn2reg.fields.forms import (
    FieldDtype,
    FieldForm,
    as_stored,
    native_field,
    stored_shapes,
)
from echoweave.learn2reg.fields.native import from_native, native_shape, to_native
from echoweave.learn2reg.fields.npz import load_npz

Pair = TypeVar("Pair", bound=tuple[str, str])
# Of the abdominal CT among the tasks of 2020.
TASK = "task_03"
_AGAIN = "predict the pair again on the common grid, or put back a sound copy"


def field_file_name(fixed: str, moving: str, form: FieldForm = "full") -> str:
    """Return the file's name, in the form of 2020 with its folder.

    Args:
        fixed: Name of the case, ``"l2r_0001"``; its number is what counts.
        moving: The same.
        form: The form of the file.
    """
    first, second = case_number(fixed), case_number(moving)
    if form == "half":
        return f"{TASK}/disp_{first}_{second}.npz"
    return f"disp_{first}_0000_{second}_0000.npz"


def case_number(name: str) -> str:
    """Return the four digits of a case in names of files: "0001" of "l2r_0001"."""
    return name.rpartition("_")[2].zfill(4)


def write_field(
    path: Path,
    dvf: NDArray[np.float32],
    axes: tuple[str, str],
    dtype: FieldDtype = "float32",
) -> None:
    """Write a field of the house in today's form, whole or not at all.

    Args:
        path: ".npz".
        dvf: float32 [3, Z, Y, X] in voxels, fixed -> moving.
        axes: Of the fixed and of the moving file.
        dtype: Of what is stored.
    """
    array = as_stored(to_native(dvf, axes), "full").astype(dtype, copy=False)
    with whole_file(path) as temporary:
        np.savez_compressed(temporary, array)


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


def read_native_field(path: Path, grid: tuple[int, int, int]) -> NDArray[np.float32]:
    """Read a field of either form, told by its shape.

    Args:
        path: ".npz", or else NIfTI.
        grid: (I, J, K) of the fixed file.

    Returns:
        float32 [3, I, J, K] in voxels, component a along axis a.

    Raises:
        InputError: It cannot be read, has another shape, or a displacement is not finite.
    """
    try:
        return native_field(_read(path, grid), grid)
    except ValueError as error:
        raise _bad(path, str(error), _AGAIN) from error


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


def find_fields(folder: Path, pairs: Iterable[Pair]) -> dict[Pair, Path]:
    """Return the displacement file of each pair, names of its cases.

    Raises:
        InputError: All that are missing.
    """
    return for_each(pairs, lambda pair: find_field(folder, *pair))


def _read(path: Path, grid: tuple[int, int, int]) -> NDArray[np.generic]:
    """Return the array as the file has it, if it is no larger than a field on the grid.

    Raises:
        InputError: There is none, or it cannot be opened.
        ValueError: What is wrong, as one clause.
    """
    limit = Limit(math.prod(stored_shapes(grid)["full"]), "a field on the grid of its fixed image")
    try:
        if path.suffix != ".npz":
            return read_nifti(path, limit)[0].T
        with open_regular(path) as raw:
            return load_npz(raw, grid)
    except FileNotFoundError as error:
        raise _bad(path, "the file is missing", "predict the pair") from error
    except OSError as error:
        raise _bad(path, f"cannot be read ({error.strerror or error})", _AGAIN) from error


def _bad(path: Path, what: str, remedy: str) -> InputError:
    return InputError(Problem(str(path), "", what, remedy))
