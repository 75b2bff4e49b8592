"""Clips in zips."""

import zipfile
from pathlib import Path

import numpy as np
import pytest

from echoweave.clips.archives import on_disk
from echoweave.clips.files import ClipFile
from echoweave.io.images import write_image
from tests.clips.samples import disc_clip, read_sample, write_pictures, write_sample_dicom

GREYS = disc_clip()


def pack(path: Path, folder: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for one in sorted(folder.rglob("*")):
            archive.write(one, one.relative_to(folder))


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """A zip with a clip of each kind that needs something of its own."""
    folder = tmp_path / "folder"
    write_pictures(folder / "one_4CH", GREYS)
    write_image(folder / "deep/two.mhd", GREYS, (2.0, 1.5))
    write_sample_dicom(folder / "three.dcm", photometric="MONOCHROME2")
    pack(tmp_path / "clips.zip", folder)
    return tmp_path / "clips.zip"


def test_members_are_read(archive: Path) -> None:
    np.testing.assert_array_equal(read_sample(archive, "one_4CH/").frames, GREYS)
    np.testing.assert_array_equal(read_sample(archive, "deep/two.mhd").frames, GREYS)
    assert read_sample(archive, "three.dcm").spacing == pytest.approx((2.0, 1.5))


def test_the_name_of_a_member_counts(archive: Path) -> None:
    assert read_sample(archive, "one_4CH/").view == "4CH"
    assert str(ClipFile(archive, "one_4CH/")) == f"{archive}/one_4CH"
    assert ClipFile(archive, "deep/two.mhd").stem == "two"


def test_a_copy_lasts_as_long_as_it_is_needed(archive: Path) -> None:
    with on_disk(ClipFile(archive, "deep/two.mhd")) as path:
        # Its pixels come along, and nothing else.
        assert sorted(one.name for one in path.parent.iterdir()) == ["two.mhd", "two.raw"]
    assert not path.parent.exists()


def test_a_file_on_the_disk_is_not_copied(tmp_path: Path) -> None:
    with on_disk(ClipFile(tmp_path / "clip.avi")) as path:
        assert path == tmp_path / "clip.avi"
