import tracemalloc
from pathlib import Path

import nibabel
import numpy as np
from nibabel.affines import from_matvec

from echoweave.learn2reg.scan import read_ct, read_organ_labels
from tests.learn2reg.case_files import blocks, ramp, write_nifti


def test_floats_become_whole_hounsfield_units_that_fit(tmp_path: Path) -> None:
    greys = ramp().astype(np.float32)
    greys[0, 0, :4] = [-1024.4, -1023.6, 1e5, -1e5]
    write_nifti(tmp_path / "a.nii", greys)
    array = read_ct(tmp_path / "a.nii").array
    assert array.dtype == np.int16
    assert array[0, 0, :5].tolist() == [-1024, -1024, 32767, -32768, -496]


def test_the_widest_range_of_whole_numbers(tmp_path: Path) -> None:
    # Its ends lie further apart than int16 can tell.
    greys = ramp()
    greys[0, 0, :2] = [-32768, 32767]
    write_nifti(tmp_path / "a.nii", greys)
    np.testing.assert_array_equal(read_ct(tmp_path / "a.nii").array, greys)


def test_a_volume_of_floats_is_copied_once_as_whole_numbers(tmp_path: Path) -> None:
    greys = np.tile(ramp(), (8, 8, 8)).astype(np.float64)
    write_nifti(tmp_path / "a.nii", greys, "RAS")
    tracemalloc.start()
    read_ct(tmp_path / "a.nii")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    # The bytes of the file, twice while they are put together.
    assert peak < 2.2 * greys.nbytes


def test_labels_as_floats_that_were_calculated(tmp_path: Path) -> None:
    write_nifti(tmp_path / "a.nii", blocks(6, 13) + 1e-4)
    labels = read_organ_labels(tmp_path / "a.nii", (6, 13)).array
    assert labels.dtype == np.uint8
    np.testing.assert_array_equal(labels, blocks(6, 13))


def test_an_axis_of_time_with_one_step_is_none(tmp_path: Path) -> None:
    # i runs right, j to the front: the mirror of ours in both.
    image = nibabel.Nifti1Image(ramp().T[..., None], from_matvec(np.diag([1.5, 2.0, 2.5])))
    nibabel.save(image, tmp_path / "a.nii")
    scan = read_ct(tmp_path / "a.nii")
    np.testing.assert_array_equal(scan.array, ramp()[:, ::-1, ::-1])
    assert scan.spacing == (2.5, 2.0, 1.5)
