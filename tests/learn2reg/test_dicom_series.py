from pathlib import Path

import numpy as np
import pytest

from echoweave.errors import InputError
from echoweave.learn2reg.scan import read_ct
from tests.learn2reg.case_files import ramp, write_nifti, write_series, write_slice


def test_a_series_is_the_volume_that_nifti_holds(tmp_path: Path) -> None:
    write_series(tmp_path / "series", ramp(), (3.0, 2.0, 1.0))
    write_nifti(tmp_path / "a.nii.gz", ramp(), spacing=(3.0, 2.0, 1.0))
    series, nifti = read_ct(tmp_path / "series"), read_ct(tmp_path / "a.nii.gz")
    np.testing.assert_array_equal(series.array, nifti.array)
    assert series.spacing == nifti.spacing == (3.0, 2.0, 1.0)
    assert series.axes == nifti.axes == "LPS"


@pytest.mark.parametrize(
    ("place", "what"), [(6.0, "slices lie at one place"), (40.0, "slices are missing: 22 mm")]
)
def test_slices_that_make_no_volume(tmp_path: Path, place: float, what: str) -> None:
    write_series(tmp_path, ramp())
    write_slice(tmp_path / "more.dcm", ramp()[0], place)
    with pytest.raises(InputError, match=what):
        read_ct(tmp_path)


def test_a_tilted_gantry_is_refused(tmp_path: Path) -> None:
    # 0.2 mm a slice of 2 mm: 5.7 degrees, and 1.8 mm over ten slices.
    write_series(tmp_path / "tilted", ramp(), lean=0.2)
    with pytest.raises(InputError, match=r"shifted by 1\.8 mm along their plane, as of a tilted"):
        read_ct(tmp_path / "tilted")


def test_positions_that_were_rounded_are_no_tilt(tmp_path: Path) -> None:
    write_series(tmp_path / "straight", ramp(), lean=0.01)
    assert read_ct(tmp_path / "straight").axes == "LPS"
