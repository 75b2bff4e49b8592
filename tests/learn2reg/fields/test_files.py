"""Displacement files in both forms, and what is wrong with some."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from nibabel.nifti1 import Nifti1Image
from numpy.typing import NDArray
from scipy.ndimage import zoom

from echoweave.errors import InputError
from echoweave.learn2reg.fields.files import (
    field_file_name,
    find_field,
    read_field,
    read_native_field,
    write_field,
)

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
    assert field_file_name("l2r_0001", "l2r_0004", suffix=".nii.gz").endswith("_0000.nii.gz")
    assert field_file_name("l2r_0001", "l2r_0004", "half") == "task_03/disp_0001_0004.npz"


@pytest.mark.parametrize("suffix", [".npz", ".nii.gz"])
def test_todays_form_has_the_component_last(
    dvf: NDArray[np.float32], tmp_path: Path, suffix: str
) -> None:
    path = tmp_path / f"field{suffix}"
    write_field(path, dvf, AXES)
    native = read_native_field(path, NATIVE)
    # i runs as x, j against y, k as z.
    assert native[0, 2, 3, 4] == dvf[2, 4, 6, 2]
    assert native[1, 2, 3, 4] == -dvf[1, 4, 6, 2]
    assert native[2, 2, 3, 4] == dvf[0, 4, 6, 2]
    assert np.array_equal(read_field(path, SHAPE, AXES), dvf)
    if suffix == ".npz":
        with np.load(path) as file:
            assert file["arr_0"].shape == (12, 10, 16, 3)


def test_half_precision_rounds_by_less_than_a_thousandth_of_a_voxel(
    dvf: NDArray[np.float32], tmp_path: Path
) -> None:
    write_field(tmp_path / "field.npz", dvf, AXES, dtype="float16")
    error = np.abs(read_field(tmp_path / "field.npz", SHAPE, AXES) - dvf).max()
    assert 0 < error < 1e-3


def test_the_form_of_2020_is_half_as_large_and_counts_full_voxels(
    dvf: NDArray[np.float32], tmp_path: Path
) -> None:
    path = tmp_path / "task_03/disp_0001_0004.npz"
    write_field(path, dvf, AXES, "half")
    with np.load(path) as file:
        stored = file["arr_0"]
    assert stored.shape == (3, 6, 5, 8)
    assert stored.dtype == np.float16
    assert np.abs(stored).max() == pytest.approx(np.abs(dvf).max(), abs=0.01)
    # As the evaluation of 2020 reads it.
    expected = np.array([zoom(component, 2, order=2) for component in stored.astype("float32")])
    assert np.array_equal(read_native_field(path, NATIVE), expected)
    # A grid half as fine cannot hold all, least at the border, where the spline is mirrored.
    error = np.abs(read_field(path, SHAPE, AXES) - dvf)
    assert error[:, 2:-2, 2:-2, 2:-2].max() < 0.03
    assert error.max() < 0.12


def test_the_same_field_gives_the_same_bytes(dvf: NDArray[np.float32], tmp_path: Path) -> None:
    for suffix in (".npz", ".nii.gz"):
        for name in ("one", "other"):
            write_field(tmp_path / f"{name}{suffix}", dvf, AXES)
        assert (tmp_path / f"one{suffix}").read_bytes() == (
            tmp_path / f"other{suffix}"
        ).read_bytes()


def test_an_odd_side_has_no_form_of_2020(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="needs even sides"):
        write_field(tmp_path / "a.npz", np.zeros((3, 4, 4, 5), np.float32), AXES, "half")


def _save(array: NDArray[np.generic]) -> Callable[[Path], None]:
    return lambda path: np.savez(path, array)


def _not_finite(path: Path) -> None:
    field = np.zeros((*NATIVE, 3), np.float16)
    field[3, 2, 1] = np.nan
    np.savez(path, field)


def _pickled(path: Path) -> None:
    np.savez(path, np.array([None, {}]))


def _cut(path: Path) -> None:
    np.savez(path, np.zeros((*NATIVE, 3), np.float16))
    path.write_bytes(path.read_bytes()[:2000])


def _npy(path: Path) -> None:
    with path.open("wb") as file:
        np.save(file, np.zeros((*NATIVE, 3)))


BAD: dict[str, tuple[Callable[[Path], None], str]] = {
    "other size": (
        _save(np.zeros((12, 10, 15, 3))),
        "is 12 x 10 x 15 x 3, and on the grid of its fixed image 12 x 10 x 16 x 3, "
        "or in the form of 2020 3 x 6 x 5 x 8",
    ),
    "component first": (_save(np.zeros((3, *NATIVE))), "is 3 x 12 x 10 x 16, and on the grid"),
    "not finite": (_not_finite, "3 displacements are not finite"),
    "whole numbers": (_save(np.zeros((*NATIVE, 3), int)), "holds int64, not floating-point"),
    "pickled": (_pickled, "Object arrays cannot be loaded"),
    "two arrays": (
        lambda path: np.savez(path, np.zeros(3), np.zeros(3)),
        "holds 2 arrays, not one",
    ),
    "one array alone": (
        lambda path: (
            path.with_suffix(".npy").rename(path)
            if np.save(path.with_suffix(".npy"), np.zeros(3)) is None
            else None
        ),
        "not a .npz file",
    ),
    "cut off": (_cut, "truncated, damaged or not a .npz file"),
    "empty": (Path.touch, "truncated, damaged"),
    "missing": (lambda path: None, "the file is missing; predict the pair"),
    "folder": (lambda path: path.mkdir(), "not a regular file"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_npz(tmp_path: Path, name: str) -> None:
    make, message = BAD[name]
    make(tmp_path / "disp.npz")
    with pytest.raises(InputError, match=f"disp.npz: .*({message})"):
        read_native_field(tmp_path / "disp.npz", NATIVE)


def test_vectors_of_nifti_are_refused_and_a_cut_file_too(
    dvf: NDArray[np.float32], tmp_path: Path
) -> None:
    vectors = tmp_path / "vectors.nii.gz"
    Nifti1Image(np.zeros((*NATIVE, 1, 3), np.float32), np.eye(4)).to_filename(vectors)
    with pytest.raises(InputError, match=r"vectors.nii.gz: the pixels are RGB or vectors"):
        read_native_field(vectors, NATIVE)
    write_field(tmp_path / "cut.nii.gz", dvf, AXES)
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
