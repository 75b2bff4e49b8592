"""What is found among files, folders and zips."""

import shutil
from pathlib import Path

import pytest

from echoweave.clips.files import ClipFile
from echoweave.clips.listing import Listing, list_clips
from echoweave.io.images import write_image
from echoweave.io.video import write_video
from tests.clips.samples import disc_clip, write_pictures, write_sample_dicom
from tests.clips.test_archives import pack


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Clips of many kinds, with what lies beside clips."""
    folder = tmp_path / "in"
    write_sample_dicom(folder / "b/IM_0001", photometric="MONOCHROME2")
    write_image(folder / "b/p1_4CH.mhd", disc_clip(), (2.0, 1.5))
    write_video(folder / "a.avi", disc_clip(), 50)
    write_pictures(folder / "frames", disc_clip(3))
    for name in ("DICOMDIR", ".DS_Store", "b/Info_4CH.cfg", "FileList.csv", "frames/.hidden"):
        (folder / name).write_text("x")
    (folder / ".git").mkdir()
    shutil.copy(folder / "a.avi", folder / ".git/b.avi")
    return folder


def names(listing: Listing, root: Path) -> list[str]:
    return [str(clip).removeprefix(f"{root}/") for clip in listing.clips]


def test_a_folder_is_searched_through(folder: Path) -> None:
    listing = list_clips([folder])
    assert names(listing, folder) == ["a.avi", "b/IM_0001", "b/p1_4CH.mhd", "frames"]
    assert listing.problems == ()


def test_a_zip_is_looked_into(folder: Path, tmp_path: Path) -> None:
    pack(tmp_path / "all.zip", folder)
    listing = list_clips([tmp_path / "all.zip"])
    root = tmp_path / "all.zip"
    assert sorted(names(listing, root)) == ["a.avi", "b/IM_0001", "b/p1_4CH.mhd", "frames"]
    assert ClipFile(root, "frames/") in listing.clips
    assert listing.problems == ()


def test_each_clip_is_there_once(folder: Path) -> None:
    listing = list_clips([folder / "b/p1_4CH.mhd", folder, folder / "b"])
    assert names(listing, folder) == ["b/p1_4CH.mhd", "a.avi", "b/IM_0001", "frames"]


def test_a_folder_of_pictures_may_be_given_itself(folder: Path) -> None:
    assert list_clips([folder / "frames"]).clips == (ClipFile(folder / "frames"),)


def test_outputs_are_no_inputs(folder: Path) -> None:
    shutil.copytree(folder / "b", folder / "out/earlier")
    assert "out/earlier/p1_4CH.mhd" in names(list_clips([folder]), folder)
    listing = list_clips([folder], out=folder / "out")
    assert names(listing, folder) == ["a.avi", "b/IM_0001", "b/p1_4CH.mhd", "frames"]


def test_what_is_no_clip_is_said_and_the_others_go_on(folder: Path) -> None:
    (folder / "b/notes.pdf").write_bytes(b"%PDF")
    write_pictures(folder / "b", disc_clip(2))
    listing = list_clips([folder, folder / "missing"])
    assert names(listing, folder) == ["a.avi", "b/IM_0001", "b/p1_4CH.mhd", "frames"]
    assert [str(one).replace(f"{folder}/", "").partition(";")[0] for one in listing.problems] == [
        "b/notes.pdf: no clip of a kind that is read",
        "b: holds pictures that are not the numbered frames of one clip",
        "missing: there is no such file or folder",
    ]
