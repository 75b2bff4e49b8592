"""Read the one array of a .npz file that others may have made, and nothing that is no field."""

import lzma
import tokenize
import zipfile
import zlib
from typing import IO, BinaryIO

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from echoweave.learn2reg.fields.forms import form_of

# What the modules raise about content that is cut off, damaged, encrypted or packed otherwise.
_UNREADABLE = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, RuntimeError)
# What numpy raises about a header, which it parses as Python.
_NO_HEADER = (ValueError, TypeError, SyntaxError, tokenize.TokenError, MemoryError)


def load_npz(raw: BinaryIO, grid: tuple[int, int, int]) -> NDArray[np.floating]:
    """Return the one array of a .npz file, whatever its name, as stored.

    No displacement is read before its header promises a field of either form on the grid.

    Args:
        raw: The file, which can seek.
        grid: (I, J, K) of the fixed file.

    Raises:
        ValueError: What is wrong, as one clause.
    """
    try:
        with zipfile.ZipFile(raw) as archive:
            names = archive.namelist()
            if len(names) != 1:
                raise ValueError(f"holds {len(names)} arrays, not one")
            with archive.open(names[0]) as member:
                _check_header(member, grid)
            with archive.open(names[0]) as member:
                array: NDArray[np.floating] = npy.read_array(member, allow_pickle=False)
                return array
    except _UNREADABLE as error:
        raise ValueError("truncated, damaged or not a .npz file") from error


def _check_header(member: IO[bytes], grid: tuple[int, int, int]) -> None:
    """Raise ValueError if the array has no form on the grid, or holds something else."""
    try:
        version = npy.read_magic(member)
        # Arrays of plain numbers have no other version, and this one bounds its header.
        if version != (1, 0):
            raise ValueError(f"version {version}")
        shape, _, dtype = npy.read_array_header_1_0(member)
    except _NO_HEADER as error:
        raise ValueError("holds no array of displacements") from error
    if dtype.kind != "f":
        raise ValueError(f"holds {dtype}, not floating-point numbers")
    form_of(shape, grid)
