"""Displacement files by their names, there and back, and what is wrong with some."""

from pathlib import Path

import numpy as np
import pytest
from nibabel.nifti1 import Nifti1Image
from numpy.typing import NDArray

from echoweave.errors import InputError
from echoweave.learn2reg.fields.files import (
    field_file_name,
    find_field,
    read_field,
    read_native_field,
    write_field,
)
from echoweave.learn2reg.fields.forms import as_stored
from echoweave.learn2reg.fields.native import to_native

# (Z, Y, X), and (I, J, K) of the file.
SHAPE, NATIVE = (16, 10, 12), (12, 10, 16)
AXES = ("LAS", "LAS")


@pytest.fixture
def dvf() -> NDArray[np.float32]:
    """A smooth field of up to three voxels."""
    z, y, x = np.indices(SHAPE) / 16
    field = np.stack([3 * np.sin(1.5 * y), 2 * np.cos(1.5 * x), np.sin(1.5 * z) + y])
    return field.astype(np.float32)


def test_names_are_those_of_the_challenge() -> None:
    assert field_file_name("l2r_0001", "l2r_0004") == "disp_0001_0000_0004_0000.npz"
    assert field_file_name("l2r_0001", "l2r_0004", "half") == "task_03/disp_0001_0004.npz"


def test_files_hold_displacements_along_their_own_axes(
    dvf: NDArray[np.float32], tmp_path: Path
) -> None:
    path = tmp_path / "field.npz"
    write_field(path, dvf, AXES)
    native = read_native_field(path, NATIVE)
    # i runs as x, j against y, k as z.
    assert native[0, 2, 3, 4] == dvf[2, 4, 6, 2]
    assert native[1, 2, 3, 4] == -dvf[1, 4, 6, 2]
    assert native[2, 2, 3, 4] == dvf[0, 4, 6, 2]
    assert np.array_equal(read_field(path, SHAPE, AXES), dvf)


def test_nifti_is_read_as_well(dvf: NDArray[np.float32], tmp_path: Path) -> None:
    write_nifti(tmp_path / "field.nii.gz", dvf)
    assert np.array_equal(read_field(tmp_path / "field.nii.gz", SHAPE, AXES), dvf)


def write_nifti(path: Path, dvf: NDArray[np.float32]) -> None:
    Nifti1Image(as_stored(to_native(dvf, AXES), "full"), np.eye(4)).to_filename(path)


def test_half_precision_rounds_by_less_than_a_thousandth_of_a_voxel(
    dvf: NDArray[np.float32], tmp_path: Path
) -> None:
    write_field(tmp_path / "field.npz", dvf, AXES, dtype="float16")
    error = np.abs(read_field(tmp_path / "field.npz", SHAPE, AXES) - dvf).max()
    assert 0 < error < 1e-3


def test_the_same_field_gives_the_same_bytes(dvf: NDArray[np.float32], tmp_path: Path) -> None:
    one, other = tmp_path / "one.npz", tmp_path / "other.npz"
    for path in (one, other):
        write_field(path, dvf, AXES)
    assert one.read_bytes() == other.read_bytes()


@pytest.mark.parametrize("suffix", [".npz", ".nii.gz"])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"disp{suffix}"
    with pytest.raises(InputError, match=r"disp.*: the file is missing; predict the pair"):
        read_native_field(path, NATIVE)
    path.write_bytes(b"PK")
    with pytest.raises(InputError, match=r"disp.*: truncated.*; predict the pair again"):
        read_native_field(path, NATIVE)
    path.unlink()
    path.mkdir()
    with pytest.raises(InputError, match=r"disp.*: not a regular file"):
        read_native_field(path, NATIVE)


@pytest.mark.parametrize("wrong", [np.nan, np.inf, 1e300])
def test_displacements_are_finite(tmp_path: Path, wrong: float) -> None:
    field = np.zeros((*NATIVE, 3))
    field[3, 2, 1] = wrong
    np.savez(tmp_path / "disp.npz", field)
    with pytest.raises(InputError, match=r"disp.npz: 3 displacements are not finite; predict"):
        read_native_field(tmp_path / "disp.npz", NATIVE)


def test_a_nifti_header_that_promises_too_much_is_refused(tmp_path: Path) -> None:
    larger = np.zeros((12, 10, 17, 3), np.float32)
    Nifti1Image(larger, np.eye(4)).to_filename(tmp_path / "disp.nii.gz")
    with pytest.raises(InputError, match="more than a field on the grid of its fixed image holds"):
        read_native_field(tmp_path / "disp.nii.gz", NATIVE)


def test_vectors_of_nifti_are_refused_and_a_cut_file_too(
    dvf: NDArray[np.float32], tmp_path: Path
) -> None:
    vectors = tmp_path / "vectors.nii.gz"
    Nifti1Image(np.zeros((*NATIVE, 1, 3), np.float32), np.eye(4)).to_filename(vectors)
    with pytest.raises(InputError, match=r"vectors.nii.gz: the pixels are RGB or vectors"):
        read_native_field(vectors, NATIVE)
    write_nifti(tmp_path / "cut.nii.gz", dvf)
    content = (tmp_path / "cut.nii.gz").read_bytes()
    (tmp_path / "cut.nii.gz").write_bytes(content[: len(content) // 2])
    with pytest.raises(InputError, match=r"cut.nii.gz: truncated or damaged"):
        read_native_field(tmp_path / "cut.nii.gz", NATIVE)


def test_a_pair_is_found_under_any_of_its_names(tmp_path: Path) -> None:
    pair = ("l2r_0001", "l2r_0004")
    with pytest.raises(InputError, match="no field of the pair: neither disp_0001_0000_0004_0000"):
        find_field(tmp_path, *pair)
    for name in ("disp_0001_0004.nii.gz", "task_03/disp_0001_0004.npz"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.touch()
        assert find_field(tmp_path, *pair) == path
        with pytest.raises(InputError, match="no field of the pair"):
            find_field(tmp_path, "l2r_0004", "l2r_0001")
        path.unlink()
    for suffix in (".npz", ".nii.gz"):
        (tmp_path / f"disp_0001_0000_0004_0000{suffix}").touch()
    with pytest.raises(InputError, match=r"0000.npz and .*0000.nii.gz are fields of one pair"):
        find_field(tmp_path, *pair)
