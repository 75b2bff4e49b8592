"""NIfTI and MetaImage with axes x, y and time."""

from pathlib import Path

import nibabel
import numpy as np
import pytest

from echoweave.io.images import write_image
from tests.clips.samples import disc_clip, read_sample

GREYS = disc_clip()


@pytest.mark.parametrize("name", ["clip.nii.gz", "clip.nii", "clip.mhd", "clip.mha"])
def test_each_format(tmp_path: Path, name: str) -> None:
    write_image(tmp_path / name, GREYS, (2.0, 1.5))
    clip = read_sample(tmp_path / name)
    np.testing.assert_array_equal(clip.frames, GREYS)
    assert clip.spacing == pytest.approx((2.0, 1.5))
    # The third spacing is no time.
    assert clip.times_ms is None
    assert dict(clip.sources) == {"spacing": "the spacing of the header"}


def write_four_axes(path: Path, step: float, unit: str | None) -> None:
    image = nibabel.Nifti1Image(GREYS.transpose(2, 1, 0)[:, :, None], np.diag([1.5, 2.0, 1, 1]))
    image.header.set_zooms((1.5, 2.0, 1.0, step))
    image.header.set_xyzt_units("mm", unit)
    nibabel.save(image, path)


@pytest.mark.parametrize(("step", "unit"), [(0.02, "sec"), (20, "msec"), (20000, "usec")])
def test_a_fourth_axis_is_measured_in_time(tmp_path: Path, step: float, unit: str) -> None:
    write_four_axes(tmp_path / "clip.nii.gz", step, unit)
    clip = read_sample(tmp_path / "clip.nii.gz")
    assert clip.frames.shape == GREYS.shape
    assert clip.times_ms is not None
    np.testing.assert_allclose(clip.times_ms, np.arange(6) * 20, rtol=1e-5)
    assert clip.sources["times_ms"] == "the time step of the header"


def test_a_time_step_without_a_unit_or_of_a_second_is_none(tmp_path: Path) -> None:
    write_four_axes(tmp_path / "clip.nii.gz", 20, None)
    assert read_sample(tmp_path / "clip.nii.gz").times_ms is None
    # What ITK writes where it knows nothing.
    write_four_axes(tmp_path / "clip.nii.gz", 1, "sec")
    clip = read_sample(tmp_path / "clip.nii.gz")
    assert clip.times_ms is None
    assert clip.notes == ("the frame rate is unknown: the file says 1 frames a second",)


def test_a_spacing_that_says_nothing_is_unknown(tmp_path: Path) -> None:
    write_image(tmp_path / "clip.mhd", GREYS, (1.0, 1.0))
    clip = read_sample(tmp_path / "clip.mhd")
    assert clip.spacing is None
    assert clip.notes == (
        "the size of a pixel is unknown: 1 x 1 mm a pixel make a picture of 6.4 x 4.8 cm",
    )
    assert read_sample(tmp_path / "clip.mhd", spacing=(2.0, 1.5)).spacing == (2.0, 1.5)


def test_two_views_of_one_patient(tmp_path: Path) -> None:
    for name in ("p1_2CH_sequence", "p1_4CH_sequence", "p2_4CH_sequence", "p1"):
        write_image(tmp_path / f"{name}.mhd", GREYS, (2.0, 1.5))
    two, four, other, none = (
        read_sample(tmp_path / f"{name}.mhd")
        for name in ("p1_2CH_sequence", "p1_4CH_sequence", "p2_4CH_sequence", "p1")
    )
    assert (two.view, four.view, none.view) == ("2CH", "4CH", "")
    assert two.patient == four.patient != other.patient
    assert none.patient == ""
