"""Warped volumes lie over the fixed image, and the grid where it lands in the moving one."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk  # noqa: N813
from PIL import Image

from echoweave.errors import InputError
from echoweave.learn2reg.axes import restore_orientation
from echoweave.learn2reg.fields.outputs import write_pair_outputs
from echoweave.learn2reg.organs import ORGANS
from echoweave.learn2reg.volume import CaseVolume
from echoweave.learn2reg.volume_files import write_volume
from echoweave.submission.header import Header, read_header

# (Z, Y, X); the file's i runs to the right, j to anterior and k to superior.
SHAPE, AXES = (6, 4, 5), "RAS"
HEADER = Header((5, 4, 6), (2, 2, 2), (8, 6, -3), (-1, 0, 0, 0, -1, 0, 0, 0, 1))


def case(name: str) -> CaseVolume:
    image = np.full(SHAPE, 40, np.int16)
    labels = np.zeros(SHAPE, np.uint8)
    image[3, 1, 2], labels[3, 1, 2] = 100, 6
    return CaseVolume(name, "l2r", image, labels, tuple(ORGANS), (2.0, 2.0, 2.0), AXES)


@pytest.fixture
def fixed_file(tmp_path: Path) -> Path:
    path = tmp_path / "img0001.nii.gz"
    write_volume(path, restore_orientation(case("l2r_0001").image, AXES), HEADER)
    return path


def test_what_is_warped_by_a_shift(fixed_file: Path, tmp_path: Path) -> None:
    # Up by one and to the left by two: what was at (3, 1, 2) is found at (2, 1, 0).
    dvf = np.zeros((3, *SHAPE), np.float32)
    dvf[0], dvf[2] = 1, 2
    fixed, moving = case("l2r_0001"), case("l2r_0004")
    write_pair_outputs(tmp_path / "out", dvf, fixed, moving, fixed_file)
    names = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert names == [
        "grid_0001_0004.png",
        "warped_0001_0004.nii.gz",
        "warped_label_0001_0004.nii.gz",
    ]
    labels = sitk.ReadImage(str(tmp_path / "out/warped_label_0001_0004.nii.gz"))
    # From the left: i = 4 - x; from posterior: j = 3 - y.
    assert labels[4, 2, 2] == 6
    assert sitk.GetArrayFromImage(labels).sum() == 6
    image = sitk.ReadImage(str(tmp_path / "out/warped_0001_0004.nii.gz"))
    assert image[4, 2, 2] == 100
    # What comes from outside is air: the plane on top and the two leftmost columns.
    assert (sitk.GetArrayFromImage(image) == -1024).sum() == 6 * 4 * 5 - 5 * 4 * 3
    assert read_header(tmp_path / "out/warped_0001_0004.nii.gz") == read_header(fixed_file)


def test_the_picture_shows_how_the_grid_is_shifted(fixed_file: Path, tmp_path: Path) -> None:
    fixed = moving = case("l2r_0001")
    pictures = []
    for name, shift in (("still", 0.0), ("shifted", 0.4)):
        dvf = np.full((3, *SHAPE), shift, np.float32)
        write_pair_outputs(tmp_path / name, dvf, fixed, moving, fixed_file)
        pictures.append(np.asarray(Image.open(tmp_path / name / "grid_0001_0001.png")))
    assert pictures[0].shape == pictures[1].shape
    assert (pictures[0] != pictures[1]).any()


def test_without_labels_none_are_written(fixed_file: Path, tmp_path: Path) -> None:
    moving = replace(case("l2r_0004"), labels=None)
    dvf = np.zeros((3, *SHAPE), np.float32)
    write_pair_outputs(tmp_path / "out", dvf, case("l2r_0001"), moving, fixed_file)
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert names == {"warped_0001_0004.nii.gz", "grid_0001_0004.png"}


def test_a_fixed_image_of_another_size_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "img0001.nii.gz"
    write_volume(path, np.zeros((6, 4, 6), np.int16), replace(HEADER, size=(6, 4, 6)))
    dvf = np.zeros((3, *SHAPE), np.float32)
    with pytest.raises(InputError, match=r"img0001.nii.gz: size: is \(6, 4, 6\), and its case"):
        write_pair_outputs(tmp_path, dvf, case("l2r_0001"), case("l2r_0004"), path)
