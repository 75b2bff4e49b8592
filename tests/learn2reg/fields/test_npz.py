"""Archives of one array, and each way in which one is no field."""

import io
import zipfile
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from echoweave.learn2reg.fields.npz import load_npz

# (I, J, K).
GRID = (12, 10, 16)
FIELD = np.arange(np.prod(GRID) * 3, dtype=np.float16).reshape(*GRID, 3)
UNREADABLE = "truncated, damaged or not a .npz file"
NO_ARRAY = "holds no array of displacements"


def npz(*arrays: NDArray[np.generic]) -> bytes:
    content = io.BytesIO()
    np.savez(content, *arrays, allow_pickle=True)
    return content.getvalue()


def npy(array: NDArray[np.generic]) -> bytes:
    content = io.BytesIO()
    np.save(content, array)
    return content.getvalue()


def zipped(member: bytes) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("arr_0.npy", member)
    return content.getvalue()


def promising(shape: str) -> bytes:
    """A header without what it promises."""
    header = f"{{'descr': '<f4', 'fortran_order': False, 'shape': {shape}, }}\n".encode()
    return b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header


@pytest.mark.parametrize("array", [FIELD, np.asfortranarray(FIELD), FIELD.astype(">f8")])
def test_the_array_is_read_as_it_was_stored(array: NDArray[np.floating]) -> None:
    found = load_npz(io.BytesIO(npz(array)), GRID)
    assert np.array_equal(found, FIELD)
    assert found.dtype == array.dtype


BAD: dict[str, tuple[Callable[[], bytes], str]] = {
    "empty": (lambda: b"", UNREADABLE),
    "an array alone": (lambda: npy(FIELD), UNREADABLE),
    "cut off": (lambda: npz(FIELD)[:2000], UNREADABLE),
    "damaged within": (lambda: npz(FIELD).replace(FIELD[3].tobytes(), bytes(960)), UNREADABLE),
    "two arrays": (lambda: npz(FIELD, FIELD), "holds 2 arrays, not one"),
    "no array": (lambda: npz(), "holds 0 arrays, not one"),
    "text": (lambda: zipped(b"one two three"), NO_ARRAY),
    "no header": (lambda: zipped(promising("((((")), NO_ARRAY),
    "a short array": (lambda: zipped(promising("(12, 10, 16, 3)")), "EOF: reading array data"),
    "no end of it": (
        lambda: zipped(promising("(1000000, 1000000, 1000000, 3)")),
        "is 1000000 x 1000000 x 1000000 x 3, and on the grid of its fixed image 12 x 10 x 16 x 3, "
        "or in the form of 2020 3 x 6 x 5 x 8",
    ),
    "component first": (lambda: npz(np.zeros((3, *GRID))), "is 3 x 12 x 10 x 16, and on the"),
    "whole numbers": (lambda: npz(FIELD.astype(int)), "holds int64, not floating-point numbers"),
    "pickled": (lambda: npz(np.array([None, {}])), "holds object, not floating-point numbers"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_no_field_is_refused(name: str) -> None:
    make, message = BAD[name]
    with pytest.raises(ValueError, match=message):
        load_npz(io.BytesIO(make()), GRID)
