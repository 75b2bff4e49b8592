from pathlib import Path

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from echoweave.io.limits import UnhandledError
from echoweave.learn2reg.axes import axes_of, file_axes, orient_volume, restore_orientation
from echoweave.learn2reg.scan import read_ct, scan_grid
from tests.learn2reg.case_files import ramp, write_nifti


@pytest.mark.parametrize("axes", ["LPS", "RAS", "RPI", "IAR", "PSL", "ASR"])
def test_one_volume_is_read_alike_whatever_the_axes_of_its_file(tmp_path: Path, axes: str) -> None:
    file = tmp_path / "a.nii.gz"
    write_nifti(file, ramp(), axes, (3.0, 2.0, 1.0))
    scan = read_ct(file)
    np.testing.assert_array_equal(scan.array, ramp())
    assert scan.spacing == pytest.approx((3.0, 2.0, 1.0))
    assert scan.axes == axes
    assert scan_grid(file) == (ramp().shape, scan.spacing, axes)


def test_axes_by_hand() -> None:
    # Of a file whose i runs to the right, j to the front, k up: x and y are mirrored.
    assert file_axes("RAS") == ((0, 1), (1, -1), (2, -1))
    stored = np.arange(8).reshape(2, 2, 2)
    assert orient_volume(stored, "RAS").tolist() == [[[3, 2], [1, 0]], [[7, 6], [5, 4]]]
    # i runs down, j to the front, k to the right, as in KiTS: x of ours is the slowest there.
    assert file_axes("IAR") == ((2, -1), (1, -1), (0, -1))
    assert orient_volume(stored, "IAR").tolist() == [[[7, 3], [5, 1]], [[6, 2], [4, 0]]]


@pytest.mark.parametrize("axes", ["LPS", "IAR", "PSL"])
def test_a_volume_goes_back_to_the_axes_of_its_file(axes: str) -> None:
    stored = np.arange(2 * 3 * 4 * 5).reshape(2, 3, 4, 5)
    np.testing.assert_array_equal(restore_orientation(orient_volume(stored, axes), axes), stored)


def test_a_patient_who_lies_a_little_askew_is_straight() -> None:
    turned = Rotation.from_euler("zyx", [12, 5, -8], degrees=True).as_matrix()
    assert axes_of(turned @ np.diag([1.0, -2.0, 3.0])) == "LAS"


@pytest.mark.parametrize(
    ("directions", "what"),
    [
        (Rotation.from_euler("x", 25, degrees=True).as_matrix(), "askew"),
        (np.array([[1.0, 0, 0], [0, 1, 0.05], [0, 0, 1]]), "sheared"),
        (None, "does not say"),
    ],
)
def test_other_axes_are_refused(directions: np.ndarray | None, what: str) -> None:
    with pytest.raises(UnhandledError, match=what):
        axes_of(directions)
