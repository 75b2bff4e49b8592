"""Fields in the axes of the files, against translations and warps by hand."""

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter, map_coordinates

from echoweave.geometry.warp import warp
from echoweave.learn2reg.axes import restore_orientation
from echoweave.learn2reg.fields.native import from_native, native_shape, to_native

AXES = ["LPS", "RAS", "LAS", "SPL", "IPL", "PIR"]
# (Z, Y, X); all sides differ, so that a swapped axis shows.
SHAPE = (7, 5, 6)


def translation(dz: float, dy: float, dx: float) -> NDArray[np.float32]:
    return np.broadcast_to(np.float32([dz, dy, dx])[:, None, None, None], (3, *SHAPE)).copy()


def native_volume(volume: NDArray[np.generic], axes: str) -> NDArray[np.generic]:
    return restore_orientation(volume, axes).T


def test_a_file_has_its_axes_in_reverse_order() -> None:
    volume = np.arange(7 * 5 * 6).reshape(SHAPE)
    assert native_volume(volume, "LPS")[1, 2, 3] == volume[3, 2, 1]
    # The first voxel of an RAS file is the leftmost, most posterior and lowest one.
    assert native_volume(volume, "RAS")[0, 0, 0] == volume[0, 4, 5]
    # i runs to inferior, j to posterior, k to the left: KiTS19.
    assert native_volume(volume, "IPL")[1, 2, 3] == volume[5, 2, 3]
    assert native_shape(SHAPE, "IPL") == native_volume(volume, "IPL").shape == (7, 5, 6)
    assert native_shape(SHAPE, "RAS") == native_volume(volume, "RAS").shape == (6, 5, 7)


def test_a_translation_has_the_sign_and_place_of_its_axis() -> None:
    dvf = translation(1, 2, 3)
    assert to_native(dvf, ("LPS", "LPS"))[:, 0, 0, 0].tolist() == [3, 2, 1]
    assert to_native(dvf, ("RAS", "RAS"))[:, 0, 0, 0].tolist() == [-3, -2, 1]
    assert to_native(dvf, ("SPL", "SPL"))[:, 0, 0, 0].tolist() == [1, 2, 3]


def test_files_with_other_axes_are_related_even_where_nothing_moves() -> None:
    native = to_native(translation(0, 0, 0), ("LPS", "RPS"))
    # Of six voxels the first is the other's last one: five on; the last five back.
    assert native[0, :, 0, 0].tolist() == [5, 3, 1, -1, -3, -5]
    assert not native[1:].any()


@pytest.mark.parametrize("fixed", AXES)
@pytest.mark.parametrize("moving", AXES)
def test_labels_warped_in_the_files_are_those_warped_in_the_house(fixed: str, moving: str) -> None:
    rng = np.random.default_rng(3)
    labels = rng.integers(0, 5, SHAPE).astype(np.uint8)
    # Whole voxels: both ways of sampling then take the same voxel, whatever they do between.
    dvf = np.rint(3 * gaussian_filter(rng.normal(size=(3, *SHAPE)), (0, 1, 1, 1))).astype("f4")
    assert len(np.unique(dvf)) > 2
    house = warp(
        torch.from_numpy(labels)[None, None].double(),
        torch.from_numpy(dvf)[None].double(),
        padding="zeros",
    )
    native = to_native(dvf, (fixed, moving))
    places = np.indices(native.shape[1:]) + native
    warped = map_coordinates(native_volume(labels, moving), places, order=0)
    assert np.array_equal(warped, native_volume(house.numpy()[0, 0].round(), fixed))
    assert np.array_equal(from_native(native, (fixed, moving)), dvf)


def test_a_small_displacement_far_from_the_corner_is_kept() -> None:
    dvf = np.zeros((3, 2, 2, 256), np.float32)
    dvf[2, 1, 1, 200] = 1e-6
    assert to_native(dvf, ("LPS", "LPS"))[0, 200, 1, 1] == pytest.approx(1e-6, rel=1e-4)
